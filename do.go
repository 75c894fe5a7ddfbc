package millrace

import (
	"context"

	"github.com/google/uuid"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/parse"
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
	case *ast.SelectStatement, *ast.Show, *ast.Describe, *ast.Explain, *ast.Discover, *ast.Insert, *ast.RunCrawler:
		if err := db.begin(); err != nil {
			return Outcome{}, err
		}
		defer db.end()
		switch s := s.(type) {
		case *ast.Insert:
			stats, err := db.insert(ctx, s, uuid.New(), sourceMode{db: db})
			return Outcome{Inserted: stats.Out, Rejected: stats.Rejected}, err
		case *ast.RunCrawler:
			out.Notices, err = db.runCrawler(ctx, s)
			return out, err
		}
		out.Rows, err = db.query(ctx, stmt, &scope{db: db}, nil)
		return out, err
	}
	return Outcome{}, db.executeOne(ctx, stmt)
}
