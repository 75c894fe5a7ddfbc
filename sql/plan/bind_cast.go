package plan

import (
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// bindCast checks the CAST matrix (kda-sql.md §3.2).
func (b *exprBinder) bindCast(e *ast.Cast) (Expr, error) {
	to, err := castType(e.Type)
	if err != nil {
		return nil, err
	}
	x, err := b.bind(e.X)
	if err != nil {
		return nil, err
	}
	from := x.Type()
	if !castable(from, to) {
		err := errorAt(e.Pos, "CAST from %s to %s does not exist", from, to).near("CAST")
		switch {
		case from.IsNumeric() && to.IsInterval():
			err = err.hint("multiply: n * INTERVAL '1' SECOND")
		case from.IsInterval() && to.IsNumeric():
			err = err.hint("an interval of one field becomes BIGINT or DECIMAL: CAST((a - b) SECOND AS BIGINT)")
		}
		return nil, err
	}
	switch {
	case from.Kind == types.Null:
		return &Literal{Of: to}, nil
	case from == to:
		return x, nil
	case from.Kind == types.TimeOfDay && to.Kind == types.Timestamp:
		// The date is that of the query's start (kda-sql.md §3.3).
		return &Call{Func: "DATE AND TIME", Args: []Expr{&Call{Func: "CURRENT_DATE", Of: types.Of(types.Date)}, x}, Of: to, Pos: e.Pos}, nil
	}
	return &Cast{X: x, Of: to, Try: e.Try, Pos: e.Pos}, nil
}

// castType is TypeOf, and intervals, which only CAST may name. The precision of the
// result bounds the first field's digits, the scale those of the fraction.
func castType(t *ast.TypeName) (types.Type, error) {
	if t.Interval == nil {
		return TypeOf(t)
	}
	out, digits, fraction, err := intervalType(t.Interval)
	out.Precision, out.Scale = digits, fraction
	return out, err
}

func castable(from, to types.Type) bool {
	switch {
	case from.Kind == types.Null:
		return true
	case from.IsBinary() || to.IsBinary():
		return from.IsBinary() && to.IsBinary()
	case from.IsString() || to.IsString():
		return true
	case from.IsInterval():
		first, last := from.Units()
		return to.Kind == from.Kind || first == last && (to.Kind == types.BigInt || to.Kind == types.Decimal)
	case from.IsNumeric():
		return to.IsNumeric()
	case from.Kind == types.Boolean:
		return to.Kind == types.Boolean
	case from.Kind == types.Date:
		return to.Kind == types.Date || to.Kind == types.Timestamp
	case from.Kind == types.TimeOfDay:
		return to.Kind == types.TimeOfDay || to.Kind == types.Timestamp
	}
	return to.IsDateTime()
}
