package plan

import (
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// The precision of intervals where none is given, and its bounds (kda-sql.md §5.3).
const (
	leadingDigits  = 2
	fractionDigits = 3
	mostDigits     = 10
	mostFraction   = 6
)

// intervalType is the type that a qualifier names, and its precision.
func intervalType(q *ast.IntervalQualifier) (t types.Type, digits, fraction int, err error) {
	to := q.To
	if to == ast.NoUnit {
		to = q.From
	}
	digits, fraction = leadingDigits, fractionDigits
	if q.Precision >= 0 {
		digits = q.Precision
	}
	if q.FracPrecision >= 0 {
		fraction = q.FracPrecision
	}
	if digits < 1 || digits > mostDigits || fraction > mostFraction {
		return t, 0, 0, errorAt(q.Pos, "the precision of %s is out of range", q).near(q.From.String()).
			hint("the first field has 1 to %d digits, seconds have up to %d behind the point", mostDigits, mostFraction)
	}
	return types.IntervalOf(types.Unit(q.From), types.Unit(to)), digits, fraction, nil
}

// bindInterval reads `INTERVAL '1 02:03' DAY TO MINUTE` into microseconds or
// months. The leading field may have as many digits as its precision says, the
// others their calendar range.
func bindInterval(e *ast.Literal) (Expr, error) {
	t, digits, fraction, err := intervalType(e.Interval)
	if err != nil {
		return nil, err
	}
	v, problem := types.ParseInterval([]byte(e.Text), t, digits, fraction)
	if problem != "" {
		return nil, errorAt(e.Pos, "INTERVAL '%s' %s is not valid", e.Text, e.Interval).near(e.Text).hint("%s", problem)
	}
	return &Literal{v, t}, nil
}

// bindDifference is (a - b) qualifier: the interval between two date-times of one
// type, cut to the qualifier's last field (kda-sql.md §5.1).
func (b *exprBinder) bindDifference(e *ast.Difference) (Expr, error) {
	t, _, _, err := intervalType(e.Qualifier)
	if err != nil {
		return nil, err
	}
	args, err := b.bindAll([]ast.Expr{e.L, e.R})
	if err != nil {
		return nil, err
	}
	l, r := args[0].Type(), args[1].Type()
	switch {
	case l.IsInterval() && l.Kind == r.Kind && l.Kind == t.Kind:
		diff := &Call{Func: "-", Args: args, Of: t, Pos: e.Pos}
		return &Cast{X: diff, Of: t, Pos: e.Pos}, nil
	case l.Kind == types.Null && r.Kind == types.Null:
		return &Literal{Of: t}, nil
	case l.Kind == types.Null:
		args[0], l = coerce(args[0], r), r
	case r.Kind == types.Null:
		args[1], r = coerce(args[1], l), l
	}
	if !l.IsDateTime() || l.Kind != r.Kind {
		return nil, errorAt(e.Pos, "%s - %s is no interval", l, r).near("-").hint("both sides must be of one type: DATE, TIME or TIMESTAMP")
	}
	if l.Kind == types.TimeOfDay && t.Kind == types.MonthInterval {
		return nil, errorAt(e.Qualifier.Pos, "two times of day are not months apart").near(e.Qualifier.From.String())
	}
	return &Call{Func: "BETWEEN TIMES", Args: args, Of: t, Pos: e.Pos}, nil
}

// scaled is an interval times or divided by a number.
func scaled(op string, iv, n Expr, pos ast.Pos) Expr {
	if n.Type().Kind == types.Real {
		n = coerce(n, types.Of(types.Double))
	}
	return &Call{Func: "SCALE " + op, Args: []Expr{iv, n}, Of: iv.Type(), Pos: pos}
}
