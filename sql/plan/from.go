package plan

import (
	"errors"
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// from binds FROM; a comma is a CROSS JOIN. A SELECT without FROM has one row
// without columns.
func (b *Binder) from(q *ast.Select, streaming bool) (Node, *scope, error) {
	if len(q.From) == 0 {
		if streaming {
			return nil, nil, errorAt(q.Pos, "SELECT STREAM needs a stream in FROM")
		}
		return &Values{Rows: [][]Expr{{}}, schema: types.NewSchema()}, newScope(types.NewSchema(), ast.Name{}), nil
	}
	if err := checkJoinWindows(q); err != nil {
		return nil, nil, err
	}
	n, sc, err := b.tableRef(q.From[0], streaming)
	if err != nil {
		return nil, nil, err
	}
	for _, ref := range q.From[1:] {
		r, rs, err := b.tableRef(ref, streaming)
		if err != nil {
			return nil, nil, err
		}
		if n, sc, err = b.join(n, sc, r, rs, &ast.Join{Kind: ast.CrossJoin, Pos: ref.Position()}, streaming); err != nil {
			return nil, nil, err
		}
	}
	if streaming && n.Schema().RowTime < 0 {
		return nil, nil, errorAt(q.From[0].Position(), "SELECT STREAM needs a stream in FROM").
			hint("without STREAM the query reads a finite relation")
	}
	return n, sc, nil
}

func (b *Binder) tableRef(ref ast.TableRef, streaming bool) (Node, *scope, error) {
	switch ref := ref.(type) {
	case *ast.TableName:
		return b.tableName(ref, streaming)
	case *ast.SubqueryRef:
		return b.subquery(ref, streaming)
	case *ast.TableFunc:
		return b.tableFunc(ref, streaming)
	case *ast.Join:
		l, ls, err := b.tableRef(ref.L, streaming)
		if err != nil {
			return nil, nil, err
		}
		r, rs, err := b.tableRef(ref.R, streaming)
		if err != nil {
			return nil, nil, err
		}
		return b.join(l, ls, r, rs, ref, streaming)
	}
	return nil, nil, errorAt(ref.Position(), "this form of FROM is not supported yet")
}

func (b *Binder) tableName(ref *ast.TableName, streaming bool) (Node, *scope, error) {
	if c, ok := b.cteNamed(ref.Parts); ok {
		n, err := b.entry(c, streaming)
		return named(n, ref, c.Name.Text, err)
	}
	rel, err := b.relation(ref.Parts)
	if err != nil {
		return nil, nil, err
	}
	if rel.View != nil {
		n, err := b.view(rel, ref.Parts.Position(), streaming)
		return named(n, ref, rel.Name, err)
	}
	bounded := rel.Stream && !streaming
	if bounded && rel.Connector == InApplication {
		e := errorAt(ref.Pos, "%s is an in-application stream: it has no history to read", rel.Name).near(rel.Name).
			hint("SELECT STREAM reads its rows as they come; a stream WITH ('connector'='stream') keeps them")
		e.Err = errNoHistory
		return nil, nil, e
	}
	scan := &Scan{Relation: rel, Bounded: bounded, Columns: make([]int, len(rel.Schema.Fields))}
	for i := range scan.Columns {
		scan.Columns[i] = i
	}
	scan.schema = rel.Schema
	if bounded {
		scan.schema.RowTime = -1
	}
	n := timed(scan, rel)
	return named(relationNode{n, scan.schema}, ref, rel.Name, nil)
}

// named is the rows of a relation under its alias, or else its stored name.
func named(r relationNode, ref *ast.TableName, stored string, err error) (Node, *scope, error) {
	if err != nil {
		return nil, nil, err
	}
	alias := ref.Parts.Last()
	if ref.Alias != nil {
		alias = *ref.Alias
	} else {
		alias.Text = stored
	}
	schema, err := renamed(settled(r.schema), ref.ColumnAliases)
	return r.node, newScope(schema, alias), err
}

// relation looks a name up and turns the catalog's answer into a positioned
// error.
func (b *Binder) relation(parts ast.Qualified) (*Relation, error) {
	rel, err := b.Catalog.Relation(parts)
	if err == nil {
		return rel, nil
	}
	e := errorAt(parts.Position(), "%v", err).near(parts.Last().Text)
	e.Err = err
	if errors.Is(err, ErrNotFound) {
		if e := b.notThere(parts); e != nil {
			return nil, e
		}
		return nil, e.hint("%s", suggestName(parts.Last(), b.Catalog.Names()))
	}
	return nil, e
}

func (b *Binder) subquery(ref *ast.SubqueryRef, streaming bool) (Node, *scope, error) {
	n, err := b.query(ref.Query, streaming && !b.isFinite(ref.Query))
	if err != nil {
		return nil, nil, err
	}
	alias := ast.Name{}
	if ref.Alias != nil {
		alias = *ref.Alias
	}
	schema, err := renamed(settled(n.Schema()), ref.ColumnAliases)
	return n, newScope(schema, alias), err
}

// isFinite tells whether a subquery of a streaming query reads tables only: it
// is then the finite side of a join.
func (b *Binder) isFinite(q ast.Query) bool {
	switch q := q.(type) {
	case *ast.With:
		inner := *b
		for i := range q.Entries {
			inner.ctes = append(inner.ctes[:len(inner.ctes):len(inner.ctes)], cte{CTE: &q.Entries[i], before: inner.ctes})
		}
		return inner.isFinite(q.Body)
	case *ast.Values:
		return true
	case *ast.SetOp:
		return b.isFinite(q.L) && b.isFinite(q.R)
	case *ast.Select:
		for _, ref := range q.From {
			if !b.finiteRef(ref) {
				return false
			}
		}
		return !q.Stream
	}
	return false
}

func (b *Binder) finiteRef(ref ast.TableRef) bool {
	switch ref := ref.(type) {
	case *ast.TableName:
		if c, ok := b.cteNamed(ref.Parts); ok {
			return b.finiteOnce(c.CTE, c.before, c.Query)
		}
		rel, err := b.Catalog.Relation(ref.Parts)
		if err == nil && rel.View != nil {
			return b.finiteOnce(rel.View, nil, rel.View.Query)
		}
		return err == nil && !rel.Stream
	case *ast.SubqueryRef:
		return b.isFinite(ref.Query)
	case *ast.TableFunc:
		return b.finiteFunc(ref)
	case *ast.Join:
		return b.finiteRef(ref.L) && b.finiteRef(ref.R)
	}
	return false
}

// renamed applies a column list `AS t(c1, ...)`: it names all declared columns, a
// record with all its fields being one; ROWTIME is not counted and keeps its name
// (kda-sql.md §7).
func renamed(s types.Schema, names []ast.Name) (types.Schema, error) {
	if len(names) == 0 {
		return s, nil
	}
	visible := units(s)
	if len(names) != len(visible) {
		return s, errorAt(names[0].Pos, "the column list has %d names for %d columns", len(names), len(visible)).near(names[0].Text).
			hint("the columns are %s", strings.Join(unitNames(s, visible), ", "))
	}
	s.Fields = append([]types.Field(nil), s.Fields...)
	for i, at := range visible {
		if names[i].Text == types.RowTimeName {
			return s, errorAt(names[i].Pos, "a column list cannot name ROWTIME").near(names[i].Text).
				hint("ROWTIME is not counted and keeps its name")
		}
		for _, field := range at {
			if s.Fields[field].Record != "" {
				s.Fields[field].Record = names[i].Text
			} else {
				s.Fields[field].Name = names[i].Text
			}
		}
	}
	return s, nil
}
