package parse

import (
	"github.com/xwb1989/sqlparser"

	"github.com/millrace-sql/millrace/sql/ast"
)

// expr converts one expression.
func (c *converter) expr(e sqlparser.Expr) (ast.Expr, span) {
	switch e := e.(type) {
	case *sqlparser.ColName:
		return c.column(e)
	case *sqlparser.SQLVal:
		i := index(string(e.Val))
		entry := c.entry(i)
		if entry.form != formLiteral || e.Type != sqlparser.ValArg {
			c.fail(i)
			return c.nothing()
		}
		return entry.lit, span{i, entry.last}
	case *sqlparser.FuncExpr:
		return c.call(e)
	case *sqlparser.ParenExpr:
		x, s := c.expr(e.Expr)
		return x, c.parenthesised(s)
	case sqlparser.ValTuple:
		items, s := c.list(e)
		return &ast.Row{Items: items, Pos: c.at(s.first).pos}, s
	case *sqlparser.AndExpr:
		return c.binary(e.Left, e.Right)
	case *sqlparser.OrExpr:
		return c.binary(e.Left, e.Right)
	case *sqlparser.BinaryExpr:
		return c.binary(e.Left, e.Right)
	}
	return c.predicate(e)
}

func (c *converter) predicate(e sqlparser.Expr) (ast.Expr, span) {
	switch e := e.(type) {
	case *sqlparser.ComparisonExpr:
		return c.comparison(e)
	case *sqlparser.IsExpr:
		return c.is(e)
	case *sqlparser.RangeCond:
		return c.between(e)
	case *sqlparser.UnaryExpr:
		x, s := c.expr(e.Expr)
		i := s.first - 1
		return &ast.Unary{Op: ast.Op(c.at(i).text), X: x, Pos: c.at(i).pos}, span{i, s.last}
	case *sqlparser.NotExpr:
		x, s := c.expr(e.Expr)
		i := s.first - 1
		return &ast.Not{X: x, Pos: c.at(i).pos}, span{i, s.last}
	}
	return c.nothing()
}

// parenthesised widens s by the parentheses around it.
func (c *converter) parenthesised(s span) span { return span{s.first - 1, s.last + 1} }

// list converts the items of a parenthesised list; the span includes the parentheses.
func (c *converter) list(tuple sqlparser.ValTuple) ([]ast.Expr, span) {
	var out []ast.Expr
	var all span
	for i, e := range tuple {
		x, s := c.expr(e)
		if i == 0 {
			all.first = s.first
		}
		all.last = s.last
		out = append(out, x)
	}
	return out, c.parenthesised(all)
}

func (c *converter) column(e *sqlparser.ColName) (ast.Expr, span) {
	i := index(e.Name.String())
	entry := c.entry(i)
	s := span{i, entry.last}
	switch {
	case entry.form == formBareCall:
		return &ast.Call{Name: entry.parts, Bare: true, Pos: c.at(i).pos}, s
	case entry.form == formQuery:
		return &ast.Subquery{Query: entry.query, Pos: c.at(i).pos}, s
	case entry.form == formExists:
		return &ast.Exists{Query: entry.query, Pos: c.at(i).pos}, s
	case entry.form == formStar && len(entry.parts) > 0:
		c.fail(entry.last)
	case entry.form != formName || len(entry.columns) > 0:
		c.fail(i)
	}
	return &ast.Column{Parts: entry.parts, Pos: c.at(i).pos}, s
}

func (c *converter) binary(left, right sqlparser.Expr) (ast.Expr, span) {
	l, ls := c.expr(left)
	r, rs := c.expr(right)
	t := c.at(ls.last + 1)
	op := ast.Op(t.text)
	if c.periodAt(ls.last+1) != nil {
		op = ast.And // of a chain
	}
	return &ast.Binary{Op: op, L: l, R: r, Pos: t.pos}, span{ls.first, rs.last}
}

// comparison reads the operator from the tokens: the skeleton writes LIKE for SIMILAR TO and <=> for IS DISTINCT FROM.
func (c *converter) comparison(e *sqlparser.ComparisonExpr) (ast.Expr, span) {
	l, ls := c.expr(e.Left)
	i := ls.last + 1
	pos, not := c.at(i).pos, c.at(i).isWord("NOT")
	if not {
		i++
	}
	switch t := c.at(i); {
	case t.isWord("IN"):
		out := &ast.In{X: l, Not: not, Pos: pos}
		right, ok := e.Right.(sqlparser.ValTuple)
		if !ok {
			c.fail(i)
			return out, ls
		}
		if q := c.side[i+1]; q != nil && q.form == formQuery {
			out.Query = q.query
			return out, span{ls.first, q.last}
		}
		var s span
		out.List, s = c.list(right)
		return out, span{ls.first, s.last}
	case t.isWord("LIKE"), t.isWord("SIMILAR"):
		p, s := c.expr(e.Right)
		out := &ast.Like{X: l, Pattern: p, Not: not, Similar: t.isWord("SIMILAR"), Pos: pos}
		if e.Escape != nil {
			out.Escape, s = c.expr(e.Escape)
		}
		return out, span{ls.first, s.last}
	case t.isWord("IS"):
		r, s := c.expr(e.Right)
		return &ast.IsDistinct{Not: c.at(i + 1).isWord("NOT"), L: l, R: r, Pos: pos}, span{ls.first, s.last}
	}
	r, s := c.expr(e.Right)
	if period := c.periodAt(i); period != nil {
		period.L, period.R = l, r
		return period, span{ls.first, s.last}
	}
	return &ast.Binary{Op: ast.Op(c.at(i).text), L: l, R: r, Pos: pos}, span{ls.first, s.last}
}

func (c *converter) is(e *sqlparser.IsExpr) (ast.Expr, span) {
	x, s := c.expr(e.Expr)
	i := s.last + 1
	out := &ast.Is{X: x, Pos: c.at(i).pos}
	i++
	if c.at(i).isWord("NOT") {
		out.Not = true
		i++
	}
	out.What = ast.Truth(c.at(i).text)
	return out, span{s.first, i}
}

func (c *converter) between(e *sqlparser.RangeCond) (ast.Expr, span) {
	x, xs := c.expr(e.Left)
	low, _ := c.expr(e.From)
	high, hs := c.expr(e.To)
	t := c.at(xs.last + 1)
	return &ast.Between{X: x, Low: low, High: high, Not: t.isWord("NOT"), Pos: t.pos}, span{xs.first, hs.last}
}
