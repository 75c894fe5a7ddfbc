package plan

import (
	"slices"
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// field is the column that a qualified name means as the field of a record:
// record.FIELD or alias.record.FIELD; nil where there is no such record or field.
func (s *scope) field(parts ast.Qualified) (*Column, error) {
	if len(parts) < 2 {
		return nil, nil
	}
	name, columns := parts.Last(), s.recordColumns(parts[:len(parts)-1])
	for _, same := range nameForms(name) {
		var found []int
		for _, i := range columns {
			if same(s.schema.Fields[i].Name) {
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
	return nil, nil
}

// recordColumns is the fields of the record that `record` or `alias.record` names;
// none where it names none.
func (s *scope) recordColumns(parts ast.Qualified) []int {
	if !slices.ContainsFunc(s.schema.Fields, func(f types.Field) bool { return f.Record != "" }) {
		return nil
	}
	in := func(int) bool { return true }
	if len(parts) > 1 {
		var err error
		if in, err = s.qualifier(parts); err != nil {
			return nil
		}
	}
	for _, same := range nameForms(parts.Last()) {
		var out []int
		for i, f := range s.schema.Fields {
			if f.Record != "" && in(i) && same(f.Record) {
				out = append(out, i)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// nameForms is how a name is compared with stored ones: exactly, then, unless it is
// quoted, without case.
func nameForms(n ast.Name) []func(stored string) bool {
	return []func(string) bool{
		func(stored string) bool { return stored == n.Text },
		func(stored string) bool { return !n.Quoted && strings.EqualFold(stored, n.Text) },
	}
}

// unknownField is a better error than err for a name that a record has something to do
// with; nil where none has.
func (s *scope) unknownField(parts ast.Qualified, err error) error {
	name := parts.Last()
	if columns := s.recordColumns(parts); len(columns) > 0 {
		f := s.schema.Fields[columns[0]]
		return errorAt(name.Pos, "%s is a record, which cannot stand in an expression", f.Record).near(name.Text).
			hint("name a field: %s.%s", f.Record, f.Name)
	}
	if len(parts) > 1 {
		var known []string
		for _, i := range s.recordColumns(parts[:len(parts)-1]) {
			known = append(known, s.schema.Fields[i].Name)
		}
		if len(known) > 0 {
			return errorAt(name.Pos, "record %s has no field %s", parts[len(parts)-2].Text, name.Text).near(name.Text).
				hint("the fields are %s", strings.Join(known, ", "))
		}
	}
	for _, f := range s.schema.Fields {
		if f.Record == "" || !strings.EqualFold(f.Name, name.Text) {
			continue
		}
		if len(parts) > 2 {
			if _, err := s.qualifier(parts[:len(parts)-1]); err != nil {
				return err // alias.record.FIELD with another alias
			}
		}
		e := errorAt(name.Pos, "no column %s", name.Text).near(name.Text).hint("%s is a field: %s.%s", f.Name, f.Record, f.Name)
		e.missing = isMissing(err)
		return e
	}
	return nil
}

// units is the visible columns, the fields of a record together: what the names of
// AS t(c1, ...) stand for.
func units(s types.Schema) [][]int {
	var out [][]int
	for k, i := range s.Visible() {
		if r := s.Fields[i].Record; k > 0 && r != "" && r == s.Fields[i-1].Record {
			out[len(out)-1] = append(out[len(out)-1], i)
			continue
		}
		out = append(out, []int{i})
	}
	return out
}

// unitNames is what the units are called.
func unitNames(s types.Schema, units [][]int) []string {
	out := make([]string, len(units))
	for i, at := range units {
		f := s.Fields[at[0]]
		if out[i] = f.Name; f.Record != "" {
			out[i] = f.Record
		}
	}
	return out
}
