package parse

import (
	"strconv"
	"strings"

	"github.com/xwb1989/sqlparser"

	"github.com/millrace-sql/millrace/sql/ast"
)

// span is the range of tokens, both ends included, that a node was written with. An operator is the token behind its left
// operand or before its only one.
type span struct{ first, last int }

// converter turns sqlparser's tree and the side table into sql/ast. The first failure stays in err; the nodes returned after it are never nil, but mean nothing.
type converter struct {
	toks []token
	side map[int]*entry
	err  error
}

// finish returns the first failure. What the skeleton left out and no sort key has claimed is one.
func (c *converter) finish() error {
	for i := range c.toks {
		if e := c.side[i]; e != nil && e.form == formLoose && !e.used {
			if e.window != nil {
				c.failf(i, "OVER goes behind a function call, or behind a relation of FROM and before its alias", "unexpected OVER")
			}
			c.fail(i)
		}
	}
	return c.err
}

func (c *converter) fail(i int) {
	if c.err == nil {
		c.err = unexpected(c.toks, i)
	}
}

func (c *converter) failf(i int, hint, format string, args ...any) {
	if c.err == nil {
		c.err = errorAt(c.toks[i], hint, format, args...)
	}
}

// nothing reports a node that the skeleton cannot have; it stands for the expression.
func (c *converter) nothing() (ast.Expr, span) {
	c.fail(0)
	return &ast.Literal{Kind: ast.NullLit, Text: "NULL"}, span{}
}

// index reads `#N`, :vN or /*#N*/; sqlparser hands the name over without its quotes.
func index(text string) int {
	n, err := strconv.Atoi(strings.Trim(text, "#:v/*`"))
	if err != nil {
		return -1
	}
	return n
}

// at returns token i; out of range, the one behind the end, which matches nothing.
func (c *converter) at(i int) token {
	if i < 0 || i >= len(c.toks) {
		return c.toks[len(c.toks)-1]
	}
	return c.toks[i]
}

func (c *converter) entry(i int) *entry {
	if e := c.side[i]; e != nil {
		return e
	}
	c.fail(0)
	return &entry{parts: ast.Qualified{{}}, lit: &ast.Literal{Kind: ast.NullLit, Text: "NULL"}}
}

// selectQuery converts the one SELECT or VALUES of the skeleton, which begins at token first.
func (c *converter) selectQuery(q *sqlparser.Select, first int) ast.Query {
	if c.at(first).isWord("VALUES") {
		return c.values(q, first)
	}
	out := &ast.Select{
		Stream:   c.at(first + 1).isWord("STREAM"),
		Distinct: q.Distinct != "",
		Pos:      c.at(first).pos,
	}
	for _, item := range q.SelectExprs {
		out.Items = append(out.Items, c.selectItem(item))
	}
	if !isDual(q.From) {
		for _, t := range q.From {
			ref, _ := c.table(t)
			out.From = append(out.From, ref)
		}
	}
	if q.Where != nil {
		out.Where, _ = c.expr(q.Where.Expr)
	}
	for _, e := range q.GroupBy {
		g, _ := c.expr(e)
		out.GroupBy = append(out.GroupBy, g)
	}
	if q.Having != nil {
		out.Having, _ = c.expr(q.Having.Expr)
	}
	out.Tail = c.tail(q.OrderBy, q.Limit)
	return out
}

// isDual says that there was no FROM: sqlparser then puts in a table that no name of ours can be.
func isDual(from sqlparser.TableExprs) bool {
	if len(from) != 1 {
		return false
	}
	t, ok := from[0].(*sqlparser.AliasedTableExpr)
	if !ok {
		return false
	}
	name, ok := t.Expr.(sqlparser.TableName)
	return ok && name.Name.String() == "dual"
}

func (c *converter) selectItem(item sqlparser.SelectExpr) ast.SelectItem {
	a, ok := item.(*sqlparser.AliasedExpr)
	if !ok {
		e, _ := c.nothing()
		return ast.SelectItem{Expr: e}
	}
	out := ast.SelectItem{}
	if star := c.star(a.Expr); star != nil {
		out.Expr = star
	} else {
		out.Expr, _ = c.expr(a.Expr)
	}
	if !a.As.IsEmpty() {
		i := index(a.As.String())
		e := c.entry(i)
		out.Alias = c.alias(i, e)
		if len(e.columns) > 0 || isStar(out.Expr) {
			c.fail(i)
		}
	}
	return out
}

func isStar(e ast.Expr) bool {
	_, ok := e.(*ast.Star)
	return ok
}

// star returns * or t.* , nil when e is something else.
func (c *converter) star(e sqlparser.Expr) *ast.Star {
	name, ok := e.(*sqlparser.ColName)
	if !ok {
		return nil
	}
	i := index(name.Name.String())
	if entry := c.entry(i); entry.form == formStar {
		return &ast.Star{Table: entry.parts, Pos: c.at(i).pos}
	}
	return nil
}

// alias returns the one name of entry e; a dotted name or a special form is no alias.
func (c *converter) alias(i int, e *entry) *ast.Name {
	if e.form != formName || len(e.parts) != 1 {
		c.fail(i)
		return &ast.Name{}
	}
	return &e.parts[0]
}

func (c *converter) values(q *sqlparser.Select, first int) ast.Query {
	out := &ast.Values{Pos: c.at(first).pos, Tail: c.tail(q.OrderBy, q.Limit)}
	if !isDual(q.From) || q.Where != nil || q.GroupBy != nil || q.Having != nil || q.Distinct != "" {
		c.failf(first, "", "VALUES takes rows only")
	}
	for _, item := range q.SelectExprs {
		a, ok := item.(*sqlparser.AliasedExpr)
		if !ok || !a.As.IsEmpty() {
			c.failf(first, "", "VALUES takes rows only")
			continue
		}
		out.Rows = append(out.Rows, c.row(a.Expr))
	}
	return out
}

// row reads (a, b), (a), ROW(a, b) or a.
func (c *converter) row(e sqlparser.Expr) []ast.Expr {
	if p, ok := e.(*sqlparser.ParenExpr); ok {
		item, _ := c.expr(p.Expr)
		return []ast.Expr{item}
	}
	x, _ := c.expr(e)
	if r, ok := x.(*ast.Row); ok {
		return r.Items
	}
	return []ast.Expr{x}
}

func (c *converter) tail(order sqlparser.OrderBy, limit *sqlparser.Limit) ast.Tail {
	var out ast.Tail
	for _, o := range order {
		out.OrderBy = append(out.OrderBy, c.orderItem(o))
	}
	if limit != nil {
		out.Limit, _ = c.expr(limit.Rowcount)
		if limit.Offset != nil {
			x, s := c.expr(limit.Offset)
			if out.Offset = x; !c.at(s.first - 1).isWord("OFFSET") {
				c.failf(s.last+1, "write LIMIT n OFFSET m", "LIMIT takes one number")
			}
		}
	}
	return out
}

// orderItem reads what the skeleton left out, WITHIN and NULLS, from the tokens behind the key.
func (c *converter) orderItem(o *sqlparser.Order) ast.OrderItem {
	x, s := c.expr(o.Expr)
	out := ast.OrderItem{Expr: x, Desc: o.Direction == sqlparser.DescScr}
	i := s.last + 1
	if e := c.side[i]; e != nil && e.form == formLoose && c.at(i).isWord("WITHIN") {
		e.used = true
		out.Within, i = e.lit, e.last+1
	}
	if c.at(i).isWord("ASC") || c.at(i).isWord("DESC") {
		i++
	}
	if e := c.side[i]; e != nil && e.form == formLoose && c.at(i).isWord("NULLS") {
		e.used = true
		out.Nulls = ast.NullsFirst
		if c.at(i + 1).isWord("LAST") {
			out.Nulls = ast.NullsLast
		}
	}
	return out
}
