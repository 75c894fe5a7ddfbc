package millrace

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/millrace-sql/millrace/exec"
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/plan"
)

// stage is the statements between two barriers.
type stage struct {
	*runner
	work    bool // something in it makes the pumps run
	selects []*ast.SelectStatement
	inserts []*ast.Insert
}

// add takes a statement into the stage. Definitions take effect at once: the
// statements behind them, and the checks of the whole script, count on them.
func (s *stage) add(ctx context.Context, stmt ast.Statement) error {
	s.work = true
	switch t := stmt.(type) {
	case *ast.SelectStatement:
		s.selects = append(s.selects, t)
		return nil
	case *ast.Insert:
		s.inserts = append(s.inserts, t)
		return nil
	case *ast.CreatePump:
		_, err := s.db.createPump(ctx, t, s.dir)
		return err
	}
	return s.db.define(ctx, stmt, s.dir)
}

// part is one job of a stage: a pump, a top-level INSERT or a SELECT.
type part struct {
	name   string
	pump   *pump
	job    *exec.Job
	before exec.JobStats // of earlier runs
	rows   *Rows
	writes string // the stored stream it writes, "" for none
	// outside is the rows of INSERT ... VALUES: they come in the order of the script.
	outside bool
	insert  bool // a streaming INSERT, with checkpoints
	done    func() error
}

// run runs the stage to the end of its input.
func (s *stage) run(ctx context.Context) error {
	if !s.work {
		return nil
	}
	g, err := s.graph()
	if err != nil {
		return err
	}
	feeds, err := s.feed(g)
	if err != nil {
		return err
	}
	parts, err := s.build(ctx, g)
	if err != nil {
		for _, p := range parts {
			p.job.Discard()
			if p.pump != nil {
				p.pump.setJob(nil)
			}
		}
		return err
	}
	return s.drive(ctx, parts, feeds, g)
}

// build makes every job before any runs, so that none misses a row: pumps in
// order of creation, then inserts, then selects.
func (s *stage) build(ctx context.Context, g *graph) ([]*part, error) {
	mode := sourceMode{db: s.db, ended: g.ended}
	var parts []*part
	for _, p := range s.pumps() {
		job, err := s.db.build(ctx, p, mode)
		if err != nil {
			return parts, fmt.Errorf("pump %s: %w", p.name, err)
		}
		p.setJob(job)
		parts = append(parts, &part{name: p.name, pump: p, job: job, before: job.Stats(), writes: g.target[p.name]})
	}
	for _, ins := range s.inserts {
		p, err := s.buildInsert(ctx, ins, mode, g)
		if err != nil {
			return parts, at(ins.Pos, err)
		}
		if p != nil {
			parts = append(parts, p)
		}
	}
	for _, sel := range s.selects {
		b := plan.Binder{Catalog: &scope{db: s.db}}
		q, err := b.Query(sel.Query)
		if err != nil {
			return parts, positioned(err)
		}
		rows := newRows(q.Root.Schema(), true, s.db)
		env := s.db.env(mode, func(string, int) (exec.Rejector, error) { return counting{&rows.rejected}, nil })
		job, err := exec.NewJob(ctx, "query/"+uuid.NewString(), q.Root, exec.Output{Rows: rows.take}, env)
		if err != nil {
			return parts, at(sel.Pos, err)
		}
		rows.job = job
		parts = append(parts, &part{name: fmt.Sprintf("query at line %d", sel.Line), job: job, rows: rows})
	}
	return parts, nil
}

// buildInsert makes the job of a streaming INSERT, or of INSERT ... VALUES; nil
// for one that has been done before.
func (s *stage) buildInsert(ctx context.Context, ins *ast.Insert, mode sourceMode, g *graph) (*part, error) {
	b := plan.Binder{Catalog: &scope{db: s.db}}
	bound, err := b.Insert(ins, false)
	if err != nil {
		return nil, positioned(err)
	}
	p := &part{name: fmt.Sprintf("INSERT at line %d", ins.Line), outside: !bound.Streaming}
	if bound.Into.Connector == plan.StoredStream {
		p.writes = logName(bound.Into)
	}
	id := s.insertID(ins)
	done, err := s.db.once(id, false)
	if err != nil {
		return nil, err
	}
	if done && !s.opts.Again {
		s.notice("line %d: INSERT INTO %s was already done on this data directory", ins.Line, ins.Into.Last().Text)
		g.finished(p.writes)
		return nil, nil
	}
	p.done = func() error {
		_, err := s.db.once(id, true)
		return err
	}
	run := id
	if s.opts.Again {
		run = uuid.New()
	}
	name := "insert/" + run.String()
	env := s.db.env(mode, s.db.rejectsOf(name, run))
	if bound.Streaming {
		env.Coordinator = s.db.coord // an interrupted one resumes
	}
	p.job, err = s.db.insertPart(ctx, name, run, bound, env)
	p.insert = bound.Streaming
	return p, err
}

// pumps is the started pumps, in order of creation.
func (s *stage) pumps() []*pump {
	s.db.mu.Lock()
	defer s.db.mu.Unlock()
	var out []*pump
	for _, p := range s.db.mu.pumps {
		if p.started {
			out = append(out, p)
		}
	}
	return out
}
