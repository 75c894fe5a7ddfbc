package plan

import (
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// bindCase turns both forms into the searched one, all branches of one type.
func (b *exprBinder) bindCase(e *ast.Case) (Expr, error) {
	out := &Case{Of: types.Of(types.Null), Else: &Literal{Of: types.Of(types.Null)}}
	var operand Expr
	var err error
	if e.Operand != nil {
		if operand, err = b.bind(e.Operand); err != nil {
			return nil, err
		}
	}
	branch := func(a ast.Expr) (Expr, error) {
		v, err := b.bind(a)
		if err != nil {
			return nil, err
		}
		t, ok := types.Common(out.Of, v.Type())
		if !ok {
			return nil, errorAt(a.Position(), "the branches of CASE are %s and %s", out.Of, v.Type()).hint("CAST one of them")
		}
		out.Of = t
		return v, nil
	}
	for _, w := range e.Whens {
		cond, err := b.when(operand, w.Cond)
		if err != nil {
			return nil, err
		}
		then, err := branch(w.Then)
		if err != nil {
			return nil, err
		}
		out.Whens = append(out.Whens, When{cond, then})
	}
	if e.Else != nil {
		if out.Else, err = branch(e.Else); err != nil {
			return nil, err
		}
	}
	for i := range out.Whens {
		out.Whens[i].Then = coerce(out.Whens[i].Then, out.Of)
	}
	out.Else = coerce(out.Else, out.Of)
	return out, nil
}

func (b *exprBinder) when(operand Expr, e ast.Expr) (Expr, error) {
	if operand == nil {
		return b.condition(e, "WHEN")
	}
	v, err := b.bind(e)
	if err != nil {
		return nil, err
	}
	return compare("=", operand, v, e.Position())
}
