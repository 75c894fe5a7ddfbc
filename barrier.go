package millrace

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/google/uuid"

	"github.com/millrace-sql/millrace/sql/ast"
)

// barrier runs one statement alone.
func (r *runner) barrier(ctx context.Context, stmt ast.Statement) error {
	switch s := stmt.(type) {
	case *ast.Insert:
		return r.insertOnce(ctx, s)
	case *ast.RunCrawler:
		report, err := r.db.runCrawler(ctx, s)
		if err != nil {
			return err
		}
		for _, line := range report {
			r.notice("%s", line)
		}
		return nil
	case *ast.Drop:
		return r.db.dropStatement(ctx, s)
	case *ast.AlterPump:
		_, err := r.db.noteAltered(s) // they run, or do not, in the next stage
		return err
	}
	rows, err := r.db.query(ctx, stmt, &scope{db: r.db, dir: r.dir}, r.finite())
	if err != nil {
		return err
	}
	r.queries++
	return r.result(ctx, Result{Rows: rows, Query: r.queries})
}

// finite is how a barrier reads: what is there.
func (r *runner) finite() *sourceMode {
	return &sourceMode{db: r.db}
}

// insertID names an INSERT of a script: its path, its text, and which of equal
// ones it is.
func (r *runner) insertID(s *ast.Insert) uuid.UUID {
	text := s.String()
	r.inserts[text]++
	path := r.opts.Path
	if abs, err := filepath.Abs(path); err == nil && path != "" {
		path = abs
	}
	return uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "millrace:%s\x00%s\x00%d", path, text, r.inserts[text]))
}

// insertOnce runs an INSERT unless it has taken effect on this data directory.
func (r *runner) insertOnce(ctx context.Context, s *ast.Insert) error {
	id := r.insertID(s)
	if r.opts.Again {
		_, err := r.db.insert(ctx, s, uuid.New(), *r.finite())
		return err
	}
	done, err := r.db.once(id, false)
	if err != nil {
		return err
	}
	if done {
		r.notice("line %d: INSERT INTO %s was already done on this data directory", s.Line, s.Into.Last().Text)
		return nil
	}
	if _, err := r.db.insert(ctx, s, id, *r.finite()); err != nil {
		return err
	}
	_, err = r.db.once(id, true)
	return err
}
