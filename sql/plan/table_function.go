package plan

import (
	"slices"
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
)

// TableFunction is a function that makes rows, called in FROM as TABLE(f(...)).
type TableFunction struct {
	Name, Usage, Doc string
	// bind gives the rows that a call makes, its alias and column list not yet applied.
	bind func(b *Binder, ref *ast.TableFunc, streaming bool) (Node, error)
}

// TableFunctions is those of the engine, by name.
func TableFunctions() []TableFunction {
	return []TableFunction{
		{
			"COUNT_DISTINCT_ITEMS_TUMBLING", "TABLE(COUNT_DISTINCT_ITEMS_TUMBLING(CURSOR(query), 'column', seconds))",
			"the NUMBER_OF_DISTINCT_ITEMS of a column in each window; exact up to 10,000", distinctItems,
		},
		{
			"TOP_K_ITEMS_TUMBLING", "TABLE(TOP_K_ITEMS_TUMBLING(CURSOR(query), 'column', k, seconds))",
			"the k most frequent values of a column in each window, ITEM and ITEM_COUNT", topItems,
		},
		{
			"RANDOM_CUT_FOREST", "TABLE(RANDOM_CUT_FOREST(CURSOR(query), [trees, sample, decay, shingle]))",
			"the rows with an ANOMALY_SCORE of their numbers", forest,
		},
		{
			"RANDOM_CUT_FOREST_WITH_EXPLANATION", "TABLE(RANDOM_CUT_FOREST_WITH_EXPLANATION(CURSOR(query), [trees, sample, decay, shingle, directions]))",
			"the same, and an ANOMALY_EXPLANATION that says which columns are odd", forestExplained,
		},
	}
}

// tableFunction is the one of a name, nil = none.
func tableFunction(name string) *TableFunction {
	list := TableFunctions()
	i := slices.IndexFunc(list, func(f TableFunction) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return &list[i]
}

// tableFunc binds TABLE(f(...)): a function that makes rows (kda-sql.md §12).
func (b *Binder) tableFunc(ref *ast.TableFunc, streaming bool) (Node, *scope, error) {
	f := tableFunction(ref.Name.Last().Text)
	own := userFunctions(b.Catalog, ref.Name.Last().Text, UserTable)
	var n Node
	var err error
	switch {
	case f != nil:
		n, err = f.bind(b, ref, streaming)
	case len(own) > 0 && len(ref.Name) == 1:
		n, err = b.tableCall(ref, own, streaming)
	default:
		err = b.noTableFunction(ref.Name)
	}
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
	if slices.Contains(aggregateNames[:], last.Text) || functions[last.Text] != nil ||
		len(userFunctions(b.Catalog, last.Text, UserScalar))+len(userFunctions(b.Catalog, last.Text, UserAggregate)) > 0 {
		return e.hint("%s gives one value: call it in the select list", last.Text)
	}
	var names []string
	for _, f := range TableFunctions() {
		names = append(names, f.Name)
	}
	if known, ok := b.Catalog.(FunctionCatalog); ok {
		for _, own := range known.FunctionNames() {
			if len(userFunctions(b.Catalog, own, UserTable)) > 0 {
				names = append(names, own)
			}
		}
	}
	if near := suggestName(last, names); near != "" {
		return e.hint("%s", near)
	}
	return e.hint("there is %s", strings.Join(names, ", "))
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
