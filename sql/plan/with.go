package plan

import (
	"errors"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// maxParts is how often one statement may bind the query of a WITH entry, view or
// subquery: entries that name each other twice would double at every step.
const maxParts = 2000

// binding is what one statement has bound so far.
type binding struct {
	parts  int
	used   map[*ast.CTE]bool
	finite map[any]bool // of entries and views
}

func (b *Binder) begin() *Binder {
	c := *b
	c.binding = &binding{used: map[*ast.CTE]bool{}, finite: map[any]bool{}}
	return &c
}

// finiteOnce asks isFinite of the query of an entry or view once.
func (b *Binder) finiteOnce(of any, ctes []cte, q ast.Query) bool {
	if b.binding == nil {
		return b.apart(ctes).isFinite(q)
	}
	if known, ok := b.binding.finite[of]; ok {
		return known
	}
	is := b.apart(ctes).isFinite(q)
	b.binding.finite[of] = is
	return is
}

// count refuses a statement that grows without end.
func (b *Binder) count(pos ast.Pos) error {
	if b.binding == nil {
		return nil
	}
	if b.binding.parts++; b.binding.parts > maxParts {
		return errorAt(pos, "the statement reads its queries more than %d times", maxParts).
			hint("entries of WITH and views are bound anew wherever they are named")
	}
	return nil
}

// cte is an entry of WITH where it can be named: its query sees what stood before
// it.
type cte struct {
	*ast.CTE
	before []cte
	rest   []ast.CTE // itself and those behind it
}

// with binds WITH: each reference binds the entry's query anew.
func (b *Binder) with(q *ast.With, streaming bool) (Node, error) {
	inner := *b
	for i := range q.Entries {
		e := &q.Entries[i]
		for _, other := range q.Entries[:i] {
			if other.Name.Text == e.Name.Text {
				return nil, errorAt(e.Name.Pos, "WITH names %s twice", e.Name.Text).near(e.Name.Text)
			}
		}
		before := inner.ctes
		inner.ctes = append(before[:len(before):len(before)], cte{e, before, q.Entries[i:]})
	}
	n, err := inner.query(q.Body, streaming)
	if err != nil {
		return nil, err
	}
	for _, c := range inner.ctes[len(b.ctes):] {
		if b.binding != nil && !b.binding.used[c.CTE] {
			// Nobody names it; its mistakes are still mistakes.
			if _, err := inner.entry(c, streaming); err != nil {
				return nil, err
			}
		}
	}
	return n, nil
}

// cteNamed is the entry of WITH that a name means, the innermost first.
func (b *Binder) cteNamed(parts ast.Qualified) (cte, bool) {
	if len(parts) != 1 {
		return cte{}, false
	}
	for i := len(b.ctes) - 1; i >= 0; i-- {
		if at, err := Match(parts[0], []string{b.ctes[i].Name.Text}, true); at == 0 && err == nil {
			return b.ctes[i], true
		}
	}
	return cte{}, false
}

// apart is the binder for a query that sees nothing of the one around it but the
// entries of WITH.
func (b *Binder) apart(ctes []cte) *Binder {
	c := *b
	c.ctes, c.outer, c.correlation, c.rest = ctes, nil, nil, nil
	return &c
}

// entry binds one reference to an entry of WITH.
func (b *Binder) entry(c cte, streaming bool) (relationNode, error) {
	if err := b.count(c.Name.Pos); err != nil {
		return relationNode{}, err
	}
	if b.binding != nil {
		b.binding.used[c.CTE] = true
	}
	inner := b.apart(c.before)
	inner.rest = c.rest
	n, err := inner.query(c.Query, streaming && !b.finiteOnce(c.CTE, c.before, c.Query))
	if err != nil {
		return relationNode{}, err
	}
	schema, err := renamed(n.Schema(), c.Columns)
	return relationNode{n, schema}, err
}

// view binds one reference to a view. Its text is not the statement's: a mistake in
// it is reported where the view is named.
func (b *Binder) view(rel *Relation, pos ast.Pos, streaming bool) (relationNode, error) {
	if err := b.count(pos); err != nil {
		return relationNode{}, err
	}
	inner := b.apart(nil)
	n, err := inner.query(rel.View.Query, streaming && !b.finiteOnce(rel.View, nil, rel.View.Query))
	out := relationNode{node: n}
	if err == nil {
		out.schema, err = renamed(n.Schema(), rel.View.Columns)
	}
	var e *Error
	if errors.As(err, &e) {
		at := errorAt(pos, "view %s: %s", rel, e.Msg).near(rel.Name).hint("%s", e.Hint)
		at.Err = e.Err
		return out, at
	}
	return out, err
}

// relationNode is the rows of a relation with the names its columns have.
type relationNode struct {
	node   Node
	schema types.Schema
}

// notThere explains a name that is not there yet: an entry's own, or that of one
// behind it.
func (b *Binder) notThere(parts ast.Qualified) *Error {
	if len(parts) != 1 {
		return nil
	}
	for i, e := range b.rest {
		if at, err := Match(parts[0], []string{e.Name.Text}, true); at != 0 || err != nil {
			continue
		}
		if i == 0 {
			return errorAt(parts[0].Pos, "%s refers to itself: WITH RECURSIVE is not supported", e.Name.Text).near(e.Name.Text)
		}
		return errorAt(parts[0].Pos, "%s is defined further on in WITH", e.Name.Text).near(e.Name.Text).hint("put it before what reads it")
	}
	return nil
}
