package millrace

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/google/uuid"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/storage/catalog"
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
		return r.alter(s)
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

// alter notes a pump's state; it runs, or does not, in the next stage.
func (r *runner) alter(s *ast.AlterPump) error {
	p := r.db.pumpNamed(s.Name.Last().Text)
	if p == nil {
		return errorAt(s.Name.Position(), s.Name.Last().Text, "no pump %s", s.Name.Last().Text)
	}
	d, err := r.db.catalog.Definition(catalog.KindPump, catalog.DefaultDatabase, p.name)
	if err != nil {
		return err
	}
	delete(d.Options, "stopped")
	if !s.Start {
		d.Options["stopped"] = "true"
	}
	p.started = s.Start
	_, err = r.db.catalog.PutDefinition(d)
	return err
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
