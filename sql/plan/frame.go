package plan

import (
	"math"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// extent is a frame as distances from the current row, in rows or microseconds; the
// greatest and the least number stand for UNBOUNDED.
type extent struct{ from, to int64 }

// frameExtent reads a frame, and refuses those that no window has (kda-sql.md §9.5).
func frameExtent(f *ast.Frame) (extent, error) {
	var out extent
	var err error
	if out.from, err = boundDistance(f.Start, f.Rows); err != nil {
		return out, err
	}
	if f.End != nil {
		if out.to, err = boundDistance(*f.End, f.Rows); err != nil {
			return out, err
		}
	}
	if f.End != nil && out.from > out.to {
		return out, errorAt(f.Pos, "the frame ends before it begins").near(f.String()).
			hint("write the earlier bound first: BETWEEN 4 PRECEDING AND 1 PRECEDING")
	}
	return out, nil
}

// boundDistance is where a bound is: below zero before the current row.
func boundDistance(b ast.Bound, rows bool) (int64, error) {
	switch {
	case b.Unbounded && b.Following:
		return 0, errorAt(b.Pos, "UNBOUNDED FOLLOWING would wait for the end of the rows").near("UNBOUNDED").hint("end the frame with CURRENT ROW")
	case b.Unbounded:
		return math.MinInt64, nil
	case b.Value == nil:
		return 0, nil
	}
	n, err := boundValue(b.Value, rows)
	if !b.Following {
		n = -n
	}
	return n, err
}

// boundValue is a number of rows, or of microseconds.
func boundValue(e ast.Expr, rows bool) (int64, error) {
	var signed bool
	lit, ok := e.(*ast.Literal)
	if u, is := e.(*ast.Unary); is && u.Op == ast.Sub {
		lit, ok = u.X.(*ast.Literal)
		signed = true
	}
	switch {
	case !ok || rows && lit.Kind != ast.IntegerLit:
		if rows {
			return 0, errorAt(e.Position(), "ROWS takes a whole number").near(e.String()).hint("RANGE takes a time: RANGE INTERVAL '1' MINUTE PRECEDING")
		}
		return 0, errorAt(e.Position(), "RANGE takes an interval literal").near(e.String()).hint("RANGE INTERVAL '1' MINUTE PRECEDING")
	case !rows && lit.Kind != ast.IntervalLit:
		return 0, errorAt(e.Position(), "RANGE takes an interval literal").near(e.String()).hint("ROWS counts rows: ROWS 10 PRECEDING")
	}
	bound, err := bindLiteral(lit)
	if err != nil {
		return 0, err
	}
	l := bound.(*Literal)
	n := l.Value.(int64)
	switch {
	case l.Of.Kind == types.MonthInterval:
		return 0, errorAt(e.Position(), "a frame is of days, hours, minutes or seconds").near(e.String()).hint("months are not equally long")
	case signed || n < 0:
		return 0, errorAt(e.Position(), "the bound of a frame cannot be negative").near(e.String()).hint("PRECEDING goes back, FOLLOWING ahead")
	}
	return n, nil
}

// checkAggregateFrame refuses frames that an aggregate over a stream cannot have: it
// answers at once, from the rows up to the current one.
func checkAggregateFrame(f *ast.Frame) error {
	e, err := frameExtent(f)
	if err != nil {
		return err
	}
	for _, b := range []*ast.Bound{&f.Start, f.End} {
		if b != nil && b.Following {
			return errorAt(b.Pos, "an aggregate over a stream cannot look ahead").near(b.String()).hint("end the frame with CURRENT ROW")
		}
	}
	if e.to != 0 {
		return errorAt(f.End.Pos, "a frame over a stream ends with the current row").near(f.End.String()).hint("write AND CURRENT ROW")
	}
	return nil
}

// checkJoinFrame refuses frames that a window of a join cannot have: it goes back from
// the current time, or ahead of it (kda-sql.md §11.5).
func checkJoinFrame(f *ast.Frame) error {
	e, err := frameExtent(f)
	if err != nil || f.End == nil {
		return err
	}
	if e.to < 0 || e.from > 0 || e.from < 0 && e.to > 0 {
		return errorAt(f.Pos, "the window of a join begins or ends with the current row").near(f.String()).
			hint("write RANGE INTERVAL '1' MINUTE PRECEDING, or FOLLOWING")
	}
	return nil
}
