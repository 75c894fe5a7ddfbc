package plan

import (
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// bindExtract is EXTRACT(field FROM x): BIGINT, of SECOND DECIMAL(5,3)
// (kda-sql.md §13.4). The field must be one that x has.
func (b *exprBinder) bindExtract(e *ast.Extract) (Expr, error) {
	x, err := b.bind(e.X)
	if err != nil {
		return nil, err
	}
	return extract(e.Unit, x, e.Pos)
}

func extract(field ast.Unit, x Expr, pos ast.Pos) (Expr, error) {
	t := x.Type()
	if !t.IsDateTime() && !t.IsInterval() && t.Kind != types.Null {
		return nil, errorAt(pos, "EXTRACT takes a date, time or interval, this is %s", t).near("EXTRACT")
	}
	fields := fieldsOf(t)
	known := t.Kind == types.Null
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.String()
		known = known || f == field
	}
	if !known {
		return nil, errorAt(pos, "%s has no %s", t, field).near("EXTRACT").hint("it has %s", strings.Join(names, ", "))
	}
	of := types.Of(types.BigInt)
	if field == ast.Second {
		of = types.DecimalOf(5, 3)
		if from, _ := t.Units(); t.IsInterval() && from == types.UnitSecond {
			of = types.DecimalOf(types.MaxPrecision, 3) // a first field has no bound
		}
	}
	if known && t.Kind == types.Null {
		return &Literal{Of: of}, nil
	}
	return &Call{Func: "EXTRACT " + field.String(), Args: []Expr{x}, Of: of, Pos: pos}, nil
}

func fieldsOf(t types.Type) []ast.Unit {
	date := []ast.Unit{ast.Year, ast.Quarter, ast.Month, ast.Week, ast.Day, ast.DayOfWeek, ast.ISODayOfWeek, ast.DayOfYear, ast.Epoch}
	clock := []ast.Unit{ast.Hour, ast.Minute, ast.Second, ast.Millisecond}
	switch {
	case t.Kind == types.Date:
		return date
	case t.Kind == types.TimeOfDay:
		return clock
	case t.Kind == types.Timestamp:
		return append(date, clock...)
	case t.IsInterval():
		from, to := t.Units()
		var out []ast.Unit
		for u := from; u <= to; u++ {
			out = append(out, ast.Unit(u))
		}
		return out
	}
	return nil
}
