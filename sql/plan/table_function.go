package plan

import (
	"maps"
	"slices"

	"github.com/millrace-sql/millrace/sql/ast"
)

// tableFunctions binds the calls of TABLE(...) in FROM by the name of the function: the rows it
// makes, its alias and column list not yet applied.
var tableFunctions = map[string]func(b *Binder, ref *ast.TableFunc, streaming bool) (Node, error){}

// tableFunc binds TABLE(f(...)): a function that makes rows (kda-sql.md §12).
func (b *Binder) tableFunc(ref *ast.TableFunc, streaming bool) (Node, *scope, error) {
	bind := tableFunctions[ref.Name.Last().Text]
	if bind == nil {
		return nil, nil, b.noTableFunction(ref.Name)
	}
	n, err := bind(b, ref, streaming)
	if err != nil {
		return nil, nil, err
	}
	alias := ast.Name{}
	if ref.Alias != nil {
		alias = *ref.Alias
	}
	schema, err := renamed(n.Schema(), ref.ColumnAliases)
	return n, newScope(schema, alias), err
}

// noTableFunction says what else the name may mean.
func (b *Binder) noTableFunction(name ast.Qualified) error {
	last := name.Last()
	e := errorAt(last.Pos, "no table function %s", last.Text).near(last.Text)
	if slices.Contains(aggregateNames[:], last.Text) || functions[last.Text] != nil {
		return e.hint("%s gives one value: call it in the select list", last.Text)
	}
	known := slices.Sorted(maps.Keys(tableFunctions))
	if len(known) == 0 {
		return e.hint("there is none yet")
	}
	return e.hint("%s", suggestName(last, known))
}

// finiteFunc tells whether a table function reads tables only.
func (b *Binder) finiteFunc(ref *ast.TableFunc) bool {
	for _, a := range ref.Args {
		if a.Query != nil && !b.isFinite(a.Query) || a.Table != nil && !b.finiteRef(a.Table) {
			return false
		}
	}
	return true
}
