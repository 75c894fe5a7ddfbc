package plan

import (
	"maps"
	"slices"
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// scope is the columns that names can mean at one place of a query: the output
// of a node, with the relation alias each column came from.
type scope struct {
	schema types.Schema
	tables []ast.Name // per column: the alias it can be qualified with
	// merged is the right side's columns of USING: one column with the left
	// side's unless they are qualified.
	merged map[int]bool
}

// newScope is the columns of one relation under one alias.
func newScope(schema types.Schema, alias ast.Name) *scope {
	s := &scope{schema: schema, tables: make([]ast.Name, len(schema.Fields))}
	for i := range s.tables {
		s.tables[i] = alias
	}
	return s
}

// join is the columns of both sides; the left side's rowtime stays the rowtime.
func (s *scope) join(r *scope) *scope {
	fields := append(append([]types.Field(nil), s.schema.Fields...), r.schema.Fields...)
	merged := maps.Clone(s.merged)
	if merged == nil {
		merged = map[int]bool{}
	}
	for i := range r.merged {
		merged[len(s.schema.Fields)+i] = true
	}
	return &scope{
		schema: types.Schema{Fields: fields, RowTime: s.schema.RowTime},
		tables: append(append([]ast.Name(nil), s.tables...), r.tables...),
		merged: merged,
	}
}

// column is the expression for column i.
func (s *scope) column(i int) *Column {
	f := s.schema.Fields[i]
	return &Column{Index: i, Name: f.Name, Of: f.Type}
}

// resolve finds the column a name means: visible columns before hidden ones,
// the exact stored name before one equal ignoring case, which a quoted name never
// is (DESIGN §5, kda-sql.md §1.1).
func (s *scope) resolve(parts ast.Qualified) (*Column, error) {
	name := parts.Last()
	if len(parts) == 1 && name.Text == types.RowTimeName && s.schema.RowTime >= 0 {
		return s.column(s.schema.RowTime), nil
	}
	if len(parts) > 2 {
		if c, err := s.field(parts); c != nil || err != nil {
			return c, err
		}
	}
	tables, err := s.qualifier(parts)
	if err != nil {
		return s.orField(parts, err)
	}
	for _, same := range []func(stored string) bool{
		func(stored string) bool { return stored == name.Text },
		func(stored string) bool { return !name.Quoted && strings.EqualFold(stored, name.Text) },
	} {
		for _, hidden := range []bool{false, true} {
			var found []int
			for i, f := range s.schema.Fields {
				if f.Hidden == hidden && f.Record == "" && tables(i) && same(f.Name) {
					found = append(found, i)
				}
			}
			if len(found) == 1 {
				return s.column(found[0]), nil
			}
			if len(found) > 1 {
				return nil, s.ambiguous(parts, found)
			}
		}
	}
	return s.orField(parts, s.unknown(parts, tables))
}

// orField is the field that a name means that is no column, else err.
func (s *scope) orField(parts ast.Qualified, err error) (*Column, error) {
	if c, ambiguous := s.field(parts); c != nil || ambiguous != nil {
		return c, ambiguous
	}
	if wrong := s.unknownField(parts, err); wrong != nil {
		return nil, wrong
	}
	return nil, err
}

// qualifier tells which columns a qualified name can mean; without a qualifier
// all of them.
func (s *scope) qualifier(parts ast.Qualified) (func(i int) bool, error) {
	if len(parts) == 1 {
		return func(i int) bool { return !s.merged[i] }, nil
	}
	q := parts[len(parts)-2]
	for _, same := range []func(a ast.Name) bool{
		func(a ast.Name) bool { return a.Text == q.Text },
		func(a ast.Name) bool { return !q.Quoted && strings.EqualFold(a.Text, q.Text) },
	} {
		for _, t := range s.tables {
			if same(t) {
				return func(i int) bool { return same(s.tables[i]) }, nil
			}
		}
	}
	e := errorAt(q.Pos, "no relation %s in FROM", q.Text).near(q.Text).hint("%s", suggestName(q, s.aliases()))
	if known := strings.Join(slices.DeleteFunc(s.aliases(), func(a string) bool { return a == "" }), ", "); e.Hint == "" && known != "" {
		e.Hint = "the relations are " + known
	}
	e.missing = true
	return nil, e
}

func (s *scope) ambiguous(parts ast.Qualified, found []int) error {
	var where []string
	for _, i := range found {
		f := s.schema.Fields[i]
		if f.Record != "" {
			f.Name = f.Record + "." + f.Name
		}
		where = append(where, s.tables[i].Text+"."+f.Name)
	}
	name := parts.Last()
	return errorAt(parts.Position(), "column %s is ambiguous", name.Text).near(name.Text).
		hint("it could be %s", strings.Join(where, " or "))
}

func (s *scope) unknown(parts ast.Qualified, tables func(int) bool) error {
	name := parts.Last()
	var known []string
	for i, f := range s.schema.Fields {
		if tables(i) {
			known = append(known, f.Name)
		}
	}
	e := errorAt(name.Pos, "no column %s", name.Text).near(name.Text)
	e.missing = len(parts) == 1
	hint := suggestName(name, known)
	if hint == "" && len(known) > 0 {
		hint = "the columns are " + strings.Join(known, ", ")
	}
	if name.Quoted && len(parts) == 1 && hint == "" {
		hint = "a string is written in single quotes"
	}
	return e.hint("%s", hint)
}

// aliases is the distinct qualifiers, in order.
func (s *scope) aliases() []string {
	var out []string
	for i, t := range s.tables {
		if i == 0 || s.tables[i-1].Text != t.Text {
			out = append(out, t.Text)
		}
	}
	return out
}
