package millrace

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

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

// drive starts everything and waits. The first error ends all where they are; the
// end of outer ends them at a checkpoint.
func (s *stage) drive(outer context.Context, parts []*part, feeds []feed, g *graph) error {
	began := time.Now()
	ctx, cancel := context.WithCancel(context.WithoutCancel(outer))
	defer cancel()
	feeding, stopFeeding := context.WithCancel(outer)
	defer stopFeeding()
	defer context.AfterFunc(ctx, stopFeeding)()
	produce := startFeeds(feeding, feeds, g, cancel)
	interrupted := make(chan struct{})
	uninterrupted := context.AfterFunc(outer, func() {
		defer close(interrupted)
		_ = produce.Wait() // told below; what they have put is in the log
		s.interrupt(parts, cancel)
	})
	var wg sync.WaitGroup
	errs := make([]error, len(parts))
	together := 0
	for _, p := range parts {
		if p.rows != nil {
			together++
		}
	}
	outside, reopen := s.inApplication()
	defer reopen()
	for _, p := range parts {
		if !p.outside {
			p.job.Start(ctx)
		}
	}
	wg.Go(func() { insertInOrder(ctx, parts) })
	for i, p := range parts {
		if p.rows != nil {
			s.queries++
			go p.rows.end()
			res := Result{Rows: p.rows, Query: s.queries, Together: together}
			wg.Go(func() { errs[i] = s.result(ctx, res) })
		}
		wg.Go(func() {
			err := p.job.Wait()
			if err == nil {
				g.finished(p.writes) // after an interrupt nothing has come to its end
			}
			if err != nil && p.rows == nil {
				errs[i] = fmt.Errorf("%s: %w", p.title(), err)
			}
			if err != nil && p.pump != nil {
				p.pump.setJob(nil) // reported here, not once more by Close
			}
			if err != nil && !errors.Is(err, context.Canceled) {
				cancel()
			}
		})
	}
	stop := s.watch(parts, began)
	err := s.seal(ctx, outside, parts)
	wg.Wait()
	stop()
	if !uninterrupted() {
		<-interrupted
	}
	s.account(parts, time.Since(began))
	err = firstCause(append(errs, err, produce.Wait()))
	for _, p := range parts {
		// After an error the next run repeats it: what it wrote is known by its
		// incarnation, what an in-application stream had of it is gone.
		if err == nil && p.done != nil {
			err = p.done()
		}
		if err == nil && p.insert {
			err = s.db.forgetState(p.job.Name())
		}
	}
	return err
}

// interrupt ends a stage without a result for its open windows: the next run goes
// on from here.
func (s *stage) interrupt(parts []*part, cancel context.CancelFunc) {
	defer cancel()
	var jobs []*exec.Job
	for _, p := range parts {
		if p.pump != nil || p.insert {
			jobs = append(jobs, p.job)
		}
	}
	if err := s.db.haltJobs(jobs); err != nil {
		s.notice("interrupted without a checkpoint: %v", err)
	}
}

// title is what errors call the part.
func (p *part) title() string {
	if p.pump != nil {
		return "pump " + p.name
	}
	return p.name
}

// insertInOrder runs the rows from outside, one INSERT after the other: readers
// see them as the script says. After an error ctx ends each as soon as it starts.
func insertInOrder(ctx context.Context, parts []*part) {
	for _, p := range parts {
		if p.outside {
			p.job.Start(ctx)
			<-p.job.Done()
		}
	}
}

// firstCause is the first error that is not a mere consequence of stopping.
func firstCause(errs []error) error {
	var stopped error
	for _, err := range errs {
		if err == nil {
			continue
		}
		if !errors.Is(err, context.Canceled) {
			return err
		}
		stopped = err
	}
	return stopped
}

// seal waits for the rows from outside and then closes the in-application
// streams to the outside: they end when those that write them have, pumps and
// INSERT ... SELECT STREAM.
func (s *stage) seal(ctx context.Context, streams []*exec.Stream, parts []*part) error {
	for _, p := range parts {
		if p.outside {
			if err := p.job.Wait(); err != nil {
				break // reported by its own goroutine, which stops the rest
			}
		}
	}
	var first error
	for _, st := range streams {
		if err := st.Seal(ctx); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// inApplication is the in-application streams, held open for this stage's
// inserts; reopen gives them back to the outside.
func (s *stage) inApplication() (streams []*exec.Stream, reopen func()) {
	var reopens []func()
	awaited := map[string]bool{}
	for _, ins := range s.inserts {
		if r, err := (&scope{db: s.db}).Relation(ins.Into); err == nil && !plan.IsStream(ins.Query) {
			awaited[r.Name] = true
		}
	}
	for _, r := range s.db.relationsIf(func(r *relation) bool { return r.stream != nil }) {
		reopens = append(reopens, r.stream.Hold(awaited[r.Name]))
		streams = append(streams, r.stream)
	}
	return streams, func() {
		for _, f := range reopens {
			f()
		}
	}
}
