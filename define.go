package millrace

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/millrace-sql/millrace/exec"
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/storage/catalog"
)

// definition is a CREATE statement on its way into the catalog.
type definition struct {
	kind      catalog.Kind
	database  string
	name      string
	sql       string // canonical, without OR REPLACE and IF NOT EXISTS
	dir       string
	orReplace bool
	ifMissing bool
	pos       ast.Pos
	options   []ast.Option // of a relation
}

// verdict is what a CREATE has to do, given what is stored.
type verdict int

const (
	create verdict = iota
	replace
	nothing
)

// judge applies the rule of re-running scripts: a statement equal to the stored
// definition changes nothing and keeps its state; a different one is an error
// under CREATE and a reset under CREATE OR REPLACE (DESIGN §8).
func (db *DB) judge(d definition) (verdict, error) {
	old, err := db.catalog.Definition(d.kind, d.database, d.name)
	switch {
	case errors.Is(err, catalog.ErrNotFound):
		return create, nil
	case err != nil:
		return create, err
	case old.SQL == d.sql || d.ifMissing:
		return nothing, nil
	case d.orReplace:
		return replace, nil
	}
	return create, errorAt(d.pos, d.name, "%s %s exists with another definition", d.kind, d.name).
		hint("CREATE OR REPLACE %s drops it and starts anew", strings.ToUpper(string(d.kind)))
}

// store writes the definition; a replaced one gets a new incarnation.
func (db *DB) store(d definition, v verdict) (catalog.Definition, error) {
	out := catalog.Definition{Kind: d.kind, Database: d.database, Name: d.name, SQL: d.sql, Options: map[string]string{"dir": d.dir}}
	if v == replace {
		out.Incarnation = uuid.New()
	}
	return db.catalog.PutDefinition(out)
}

// createStream defines a stream and makes what it stands for.
func (db *DB) createStream(ctx context.Context, s *ast.CreateStream, dir string) error {
	b := plan.Binder{}
	r, err := b.CreateStream(s)
	if err != nil {
		return positioned(err)
	}
	plain := *s
	plain.OrReplace, plain.IfNotExists = false, false
	return db.createRelation(ctx, r, definition{
		kind: catalog.KindStream, database: catalog.DefaultDatabase, name: r.Name, sql: plain.String(), dir: dir,
		orReplace: s.OrReplace, ifMissing: s.IfNotExists, pos: s.Pos, options: s.Options,
	})
}

// createTable defines a table.
func (db *DB) createTable(ctx context.Context, s *ast.CreateTable, dir string) error {
	b := plan.Binder{}
	r, err := b.CreateTable(s)
	if err != nil {
		return positioned(err)
	}
	plain := *s
	plain.OrReplace, plain.IfNotExists = false, false
	return db.createRelation(ctx, r, definition{
		kind: catalog.KindTable, database: r.Database, name: r.Name, sql: plain.String(), dir: dir,
		orReplace: s.OrReplace, ifMissing: s.IfNotExists, pos: s.Pos, options: s.Options,
	})
}

func (db *DB) createRelation(ctx context.Context, r *plan.Relation, d definition) error {
	v, err := db.judge(d)
	if err != nil || v == nothing {
		return err
	}
	env := ConnectorEnv{Mem: db.opts.Mem, Dir: d.dir}
	c, err := db.checkOptions(r, env, d.pos, d.options)
	if err != nil {
		return err
	}
	if err := (&scope{db: db}).free(r, d.pos); err != nil {
		return err
	}
	if p := db.runningUserOf(r); v == replace && p != nil {
		return errorAt(d.pos, r.Name, "%s is in use by pump %s", r.Name, p.name).hint("ALTER PUMP %s STOP first", p.name)
	}
	if v == replace {
		if err := db.resetPumps(r); err != nil {
			return at(d.pos, err)
		}
		if err := db.drop(key(r)); err != nil {
			return at(d.pos, err)
		}
	}
	if c.Create != nil {
		if err := c.Create(ctx, r, env, d.orReplace); err != nil {
			return at(d.pos, err)
		}
	}
	stored, err := db.store(d, v)
	if err != nil {
		return err
	}
	if err := db.add(r, d.sql, d.dir, stored.Incarnation); err != nil {
		return err
	}
	if r.Connector == lakeConnector {
		return db.register(r, env)
	}
	return nil
}

// add makes a relation known and starts its in-application stream, from its
// checkpoint if it has one.
func (db *DB) add(r *plan.Relation, sql, dir string, incarnation uuid.UUID) error {
	own := &relation{Relation: *r, sql: sql, dir: dir}
	if r.Stream && r.Connector == plan.InApplication {
		rejects, err := db.rejectsOf("", uuid.New())("", 0)
		if err != nil {
			return err
		}
		key := "stream/" + r.Name + "/" + incarnation.String()
		saved, err := checkpoints{db.state}.Latest(key)
		if err != nil {
			return err
		}
		own.stream = exec.NewStream(exec.StreamConfig{
			Name: r.Name, Schema: r.Schema, Mem: db.opts.Mem, Now: db.opts.Now, Rejects: rejects, Key: key, Restore: saved,
			Budget: db.budget, Fail: db.coord.FailStream,
		})
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	db.mu.relations[key(r)] = own
	return nil
}

// logName is the name of a stored stream in the log.
func logName(r *plan.Relation) string {
	if n := r.Options["stream"]; n != "" {
		return n
	}
	return r.Name
}

// shardsOf reads the option `shards`.
func shardsOf(r *plan.Relation) (int, error) {
	text, ok := r.Options["shards"]
	if !ok {
		return 1, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 10000 {
		return 0, fmt.Errorf("option 'shards' is %q, not a number from 1 to 10000", text)
	}
	return n, nil
}

// shardsFit refuses another number of shards for records that are there.
func (db *DB) shardsFit(r *plan.Relation) error {
	n, err := shardsOf(r)
	if err != nil || r.Options["shards"] == "" {
		return err
	}
	info, err := db.log.Describe(logName(r))
	if err != nil || len(info.Shards) == n {
		return nil // not there yet
	}
	if own := len(db.relationsIf(func(o *relation) bool { return recordsOf(&o.Relation) == recordsOf(r) && o.Name != r.Name })); own == 0 {
		return nil // CREATE OR REPLACE drops them first
	}
	return fmt.Errorf("option 'shards' is %d, the records of %s have %d", n, logName(r), len(info.Shards))
}

// workingDir is an absolute form of a base directory.
func workingDir(dir string) string {
	if dir != "" {
		return dir
	}
	if wd, err := os.Getwd(); err == nil {
		return wd
	}
	return "."
}
