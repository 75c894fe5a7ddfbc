package millrace

import (
	"context"

	"github.com/google/uuid"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/parse"
	"github.com/millrace-sql/millrace/sql/plan"
)

// Outcome is what a statement did.
type Outcome struct {
	// Rows are those of a statement that has rows, to be read to their end or closed;
	// nil for others.
	Rows *Rows
	// Inserted and Rejected count the rows of an INSERT: those written, and those
	// that went to error_stream instead.
	Inserted, Rejected int64
	// Notices say what happened beside, a line each: what a crawler found.
	Notices []string
}

// Do executes one statement of any kind, for callers who do not know which it is:
// rows come as from Query, everything else is done when Do returns, as by Exec.
// An INSERT that ctx ends has written the rows that Outcome counts.
func (db *DB) Do(ctx context.Context, sql string) (Outcome, error) {
	stmt, err := parse.ParseStatement(sql)
	if err != nil {
		return Outcome{}, positioned(err)
	}
	out, err := db.do(ctx, stmt)
	return out, at(stmt.Position(), err)
}

func (db *DB) do(ctx context.Context, stmt ast.Statement) (out Outcome, err error) {
	switch s := stmt.(type) {
	case *ast.SelectStatement, *ast.Show, *ast.Describe, *ast.Explain, *ast.Insert, *ast.RunCrawler:
		if err := db.begin(); err != nil {
			return Outcome{}, err
		}
		defer db.end()
		switch s := s.(type) {
		case *ast.Insert:
			return db.insertCounted(ctx, s)
		case *ast.RunCrawler:
			out.Notices, err = db.runCrawler(ctx, s)
			return out, err
		}
		out.Rows, err = db.query(ctx, stmt, &scope{db: db}, nil)
		return out, err
	}
	return Outcome{}, db.executeOne(ctx, stmt)
}

// insertCounted runs a top-level INSERT to its end, with its account.
func (db *DB) insertCounted(ctx context.Context, s *ast.Insert) (Outcome, error) {
	b := plan.Binder{Catalog: &scope{db: db}}
	ins, err := b.Insert(s, false)
	if err != nil {
		return Outcome{}, positioned(err)
	}
	incarnation := uuid.New()
	name := "insert/" + incarnation.String()
	env := db.env(sourceMode{db: db, start: db.opts.Now().Millis()}, db.rejectsOf(name, incarnation))
	job, err := db.insertPart(ctx, name, incarnation, ins, env)
	if err != nil {
		return Outcome{}, err
	}
	if err := db.adhoc(ctx, job); err != nil {
		return Outcome{}, err
	}
	defer db.forget(job)
	err = job.Wait()
	stats := job.Stats()
	return Outcome{Inserted: stats.Out, Rejected: stats.Rejected}, err
}
