package millrace

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/storage/catalog"
)

// createPump defines a pump; it does not start it.
func (db *DB) createPump(ctx context.Context, s *ast.CreatePump, dir string) (*pump, error) {
	if len(s.Name) != 1 {
		return nil, errorAt(s.Name.Position(), s.Name.Last().Text, "the name of a pump has no qualifier")
	}
	b := plan.Binder{Catalog: &scope{db: db}}
	if _, err := bindPump(b, s); err != nil {
		return nil, positioned(err)
	}
	plain := *s
	plain.OrReplace, plain.IfNotExists = false, false
	d := definition{
		kind: catalog.KindPump, database: catalog.DefaultDatabase, name: s.Name[0].Text, sql: plain.String(), dir: dir,
		orReplace: s.OrReplace, ifMissing: s.IfNotExists, pos: s.Pos,
	}
	v, err := db.judge(d)
	if err != nil {
		return nil, err
	}
	old := db.pumpNamed(d.name)
	if v == nothing {
		return old, nil
	}
	if old != nil {
		if err := db.stop(ctx, old); err != nil {
			db.opts.Logger.Warn("replaced pump had failed", "pump", old.name, "err", err)
		}
		if err := db.forgetState(old.jobName()); err != nil {
			return nil, err
		}
	}
	stored, err := db.store(d, v)
	if err != nil {
		return nil, err
	}
	p := &pump{name: d.name, sql: d.sql, dir: dir, incarnation: stored.Incarnation, insert: s.Insert, started: !s.Stopped}
	db.addPump(p)
	return p, nil
}

// bindPump binds a pump's INSERT. A pump goes on where it ended, which a LIMIT
// cannot: it would count from nothing again.
func bindPump(b plan.Binder, s *ast.CreatePump) (*plan.Insert, error) {
	bound, err := b.Insert(s.Insert, true)
	if err != nil {
		return nil, err
	}
	if limited(bound.Root) {
		return nil, errorAt(s.Insert.Query.Position(), "LIMIT", "LIMIT in a pump is not supported yet").
			hint("INSERT INTO ... SELECT STREAM ... LIMIT runs once")
	}
	return bound, nil
}

func limited(n plan.Node) bool {
	if _, ok := n.(*plan.Limit); ok {
		return true
	}
	return slices.ContainsFunc(n.Inputs(), limited)
}

// resetPumps makes the pumps begin anew that read the records of a replaced
// relation or write into it: their positions and ordinals are of the old ones. So do
// those over a replaced view, which are other queries now. A table on the right of a join has neither, and an in-application stream keeps
// nothing.
func (db *DB) resetPumps(r *plan.Relation) error {
	if r.View == nil && r.Connector == plan.InApplication {
		return nil
	}
	for _, p := range db.pumpsWith(r) {
		into, err := (&scope{db: db}).Relation(p.insert.Into)
		if err != nil || r.View == nil && !r.Stream && key(into) != key(r) {
			continue
		}
		if err := db.resetPump(p); err != nil {
			return err
		}
	}
	return nil
}

// resetPump lets a pump that does not run begin anew.
func (db *DB) resetPump(p *pump) error {
	if err := db.forgetState(p.jobName()); err != nil {
		return err
	}
	d, err := db.catalog.Definition(catalog.KindPump, catalog.DefaultDatabase, p.name)
	if err != nil {
		return err
	}
	d.Incarnation = uuid.New()
	if d, err = db.catalog.PutDefinition(d); err != nil {
		return err
	}
	p.incarnation = d.Incarnation
	return nil
}

// addPump makes a pump known, in the place of one with its name.
func (db *DB) addPump(p *pump) {
	db.mu.Lock()
	defer db.mu.Unlock()
	for i, old := range db.mu.pumps {
		if old.name == p.name {
			db.mu.pumps[i] = p
			return
		}
	}
	db.mu.pumps = append(db.mu.pumps, p)
}

func (db *DB) pumpNamed(name string) *pump {
	db.mu.Lock()
	defer db.mu.Unlock()
	for _, p := range db.mu.pumps {
		if p.name == name {
			return p
		}
	}
	return nil
}
