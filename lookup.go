package millrace

import (
	"slices"
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/storage/catalog"
	"github.com/millrace-sql/millrace/storage/kv"
)

// Exists reports whether dir is a data directory that Open has made, without
// opening it. One that is not there, or holds something else, is none.
func Exists(dir string) (bool, error) { return kv.Exists(dir) }

// FindStream finds a stream by its name as a person writes it: as it is stored,
// else the only one that is equal ignoring case. The error of a name that no
// stream has wraps plan.ErrNotFound and names the nearest one.
func (db *DB) FindStream(name string) (*Stream, error) {
	var names []string
	for _, r := range db.relationsIf(func(r *relation) bool { return r.Stream }) {
		names = append(names, r.Name)
	}
	i, err := plan.Match(ast.Name{Text: name}, names, true)
	switch {
	case err != nil:
		return nil, err
	case i >= 0:
		return db.Stream(names[i]), nil
	}
	if hint := plan.Suggest(name, names); hint != "" {
		return nil, notFound("no stream %s; %s", name, hint)
	}
	return nil, notFound("no stream %s", name)
}

// Relations are the streams, tables and views that SQL can name, built-in and crawled
// ones included, by database and name: what an editor offers. Schemas and options
// are the DB's own and must not be changed.
func (db *DB) Relations() ([]plan.Relation, error) {
	known := map[string]bool{}
	var out []plan.Relation
	for _, r := range db.relationsIf(func(*relation) bool { return true }) {
		known[strings.ToLower(key(&r.Relation))] = true
		out = append(out, r.Relation)
	}
	for _, v := range db.views() {
		out = append(out, v.Relation)
	}
	err := db.eachTable(func(t catalog.Table) {
		r, err := relationOf(t)
		if err == nil && !known[strings.ToLower(key(r))] { // after an error a query that names it says why
			out = append(out, *r)
		}
	})
	slices.SortFunc(out, func(a, b plan.Relation) int { return strings.Compare(key(&a), key(&b)) })
	return out, err
}

// eachTable visits the tables of the catalog: those that crawlers found, and among them
// those that statements have declared.
func (db *DB) eachTable(visit func(catalog.Table)) error {
	databases, err := db.catalog.Databases()
	if err != nil {
		return err
	}
	for _, d := range databases {
		tables, err := db.catalog.Tables(d.Name)
		if err != nil {
			return err
		}
		for _, t := range tables {
			visit(t)
		}
	}
	return nil
}
