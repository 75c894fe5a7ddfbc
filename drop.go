package millrace

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/storage/catalog"
)

// drop forgets a relation and removes what the engine itself keeps of it.
func (db *DB) drop(name string) error {
	db.mu.Lock()
	own := db.mu.relations[name]
	delete(db.mu.relations, name)
	db.mu.Unlock()
	if own == nil {
		return nil
	}
	if own.stream != nil {
		return errors.Join(own.stream.Close(), db.state.Drop(own.stream.Key))
	}
	if own.Connector != plan.StoredStream || db.recordsUsed(recordsOf(&own.Relation)) {
		return nil
	}
	return db.log.DropStream(logName(&own.Relation))
}

// recordsUsed tells that a relation stands for these records.
func (db *DB) recordsUsed(records string) bool {
	return len(db.relationsIf(func(r *relation) bool { return recordsOf(&r.Relation) == records })) > 0
}

// dropStatement is DROP.
func (db *DB) dropStatement(ctx context.Context, s *ast.Drop) error {
	name := s.Name.Last().Text
	missing := func(err error) error {
		if s.IfExists {
			return nil
		}
		return at(s.Name.Position(), err)
	}
	switch s.Kind {
	case "PUMP":
		p := db.pumpNamed(name)
		if p == nil {
			return missing(fmt.Errorf("no pump %s", name))
		}
		return db.dropPump(ctx, p)
	case "FUNCTION":
		return db.dropFunction(ctx, s, missing)
	case "VIEW":
		return db.dropView(ctx, s, missing)
	case "STREAM", "TABLE":
		return db.dropRelation(ctx, s, missing)
	case "CRAWLER":
		if err := db.catalog.DeleteCrawler(name); err != nil {
			return missing(err)
		}
		return nil
	}
	return errorAt(s.Pos, s.Kind, "DROP %s is not supported yet", s.Kind)
}

func (db *DB) dropPump(ctx context.Context, p *pump) error {
	if err := db.stop(ctx, p); err != nil {
		db.opts.Logger.Warn("dropped pump had failed", "pump", p.name, "err", err)
	}
	if err := db.catalog.DeleteDefinition(catalog.KindPump, catalog.DefaultDatabase, p.name); err != nil {
		return err
	}
	db.mu.Lock()
	db.mu.pumps = slices.DeleteFunc(db.mu.pumps, func(o *pump) bool { return o == p })
	db.mu.Unlock()
	return db.forgetState(p.jobName())
}

// dropRelation refuses while pumps or views use the relation, unless CASCADE.
func (db *DB) dropRelation(ctx context.Context, s *ast.Drop, missing func(error) error) error {
	names := &scope{db: db}
	r, err := names.Relation(s.Name)
	if err != nil {
		return missing(err)
	}
	if r.View != nil || r.Stream != (s.Kind == "STREAM") {
		return errorAt(s.Name.Position(), r.Name, "%s is not a %s", r.Name, strings.ToLower(s.Kind))
	}
	db.mu.Lock()
	own := db.mu.relations[key(r)]
	db.mu.Unlock()
	if own == nil || own.sql == "" {
		return errorAt(s.Name.Position(), r.Name, "%s cannot be dropped", r)
	}
	if err := db.releaseUsers(ctx, r, s); err != nil {
		return err
	}
	kind, database := catalog.KindStream, catalog.DefaultDatabase
	if !r.Stream {
		kind, database = catalog.KindTable, r.Database
	}
	if err := db.catalog.DeleteDefinition(kind, database, r.Name); err != nil {
		return err
	}
	if r.Connector == lakeConnector {
		if err := db.catalog.DeleteTable(r.Database, strings.ToLower(r.Name)); err != nil && !errors.Is(err, catalog.ErrNotFound) {
			return err
		}
	}
	return db.drop(key(r))
}

// runningUserOf is a running pump that reads or writes the relation.
func (db *DB) runningUserOf(r *plan.Relation) *pump {
	for _, p := range db.pumpsWith(r) {
		if state, _, _ := p.state(); state == stateRunning {
			return p
		}
	}
	return nil
}

// pumpsWith is the pumps that read or write the relation, through views or not, in order of creation.
func (db *DB) pumpsWith(r *plan.Relation) []*pump {
	db.mu.Lock()
	pumps := slices.Clone(db.mu.pumps)
	db.mu.Unlock()
	names := &scope{db: db}
	return slices.DeleteFunc(pumps, func(p *pump) bool {
		uses := false
		use := func(used *plan.Relation) { uses = uses || key(used) == key(r) }
		if into, err := names.Relation(p.insert.Into); err == nil {
			use(into)
		}
		names.eachRelation(p.insert.Query, use)
		return !uses
	})
}
