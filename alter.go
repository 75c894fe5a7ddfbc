package millrace

import (
	"context"
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/storage/catalog"
)

// alterPump starts pumps, all that are joined with them together, or stops them one
// after the other.
func (db *DB) alterPump(ctx context.Context, s *ast.AlterPump) error {
	pumps, err := db.noteAltered(s)
	if err != nil {
		return err
	}
	if s.Start {
		return db.start(ctx, pumps...)
	}
	for _, p := range pumps {
		if err := db.stop(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// noteAltered finds the pumps of a statement, and notes in their definitions whether
// they are started. One that is unknown changes nothing.
func (db *DB) noteAltered(s *ast.AlterPump) ([]*pump, error) {
	pumps, err := db.alteredPumps(s)
	if err != nil {
		return nil, err
	}
	for _, p := range pumps {
		d, err := db.catalog.Definition(catalog.KindPump, catalog.DefaultDatabase, p.name)
		if err != nil {
			return nil, err
		}
		delete(d.Options, "stopped")
		if !s.Start {
			d.Options["stopped"] = "true"
		}
		if _, err := db.catalog.PutDefinition(d); err != nil {
			return nil, err
		}
		p.started = s.Start
	}
	return pumps, nil
}

// alteredPumps is the pumps that are named, or all of them.
func (db *DB) alteredPumps(s *ast.AlterPump) ([]*pump, error) {
	if len(s.All) > 0 {
		schema := s.All.Last()
		if len(s.All) > 1 || !strings.EqualFold(schema.Text, catalog.DefaultDatabase) {
			return nil, errorAt(s.All.Position(), schema.Text, "no schema %s", schema.Text).hint(`pumps have one: "%s".*`, catalog.DefaultDatabase)
		}
		return db.pumpsIf(func(*pump) bool { return true }), nil
	}
	pumps := make([]*pump, len(s.Names))
	for i, name := range s.Names {
		var err error
		if pumps[i], err = db.pumpAt(name); err != nil {
			return nil, err
		}
	}
	return pumps, nil
}

// alterStream says what does in the place of ALTER STREAM: a stream has no state of its
// own that could be reset or paused without its pumps.
func alterStream(s *ast.AlterStream) error {
	e := errorAt(s.ActionPos, s.Action, "ALTER STREAM ... %s is not supported", s.Action)
	switch name := s.Names[0].Last().String(); s.Action {
	case "PAUSE":
		return e.hint("stop the pumps that write into %s: ALTER PUMP name, ... STOP", name)
	case "RESUME":
		return e.hint("start the pumps that write into %s: ALTER PUMP name, ... START", name)
	default:
		return e.hint("CREATE OR REPLACE STREAM %s drops its rows, and its pumps begin anew", name)
	}
}
