package plan

import (
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// input is the rows that expressions are bound over. A subquery among them joins its
// result to the rows, as columns behind the others, so that what was bound before
// stays right.
type input struct {
	node      Node
	binder    *Binder
	streaming bool
	memo      map[ast.Expr]Expr // subqueries that were bound: an expression may be bound twice
}

func (b *Binder) rows(n Node, streaming bool) *input {
	return &input{node: n, binder: b, streaming: streaming, memo: map[ast.Expr]Expr{}}
}

// subplan is a bound subquery: its visible columns, then those that the correlation
// reads.
type subplan struct {
	node   Node
	values []int // of the visible columns
	correlation
}

// subquery binds the query of an expression, a scalar one, IN or EXISTS.
func (b *exprBinder) subquery(q ast.Query, pos ast.Pos, scalar bool) (*subplan, error) {
	if b.in == nil {
		return nil, errorAt(pos, "a subquery cannot stand %s", b.place()).hint("%s", b.advice())
	}
	if err := b.in.binder.count(pos); err != nil {
		return nil, err
	}
	inner := *b.in.binder
	sub := &subplan{}
	inner.outer, inner.correlation = b, &sub.correlation
	if b.in.streaming && !inner.isFinite(q) {
		return nil, errorAt(pos, "a subquery of a streaming query cannot read a stream: it has no end").
			hint("a table can be read; JOIN or UNION ALL combine streams")
	}
	n, err := inner.query(unordered(q, scalar), false)
	if err != nil {
		return nil, err
	}
	sub.node = n
	sub.values = n.Schema().Visible()
	return sub, nil
}

// unordered is q without ORDER BY and, for IN and EXISTS, DISTINCT, which do not
// change what it holds. With LIMIT they do.
func unordered(q ast.Query, scalar bool) ast.Query {
	s, ok := q.(*ast.Select)
	if !ok || s.Limit != nil {
		return q
	}
	c := *s
	c.Distinct = c.Distinct && scalar
	return &c
}

func (b *exprBinder) place() string {
	if b.clause == "" {
		return "here"
	}
	return b.clause
}

func (b *exprBinder) advice() string {
	if b.group != nil || b.clause == "in GROUP BY" {
		return "compute it in a subquery of FROM"
	}
	return ""
}

// once binds a subquery once, also where the expression around it is bound twice.
func (b *exprBinder) once(e ast.Expr, bind func() (Expr, error)) (Expr, error) {
	if b.in == nil {
		return bind()
	}
	if have, ok := b.in.memo[e]; ok {
		return have, nil
	}
	out, err := bind()
	if err == nil {
		b.in.memo[e] = out
	}
	return out, err
}

// attach joins a subquery to the rows.
func (b *exprBinder) attach(kind LookupKind, sub *subplan, xs, values []Expr) *Lookup {
	in, table := b.in.node.Schema(), sub.node.Schema()
	n := &Lookup{Kind: kind, Input: b.in.node, Table: sub.node, In: len(xs)}
	n.InputKeys = append(append([]Expr(nil), sub.outer...), xs...)
	n.TableKeys = append(append([]Expr(nil), sub.inner...), values...)
	if sub.rest != nil {
		n.On = transform(sub.rest, func(e Expr) Expr {
			switch e := e.(type) {
			case *outerColumn:
				return &e.Column
			case *Column:
				return &Column{Index: len(in.Fields) + e.Index, Name: e.Name, Of: e.Of}
			}
			return nil
		})
	}
	n.schema = types.Schema{Fields: append([]types.Field(nil), in.Fields...), RowTime: in.RowTime}
	switch kind {
	case LookupMark:
		n.schema.Fields = append(n.schema.Fields, types.Field{Name: "MATCH", Type: boolean, Hidden: true})
	case LookupSingle:
		for _, f := range table.Fields {
			f.NotNull, f.Hidden = false, true
			n.schema.Fields = append(n.schema.Fields, f)
		}
	}
	b.in.node = n
	return n
}

// bindScalar is (SELECT ...): one column; no row is NULL, a second one an error of
// the outer row.
func (b *exprBinder) bindScalar(e *ast.Subquery) (Expr, error) {
	return b.once(e, func() (Expr, error) {
		sub, err := b.subquery(e.Query, e.Pos, true)
		if err != nil {
			return nil, err
		}
		if n := sub.width(); n != 1 {
			return nil, errorAt(e.Pos, "a subquery as a value has one column, this one has %d", n)
		}
		base := len(b.in.node.Schema().Fields)
		if sub.global != nil {
			values, having := b.global(sub)
			if having == nil {
				return values[0], nil
			}
			none := &Literal{Of: values[0].Type()}
			return &Case{Whens: []When{{having, values[0]}}, Else: none, Of: none.Of}, nil
		}
		n := b.attach(LookupSingle, sub, nil, nil)
		f := n.schema.Fields[base+sub.values[0]]
		return &Column{Index: base + sub.values[0], Name: f.Name, Of: f.Type}, nil
	})
}

func (s *subplan) width() int {
	if s.global != nil {
		return len(s.global.values)
	}
	return len(s.values)
}

// global joins an aggregate that has a row for every outer row.
func (b *exprBinder) global(sub *subplan) (values []Expr, having Expr) {
	base, agg := len(b.in.node.Schema().Fields), sub.node.(*Aggregate)
	b.attach(LookupSingle, sub, nil, nil)
	over := func(e Expr) Expr {
		return transform(e, func(e Expr) Expr {
			c, ok := e.(*Column)
			if !ok {
				return nil
			}
			out := &Column{Index: base + c.Index, Name: c.Name, Of: c.Of}
			if i := c.Index - len(agg.Keys); i < 0 || agg.Calls[i].Func != "COUNT" {
				return out
			}
			return &Call{Func: "COALESCE", Args: []Expr{out, &Literal{int64(0), c.Of}}, Of: c.Of}
		})
	}
	for _, v := range sub.global.values {
		values = append(values, over(v))
	}
	if sub.global.having != nil {
		having = over(sub.global.having)
	}
	return values, having
}
