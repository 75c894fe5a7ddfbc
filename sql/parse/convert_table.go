package parse

import (
	"github.com/xwb1989/sqlparser"

	"github.com/millrace-sql/millrace/sql/ast"
)

// table converts one entry of FROM.
func (c *converter) table(t sqlparser.TableExpr) (ast.TableRef, span) {
	switch t := t.(type) {
	case *sqlparser.AliasedTableExpr:
		return c.aliasedTable(t)
	case *sqlparser.JoinTableExpr:
		return c.join(t)
	case *sqlparser.ParenTableExpr:
		return c.parenTable(t)
	}
	c.fail(0)
	return &ast.TableName{}, span{}
}

func (c *converter) aliasedTable(t *sqlparser.AliasedTableExpr) (ast.TableRef, span) {
	var alias *ast.Name
	var columns []ast.Name
	last := -1
	if !t.As.IsEmpty() {
		i := index(t.As.String())
		e := c.entry(i)
		alias, columns, last = c.alias(i, e), e.columns, e.last
	}
	x, ok := t.Expr.(sqlparser.TableName)
	if !ok {
		c.fail(0)
		return &ast.TableName{}, span{}
	}
	i := index(x.Name.String())
	e, pos := c.entry(i), c.at(i).pos
	window, end := c.relationWindow(e.last)
	s := span{i, max(last, end)}
	switch {
	case e.form == formQuery:
		return &ast.SubqueryRef{Query: e.query, Window: window, Alias: alias, ColumnAliases: columns, Pos: pos}, s
	case e.form == formTable:
		out := *e.table
		out.Window, out.Alias, out.ColumnAliases = window, alias, columns
		return &out, s
	case e.form != formName || len(e.columns) > 0:
		c.fail(i)
	}
	return &ast.TableName{Parts: e.parts, Window: window, Alias: alias, ColumnAliases: columns, Pos: pos}, s
}

// relationWindow claims the OVER behind a relation that ends at token last, and returns where that ends.
func (c *converter) relationWindow(last int) (*ast.Window, int) {
	e := c.side[last+1]
	if e == nil || e.form != formLoose || e.window == nil {
		return nil, last
	}
	e.used = true
	return e.window, e.last
}

// parenTable drops the parentheses; a comma inside them is a cross join.
func (c *converter) parenTable(t *sqlparser.ParenTableExpr) (ast.TableRef, span) {
	out, s := c.table(t.Exprs[0])
	for _, x := range t.Exprs[1:] {
		right, rs := c.table(x)
		out = &ast.Join{Kind: ast.CrossJoin, L: out, R: right, Pos: c.at(s.last + 1).pos}
		s.last = rs.last
	}
	return out, span{s.first - 1, s.last + 1}
}

// join reads the kind from the tokens behind the left side, and holds the condition against it.
func (c *converter) join(t *sqlparser.JoinTableExpr) (ast.TableRef, span) {
	l, left := c.table(t.LeftExpr)
	r, right := c.table(t.RightExpr)
	i := left.last + 1
	out, _, err := joinKind(c.toks, min(max(i, 0), len(c.toks)-1))
	if err != nil {
		c.fail(i)
		return &ast.Join{Kind: ast.CrossJoin, L: l, R: r}, span{left.first, right.last}
	}
	out.L, out.R = l, r
	s := span{left.first, right.last}
	if t.Condition.On != nil {
		s.last = c.joinCondition(out, t.Condition.On)
	}
	free := out.Natural || out.Kind == ast.CrossJoin
	switch bound := out.On != nil || out.Using != nil; {
	case bound && free:
		c.failf(right.last+1, "", "a CROSS or NATURAL join takes no condition")
	case !bound && !free:
		c.failf(i, "write ON or USING behind the second table, or CROSS JOIN", "the %s join has no condition", out.Kind)
	}
	return out, s
}

// joinCondition fills in On or Using and returns its last token.
func (c *converter) joinCondition(out *ast.Join, on sqlparser.Expr) int {
	if v, ok := on.(*sqlparser.SQLVal); ok {
		if e := c.entry(index(string(v.Val))); e.form == formUsing {
			out.Using = e.columns
			return e.last
		}
	}
	x, s := c.expr(on)
	out.On = x
	return s.last
}
