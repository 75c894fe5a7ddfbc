package plan

import (
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// bindCast checks the CAST matrix (kda-sql.md §3.2).
func (b *exprBinder) bindCast(e *ast.Cast) (Expr, error) {
	to, err := TypeOf(e.Type)
	if err != nil {
		return nil, err
	}
	x, err := b.bind(e.X)
	if err != nil {
		return nil, err
	}
	from := x.Type()
	if from.IsInterval() {
		return nil, errorAt(e.Pos, "CAST of an interval is not supported yet").near("CAST")
	}
	if !castable(from, to) {
		return nil, errorAt(e.Pos, "CAST from %s to %s does not exist", from, to).near("CAST")
	}
	if from.Kind == types.Null {
		return &Literal{Of: to}, nil
	}
	if from == to {
		return x, nil
	}
	return &Cast{X: x, Of: to, Pos: e.Pos}, nil
}

func castable(from, to types.Type) bool {
	switch {
	case from.Kind == types.Null:
		return true
	case from.IsBinary() || to.IsBinary():
		return from.IsBinary() && to.IsBinary()
	case from.IsString() || to.IsString():
		return true
	case from.IsNumeric():
		return to.IsNumeric()
	case from.Kind == types.Boolean:
		return to.Kind == types.Boolean
	case from.Kind == types.Date:
		return to.Kind == types.Date || to.Kind == types.Timestamp
	case from.Kind == types.TimeOfDay:
		return to.Kind == types.TimeOfDay
	}
	return to.IsDateTime()
}
