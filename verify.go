package millrace

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/parse"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/storage/catalog"
	"github.com/millrace-sql/millrace/storage/kv"
	"github.com/millrace-sql/millrace/storage/lake"
	"github.com/millrace-sql/millrace/storage/shardlog"
	"github.com/millrace-sql/millrace/storage/state"
)

// Problem is something wrong with a data directory or a table of the lake: where,
// what, and what is lost or can be done.
type Problem struct {
	Where, What, Repair string
	// Leftover tells that a crash has left it: harmless, and removed in time.
	Leftover bool
}

// String is the problem in one line.
func (p Problem) String() string { return p.Where + ": " + p.What + " (" + p.Repair + ")" }

// Verified counts what Verify has read.
type Verified struct {
	Streams, Shards, Blocks, Records int64
	Checkpoints, Chunks              int64
	Definitions, Tables, Partitions  int64
	LakeTables                       int64
	Bytes                            int64 // of keys and values
}

// Verify reads everything in the data directory dir, which no process may have open,
// and the files of the lake tables it defines, and reports what is damaged, missing or
// left over. It repairs nothing and needs little memory. The error says why not
// everything could be looked at; a damaged directory is no error.
func Verify(ctx context.Context, dir string, report func(Problem)) (Verified, error) {
	var v Verified
	is, err := Exists(dir)
	if err != nil {
		return v, err
	}
	if !is {
		return v, fmt.Errorf("data directory %s: there is no database in it", dir)
	}
	store, err := kv.Open(dir, kv.Options{})
	if err != nil {
		return v, err
	}
	err = v.read(ctx, store, func(p kv.Problem) { report(Problem(p)) })
	return v, errors.Join(err, store.Close())
}

func (v *Verified) read(ctx context.Context, store *kv.DB, report func(kv.Problem)) error {
	keys, err := store.Verify(ctx, report)
	if err != nil {
		return err
	}
	log, err := shardlog.Verify(ctx, store, report)
	if err != nil {
		return err
	}
	saved, err := state.Verify(ctx, store, report)
	if err != nil {
		return err
	}
	docs, err := catalog.Verify(ctx, store, report)
	if err != nil {
		return err
	}
	v.Bytes = keys.Bytes
	v.Streams, v.Shards, v.Blocks, v.Records = log.Streams, log.Shards, log.Blocks, log.Records
	v.Checkpoints, v.Chunks = saved.Checkpoints, saved.Chunks
	v.Definitions, v.Tables, v.Partitions = docs.Definitions, docs.Tables, docs.Partitions
	return v.lake(ctx, store, report)
}

// lake looks at the tables that are defined here. Files that pumps hold back belong to
// them by the tokens of their checkpoints.
func (v *Verified) lake(ctx context.Context, store *kv.DB, report func(kv.Problem)) error {
	c, err := catalog.Open(store, catalog.Options{})
	if err != nil {
		report(kv.Problem{Where: "catalog", What: err.Error(), Repair: "the tables of the lake were not looked at"})
		return nil
	}
	databases, err := c.Databases()
	if err != nil {
		return err
	}
	for _, d := range databases {
		if err := v.definitions(c, catalog.KindView, d.Name, readView, report); err != nil {
			return err
		}
		if err := v.definitions(c, catalog.KindFunction, d.Name, readFunction, report); err != nil {
			return err
		}
		definitions, err := c.Definitions(catalog.KindTable, d.Name)
		if err != nil {
			return err
		}
		for _, def := range definitions {
			if err := v.table(ctx, store, c, def, report); err != nil {
				return err
			}
		}
	}
	return nil
}

func (v *Verified) table(ctx context.Context, store *kv.DB, c *catalog.Catalog, def catalog.Definition, report func(kv.Problem)) error {
	where := fmt.Sprintf("table %s.%s", def.Database, def.Name)
	r, err := tableOf(def)
	if err != nil {
		report(kv.Problem{Where: where, What: fmt.Sprintf("its definition cannot be read: %v", err), Repair: "the files are still there"})
		return nil
	}
	if r.Connector != lakeConnector {
		return nil
	}
	v.LakeTables++
	t, err := openTable(r, ConnectorEnv{Dir: def.Options["dir"]})
	if err != nil {
		report(kv.Problem{Where: where, What: err.Error(), Repair: "its location cannot be opened"})
		return nil
	}
	tokens, err := tableTokens(store, c, r)
	if err != nil {
		return err
	}
	return t.Verify(ctx, tokens, func(p lake.Problem) {
		report(kv.Problem{Where: where + ": " + p.Where, What: p.What, Repair: p.Repair, Leftover: p.Leftover})
	})
}

// definitions looks whether what a database has of a kind can be read. What it names may
// be gone; the query that names it says so.
func (v *Verified) definitions(c *catalog.Catalog, kind catalog.Kind, database string, read func(catalog.Definition) error, report func(kv.Problem)) error {
	list, err := c.Definitions(kind, database)
	if err != nil {
		return err
	}
	for _, def := range list {
		if err := read(def); err != nil {
			report(kv.Problem{
				Where: string(kind) + " " + def.Name, What: fmt.Sprintf("its definition cannot be read: %v", err),
				Repair: "it must be created anew",
			})
		}
	}
	return nil
}

func readView(def catalog.Definition) error {
	stmt, err := parse.ParseStatement(def.SQL)
	if _, ok := stmt.(*ast.CreateView); err == nil && !ok {
		err = errors.New("it is no CREATE VIEW")
	}
	return err
}

func readFunction(def catalog.Definition) error {
	_, err := functionOf(def)
	return err
}

// tableOf is the table that a stored definition declares.
func tableOf(def catalog.Definition) (*plan.Relation, error) {
	stmt, err := parse.ParseStatement(def.SQL)
	if err != nil {
		return nil, err
	}
	create, ok := stmt.(*ast.CreateTable)
	if !ok {
		return nil, errors.New("it is no CREATE TABLE")
	}
	return (&plan.Binder{}).CreateTable(create)
}

// tableTokens is what the pumps that write a table would restore.
func tableTokens(store *kv.DB, c *catalog.Catalog, table *plan.Relation) (tokens [][]byte, err error) {
	pumps, err := c.Definitions(catalog.KindPump, catalog.DefaultDatabase)
	if err != nil {
		return nil, err
	}
	for _, d := range pumps {
		stmt, err := parse.ParseStatement(d.SQL)
		create, ok := stmt.(*ast.CreatePump)
		if err != nil || !ok || !names(create.Insert.Into, table) {
			continue
		}
		p := pump{name: d.Name, incarnation: d.Incarnation}
		saved, _, err := state.New(store, state.Options{}).Latest(p.jobName())
		if err != nil {
			continue // reported by the checkpoints' own verification, or none
		}
		for key, token := range saved.Tokens {
			if strings.Contains(key, ":Output/") {
				tokens = append(tokens, token)
			}
		}
	}
	return tokens, nil
}

// names tells that a qualified name means a table.
func names(parts ast.Qualified, table *plan.Relation) bool {
	if !strings.EqualFold(parts.Last().Text, table.Name) {
		return false
	}
	return len(parts) == 1 || strings.EqualFold(parts[0].Text, table.Database)
}
