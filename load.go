package millrace

import (
	"fmt"
	"slices"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/parse"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/storage/catalog"
)

// loadDefinitions binds what the catalog holds, in order of creation.
func (db *DB) loadDefinitions() error {
	if err := db.loadFunctions(); err != nil {
		return err
	}
	var all []catalog.Definition
	databases, err := db.catalog.Databases()
	if err != nil {
		return err
	}
	for _, kind := range []catalog.Kind{catalog.KindStream, catalog.KindTable, catalog.KindView, catalog.KindPump} {
		names := []string{catalog.DefaultDatabase}
		if kind == catalog.KindTable {
			names = nil
			for _, d := range databases {
				names = append(names, d.Name)
			}
		}
		for _, database := range names {
			list, err := db.catalog.Definitions(kind, database)
			if err != nil {
				return err
			}
			all = append(all, list...)
		}
	}
	slices.SortStableFunc(all, func(a, b catalog.Definition) int { return int(a.Created - b.Created) })
	for _, d := range all {
		if err := db.loadDefinition(d); err != nil {
			return fmt.Errorf("stored definition of %s %s: %w", d.Kind, d.Name, err)
		}
	}
	return nil
}

func (db *DB) loadDefinition(d catalog.Definition) error {
	stmt, err := parse.ParseStatement(d.SQL)
	if err != nil {
		return err
	}
	b := plan.Binder{}
	var r *plan.Relation
	switch s := stmt.(type) {
	case *ast.CreateStream:
		r, err = b.CreateStream(s)
	case *ast.CreateTable:
		r, err = b.CreateTable(s)
	case *ast.CreateView:
		// What it reads may come after it, or be gone: the query that names it says so.
		db.addView(&plan.Relation{Name: d.Name, View: &plan.View{Query: s.Query, Columns: s.Columns}}, d.SQL)
		return nil
	case *ast.CreatePump:
		db.addPump(&pump{
			name: d.Name, sql: d.SQL, dir: d.Options["dir"], incarnation: d.Incarnation, insert: s.Insert,
			started: !s.Stopped && d.Options["stopped"] == "",
		})
		return nil
	default:
		return fmt.Errorf("is not a definition: %s", d.SQL)
	}
	if err != nil {
		return err
	}
	return db.add(r, d.SQL, d.Options["dir"], d.Incarnation)
}
