package parse

import (
	"github.com/xwb1989/sqlparser"

	"github.com/millrace-sql/millrace/sql/ast"
)

// rewriter is one for a part of the query.
func (r queryReader) rewriter(first int) *rewriter {
	w := newRewriter(r.toks)
	w.first, w.depth, w.chain, w.setOps = first, r.depth, r.chain, r.setOps
	return w
}

// core reads one SELECT or VALUES.
func (r queryReader) core(from, to int) (ast.Query, error) {
	w := r.rewriter(from)
	aside, err := w.query(from, to)
	if err != nil {
		return nil, err
	}
	tree, err := w.parse(r.toks, to)
	if err != nil {
		return nil, err
	}
	s, ok := tree.(*sqlparser.Select)
	if !ok {
		return nil, unexpected(r.toks, from)
	}
	c := &converter{toks: r.toks, side: w.side}
	q := c.selectQuery(s, from)
	if out, ok := q.(*ast.Select); ok {
		out.Stagger, out.Windows = aside.stagger, aside.windows
	}
	return q, c.finish()
}

// tail reads what stands behind a whole set operation, or behind parentheses.
func (r queryReader) tail(from, to int) (ast.Tail, error) {
	w := r.rewriter(from)
	w.emit(from, "select null", true)
	if err := w.run(from, to); err != nil {
		return ast.Tail{}, err
	}
	tree, err := w.parse(r.toks, to)
	if err != nil {
		return ast.Tail{}, err
	}
	s, ok := tree.(*sqlparser.Select)
	if !ok {
		return ast.Tail{}, unexpected(r.toks, from)
	}
	c := &converter{toks: r.toks, side: w.side}
	t := c.tail(s.OrderBy, s.Limit)
	return t, c.finish()
}

// withTail is q with ORDER BY and LIMIT behind it. A query that has its own becomes a subquery.
func withTail(q ast.Query, t ast.Tail) ast.Query {
	var own *ast.Tail
	switch q := q.(type) {
	case *ast.Select:
		own = &q.Tail
	case *ast.SetOp:
		own = &q.Tail
	case *ast.Values:
		own = &q.Tail
	case *ast.With:
		q.Body = withTail(q.Body, t)
		return q
	}
	if len(own.OrderBy) == 0 && own.Limit == nil && own.Offset == nil {
		*own = t
		return q
	}
	pos := q.Position()
	return &ast.Select{
		Items: []ast.SelectItem{{Expr: &ast.Star{Pos: pos}}}, From: []ast.TableRef{&ast.SubqueryRef{Query: q, Pos: pos}},
		Stream: streams(q), Tail: t, Pos: pos,
	}
}

func streams(q ast.Query) bool {
	switch q := q.(type) {
	case *ast.Select:
		return q.Stream
	case *ast.SetOp:
		return streams(q.L) || streams(q.R)
	}
	return false
}
