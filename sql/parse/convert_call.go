package parse

import (
	"github.com/xwb1989/sqlparser"

	"github.com/millrace-sql/millrace/sql/ast"
)

// call converts `#N`(...), which is a call or one of the special forms.
func (c *converter) call(f *sqlparser.FuncExpr) (ast.Expr, span) {
	i := index(f.Name.String())
	e := c.entry(i)
	s := span{i, e.last}
	if e.form == formCall {
		return c.plainCall(f, i, e), s
	}
	if f.Distinct {
		c.fail(i)
	}
	args := make([]ast.Expr, 0, len(f.Exprs))
	for n, a := range f.Exprs {
		x, at := c.argument(a)
		if args = append(args, x); n == 0 && (e.form == formFilter || e.form == formOver) {
			s.first = at.first // the call, which goes before its clauses
		}
	}
	x := c.special(e, args, i)
	if x == nil {
		c.failf(e.last, "", "wrong number of arguments")
		return c.nothing()
	}
	return x, s
}

// special builds the node of a special form; nil when the arguments do not fit it.
func (c *converter) special(e *entry, args []ast.Expr, i int) ast.Expr {
	pos := c.at(i).pos
	if call, ok := callOf(args); ok && e.form == formFilter && len(args) == 2 {
		call.Filter = args[1]
		return call
	} else if ok && e.form == formOver && len(args) == 1 {
		return &ast.Over{Call: call, Window: e.window, Pos: call.Pos}
	}
	if e.form == formJSON {
		return jsonCall(e.json, args, pos)
	}
	if e.form == formRow && len(args) > 0 {
		return &ast.Row{Items: args, Pos: pos}
	}
	if e.form == formStep && len(args) == 2 {
		return &ast.Step{X: args[0], By: args[1], Pos: pos}
	}
	if len(args) != 1 {
		return nil
	}
	x := args[0]
	switch e.form {
	case formCase:
		if k, ok := x.(*ast.Case); ok {
			k.Pos = pos
			return k
		}
	case formCast:
		return &ast.Cast{X: x, Type: e.typ, Try: e.words != nil, Pos: pos}
	case formFloor, formCeil:
		return &ast.FloorTo{Ceil: e.form == formCeil, X: x, Unit: e.unit, Pos: pos}
	case formExtract:
		return &ast.Extract{Unit: e.unit, X: x, Pos: pos}
	case formDifference:
		if b, ok := x.(*ast.Binary); ok && b.Op == ast.Sub {
			return &ast.Difference{L: b.L, R: b.R, Qualifier: e.qualifier, Pos: pos}
		}
		c.failf(c.at(i).match+1, "write (later - earlier) "+e.qualifier.String(), "%s behind parentheses needs a subtraction in them", e.qualifier)
	}
	return nil
}

func callOf(args []ast.Expr) (*ast.Call, bool) {
	if len(args) == 0 {
		return nil, false
	}
	call, ok := args[0].(*ast.Call)
	return call, ok
}

func (c *converter) plainCall(f *sqlparser.FuncExpr, i int, e *entry) ast.Expr {
	out := &ast.Call{Name: e.parts, Words: e.words, Distinct: f.Distinct, Nulls: e.nulls, Pos: c.at(i).pos}
	if len(f.Exprs) == 1 && !f.Distinct {
		if a, ok := f.Exprs[0].(*sqlparser.AliasedExpr); ok && a.As.IsEmpty() {
			if star := c.star(a.Expr); star != nil && len(star.Table) == 0 {
				out.Star = true
				return out
			}
		}
	}
	for _, a := range f.Exprs {
		x, _ := c.argument(a)
		out.Args = append(out.Args, x)
	}
	if out.Words != nil && len(out.Words) != len(out.Args) {
		// A comma among the words: nothing has both.
		c.failf(e.last, "", "wrong number of arguments")
	}
	return out
}

// argument converts an expression where sqlparser would take a select item; an alias is an error.
func (c *converter) argument(a sqlparser.SelectExpr) (ast.Expr, span) {
	x, ok := a.(*sqlparser.AliasedExpr)
	if !ok {
		return c.nothing()
	}
	if !x.As.IsEmpty() {
		c.fail(index(x.As.String()))
	}
	if k, ok := x.Expr.(*sqlparser.CaseExpr); ok {
		return c.caseExpr(k), span{}
	}
	return c.expr(x.Expr)
}

// caseExpr converts CASE, which the skeleton has only as the argument of its form.
func (c *converter) caseExpr(k *sqlparser.CaseExpr) ast.Expr {
	out := &ast.Case{}
	if k.Expr != nil {
		out.Operand, _ = c.expr(k.Expr)
	}
	for _, w := range k.Whens {
		cond, _ := c.expr(w.Cond)
		then, _ := c.expr(w.Val)
		out.Whens = append(out.Whens, ast.When{Cond: cond, Then: then})
	}
	if k.Else != nil {
		out.Else, _ = c.expr(k.Else)
	}
	return out
}
