package millrace

import (
	"errors"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/plan"
)

// isBarrier tells whether a statement runs alone, after all before it.
func isBarrier(stmt ast.Statement) bool {
	switch s := stmt.(type) {
	case *ast.SelectStatement:
		return !plan.IsStream(s.Query)
	case *ast.Insert:
		_, values := s.Query.(*ast.Values)
		return !values && !plan.IsStream(s.Query)
	case *ast.RunCrawler, *ast.Show, *ast.Describe, *ast.Explain, *ast.Drop, *ast.AlterPump:
		return true
	}
	return false
}

// check binds the whole script against a draft of what it will create, so that a
// mistake in its last line costs nothing.
func (r *runner) check(stmts []ast.Statement) error {
	s := &scope{db: r.db, draft: map[string]*plan.Relation{}}
	b := plan.Binder{Catalog: s}
	created := map[string]ast.Pos{}
	selects := 0
	for _, stmt := range stmts {
		if isBarrier(stmt) {
			selects = 0
		} else if sel, ok := stmt.(*ast.SelectStatement); ok {
			if selects++; selects > 1 && !r.opts.Together && r.opts.Result != nil {
				return errorAt(sel.Pos, "SELECT", "two streaming SELECTs run at the same time here: their rows would mix").
					hint("the format ndjson tells them apart")
			}
		}
		if err := r.checkOne(stmt, s, b, created); err != nil {
			// What an earlier barrier makes is not there yet.
			if s.later && unknownName(err) {
				continue
			}
			return at(stmt.Position(), err)
		}
		if _, ok := stmt.(*ast.RunCrawler); ok {
			s.later = true
		}
	}
	return nil
}

func unknownName(err error) bool { return errors.Is(err, plan.ErrNotFound) }

func (r *runner) checkOne(stmt ast.Statement, s *scope, b plan.Binder, created map[string]ast.Pos) error {
	once := func(kind, name string, pos ast.Pos) error {
		k := kind + " " + name
		if first, twice := created[k]; twice {
			return errorAt(pos, name, "%s is created twice in this script", k).hint("first at line %d", first.Line)
		}
		created[k] = pos
		return nil
	}
	switch t := stmt.(type) {
	case *ast.CreateStream:
		rel, err := b.CreateStream(t)
		if err != nil {
			return err
		}
		return r.draft(s, rel, t.Pos, once("stream", rel.Name, t.Pos))
	case *ast.CreateTable:
		rel, err := b.CreateTable(t)
		if err != nil {
			return err
		}
		return r.draft(s, rel, t.Pos, once("table", key(rel), t.Pos))
	case *ast.CreatePump:
		if err := once("pump", t.Name.Last().Text, t.Pos); err != nil {
			return err
		}
		_, err := b.Insert(t.Insert, true)
		return err
	case *ast.CreateCrawler:
		return once("crawler", t.Name.Last().Text, t.Pos)
	case *ast.Insert:
		_, err := b.Insert(t, false)
		return err
	case *ast.SelectStatement:
		_, err := b.Query(t.Query)
		return err
	}
	return nil
}

// draft adds a relation that the script is going to create, its options checked.
func (r *runner) draft(s *scope, rel *plan.Relation, pos ast.Pos, err error) error {
	if err != nil {
		return err
	}
	c, err := r.db.connector(rel.Connector)
	if err != nil {
		return errorAt(pos, rel.Connector, "%v", err).hint("%s", plan.Suggest(rel.Connector, r.db.connectorNames()))
	}
	if c.Check != nil {
		if err := c.Check(rel, ConnectorEnv{Mem: r.db.opts.Mem, Dir: r.dir}); err != nil {
			return err
		}
	}
	s.draft[key(rel)] = rel
	return nil
}
