package millrace

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/millrace-sql/millrace/exec"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/parse"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/storage/catalog"
)

// Exec executes statements one after the other, each at once: a started pump
// runs from here on, an INSERT is finished when Exec returns. Statements before
// one that fails have taken effect. SELECT is Query's.
func (db *DB) Exec(ctx context.Context, sql string) error {
	stmts, err := parse.Parse(sql)
	if err != nil {
		return positioned(err)
	}
	for _, stmt := range stmts {
		if err := db.executeOne(ctx, stmt); err != nil {
			return at(stmt.Position(), err)
		}
	}
	return nil
}

func (db *DB) executeOne(ctx context.Context, stmt ast.Statement) error {
	if err := db.begin(); err != nil {
		return err
	}
	defer db.end()
	dir := workingDir(db.opts.Dir)
	switch s := stmt.(type) {
	case *ast.CreatePump:
		p, err := db.createPump(ctx, s, dir)
		if err != nil || !p.started {
			return err
		}
		if state, _, _ := p.state(); state == stateRunning {
			return nil
		}
		return db.start(ctx, p)
	case *ast.AlterPump:
		return db.alterPump(ctx, s)
	case *ast.AlterStream:
		return alterStream(s)
	case *ast.Insert:
		_, err := db.insert(ctx, s, uuid.New(), sourceMode{db: db})
		return err
	}
	return db.define(ctx, stmt, dir)
}

// define executes the statements that change definitions and start nothing.
func (db *DB) define(ctx context.Context, stmt ast.Statement, dir string) error {
	switch s := stmt.(type) {
	case *ast.CreateStream:
		return db.createStream(ctx, s, dir)
	case *ast.CreateTable:
		if stream := plan.AsStream(s); stream != nil {
			return db.createStream(ctx, stream, dir)
		}
		return db.createTable(ctx, s, dir)
	case *ast.CreateFunction:
		return db.createFunction(s, dir)
	case *ast.CreateView:
		return db.createView(s, dir)
	case *ast.CreateCrawler:
		return db.createCrawler(s, dir)
	case *ast.RunCrawler:
		_, err := db.runCrawler(ctx, s)
		return err
	case *ast.Drop:
		return db.dropStatement(ctx, s)
	case *ast.SelectStatement, *ast.Show, *ast.Describe, *ast.Explain, *ast.Discover:
		return errorAt(stmt.Position(), "", "this statement has rows").hint("run it with Query or Run")
	}
	return errorAt(stmt.Position(), "", "this statement is not supported yet")
}

// insert runs a top-level INSERT to its end. The incarnation makes its rows known
// to the log: repeating an interrupted one with the same does not double them.
func (db *DB) insert(ctx context.Context, s *ast.Insert, incarnation uuid.UUID, mode sourceMode) (exec.JobStats, error) {
	b := plan.Binder{Catalog: &scope{db: db}}
	ins, err := b.Insert(s, false)
	if err != nil {
		return exec.JobStats{}, positioned(err)
	}
	name := "insert/" + incarnation.String()
	env := db.env(mode, db.rejectsOf(name, incarnation))
	job, err := db.insertPart(ctx, name, incarnation, ins, env)
	if err != nil {
		return exec.JobStats{}, err
	}
	if err := db.adhoc(ctx, job); err != nil {
		return exec.JobStats{}, err
	}
	defer db.forget(job)
	err = job.Wait()
	return job.Stats(), err
}

// insertPart makes the job of a top-level INSERT. Rows for an in-application
// stream that do not come out of another stream come from outside, like PutRows.
func (db *DB) insertPart(ctx context.Context, name string, incarnation uuid.UUID, ins *plan.Insert, env exec.Env) (*exec.Job, error) {
	if ins.Streaming || ins.Into.Connector != plan.InApplication {
		return db.insertJob(ctx, name, name, incarnation, ins, env)
	}
	stream, err := db.inApplication(ins.Into.Name)
	if err != nil {
		return nil, err
	}
	schema := ins.Root.Schema()
	columns := make([]int, len(schema.Fields))
	for i := range columns {
		columns[i] = i
	}
	record := schema.Arrow()
	return exec.NewJob(ctx, name, ins.Root, exec.Output{Rows: func(ctx context.Context, b flow.Batch) error {
		rec := exec.Compact(b, record, columns, db.opts.Mem)
		defer rec.Release()
		return stream.Push(ctx, rec)
	}}, env)
}

// once tells whether a top-level INSERT of a script has already taken effect on
// this data directory, and remembers that it now has (DESIGN §8).
func (db *DB) once(id uuid.UUID, done bool) (bool, error) {
	const kind = catalog.Kind("insert")
	if !db.durable {
		return false, nil
	}
	_, err := db.catalog.Definition(kind, catalog.DefaultDatabase, id.String())
	switch {
	case err == nil:
		return true, nil
	case !errors.Is(err, catalog.ErrNotFound):
		return false, err
	case !done:
		return false, nil
	}
	_, err = db.catalog.PutDefinition(catalog.Definition{Kind: kind, Database: catalog.DefaultDatabase, Name: id.String(), Incarnation: id})
	return false, err
}
