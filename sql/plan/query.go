package plan

import (
	"strconv"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// Query is a bound query. A streaming query goes on until its inputs end; its
// schema then has a rowtime.
type Query struct {
	Root      Node
	Streaming bool
}

// Binder binds the statements of one script against one catalog.
type Binder struct {
	Catalog Catalog

	binding *binding
	ctes    []cte     // that can be named here
	rest    []ast.CTE // of the entry of WITH that is being bound, and behind it
	// outer is the place of the query around this one, when this one stands in an
	// expression; correlation takes what its WHERE says of outer columns, nil = it may
	// not.
	outer       *exprBinder
	correlation *correlation
}

// Query binds a top-level query: with STREAM it is streaming, without it reads
// streams to their present end, as finite relations (kda-sql.md §7).
func (b *Binder) Query(q ast.Query) (*Query, error) {
	streaming := IsStream(q)
	root, err := b.begin().query(q, streaming)
	if err != nil {
		return nil, err
	}
	if err := checkRowTimestamp(root); err != nil {
		return nil, err
	}
	return &Query{Root: Optimize(root), Streaming: streaming}, nil
}

// IsStream tells whether the outermost SELECT, or a side of UNION ALL, says
// STREAM; the other side is then a stream as well or an error.
func IsStream(q ast.Query) bool {
	switch q := q.(type) {
	case *ast.Select:
		return q.Stream
	case *ast.SetOp:
		return IsStream(q.L) || IsStream(q.R)
	case *ast.With:
		return IsStream(q.Body)
	}
	return false
}

// query binds any query; its visible columns come first, a hidden ROWTIME, where
// there is one, last.
func (b *Binder) query(q ast.Query, streaming bool) (Node, error) {
	switch q := q.(type) {
	case *ast.Select:
		return b.selectQuery(q, streaming)
	case *ast.Values:
		n, err := b.values(q)
		if err != nil {
			return nil, err
		}
		return b.tail(n, q.Tail, streaming)
	case *ast.With:
		return b.with(q, streaming)
	case *ast.SetOp:
		n, err := b.within().setOp(q, streaming)
		if err != nil {
			return nil, err
		}
		return b.tail(n, q.Tail, streaming)
	}
	return nil, errorAt(q.Position(), "this query is not supported yet")
}

// within is b for a part of the query that may not name outer columns.
func (b *Binder) within() *Binder {
	c := *b
	c.correlation = nil
	return &c
}

// values binds rows of constants: the type of a column is the common type of its
// values.
func (b *Binder) values(q *ast.Values) (Node, error) {
	none := &exprBinder{catalog: b.Catalog, scope: &scope{schema: types.NewSchema()}, outer: b.outer, clause: "in VALUES"}
	rows, at := make([][]Expr, len(q.Rows)), make([][]ast.Pos, len(q.Rows))
	first := &Project{schema: types.NewSchema()} // names the columns
	for r, row := range q.Rows {
		for _, item := range row {
			p := &Project{schema: types.NewSchema()}
			if r == 0 {
				p = first
			}
			from := len(p.Exprs)
			if err := none.addValue(p, item); err != nil {
				return nil, err
			}
			for _, e := range p.Exprs[from:] {
				rows[r], at[r] = append(rows[r], e), append(at[r], item.Position())
			}
		}
		if len(rows[r]) != len(rows[0]) {
			return nil, errorAt(row[0].Position(), "this row has %d values, the first row has %d", len(rows[r]), len(rows[0]))
		}
	}
	schema := first.schema
	for c := range rows[0] {
		t := rows[0][c].Type()
		for r := range rows {
			common, ok := types.Common(t, rows[r][c].Type())
			if !ok {
				return nil, errorAt(at[r][c], "value of type %s in a column of %s", rows[r][c].Type(), t)
			}
			t = common
		}
		for r := range rows {
			rows[r][c] = coerce(rows[r][c], t)
		}
		schema.Fields[c].Type, schema.Fields[c].NotNull = t, false
	}
	return &Values{Rows: rows, schema: schema}, nil
}

// tail binds ORDER BY and LIMIT behind a query whose select list is gone: keys
// are output columns or ordinals.
func (b *Binder) tail(n Node, t ast.Tail, streaming bool) (Node, error) {
	out := newScope(n.Schema(), ast.Name{})
	n, err := b.orderBy(n, t, streaming, func(e ast.Expr) (Expr, error) {
		return (&exprBinder{catalog: b.Catalog, scope: out, outer: b.outer, clause: "in ORDER BY of a set operation or VALUES"}).bind(e)
	})
	if err != nil {
		return nil, err
	}
	return b.limit(n, t)
}

func (b *Binder) orderBy(n Node, t ast.Tail, streaming bool, bind func(ast.Expr) (Expr, error)) (Node, error) {
	if len(t.OrderBy) == 0 {
		return n, nil
	}
	if streaming {
		return b.orderStream(n, t, bind)
	}
	keys, err := sortKeys(n, t.OrderBy, bind)
	return &Sort{Input: n, Keys: keys}, err
}

// ordinal is the output column that an integer literal in ORDER BY means; nil
// for any other expression.
func ordinal(n Node, e ast.Expr) (Expr, error) {
	lit, ok := e.(*ast.Literal)
	if !ok || lit.Kind != ast.IntegerLit {
		return nil, nil
	}
	visible := n.Schema().Visible()
	i, err := strconv.Atoi(lit.Text)
	if err != nil || i < 1 || i > len(visible) {
		return nil, errorAt(lit.Pos, "ORDER BY %s: the select list has %d columns", lit.Text, len(visible)).near(lit.Text)
	}
	f := n.Schema().Fields[visible[i-1]]
	return &Column{Index: visible[i-1], Name: f.Name, Of: f.Type}, nil
}

func (b *Binder) limit(n Node, t ast.Tail) (Node, error) {
	if t.Limit == nil && t.Offset == nil {
		return n, nil
	}
	l := &Limit{Input: n, Count: -1}
	for _, part := range []struct {
		e    ast.Expr
		into *int64
		word string
	}{{t.Limit, &l.Count, "LIMIT"}, {t.Offset, &l.Offset, "OFFSET"}} {
		if part.e == nil {
			continue
		}
		lit, ok := part.e.(*ast.Literal)
		if !ok || lit.Kind != ast.IntegerLit {
			return nil, errorAt(part.e.Position(), "%s takes a whole number", part.word)
		}
		v, err := strconv.ParseInt(lit.Text, 10, 64)
		if err != nil {
			return nil, errorAt(lit.Pos, "%s %s is too large", part.word, lit.Text).near(lit.Text)
		}
		*part.into = v
	}
	return l, nil
}
