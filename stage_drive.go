package millrace

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/millrace-sql/millrace/exec"
	"github.com/millrace-sql/millrace/sql/plan"
)

// drive starts everything and waits. The first error ends all where they are; the
// end of outer ends them at a checkpoint, and before it what comes from outside: a
// stream must stay as the checkpoint has it.
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
		stopFeeding()
		_ = produce.Wait() // told below; what they have put is in the log
		s.interrupt(parts, cancel)
	})
	outside, reopen := s.inApplication()
	defer reopen()
	for _, p := range parts {
		if !p.outside {
			p.job.Start(ctx)
		}
	}
	var wg sync.WaitGroup
	wg.Go(func() { insertInOrder(feeding, parts) })
	errs := make([]error, len(parts))
	s.results(ctx, &wg, parts, errs)
	for i, p := range parts {
		wg.Go(func() {
			err := p.await(g)
			if err != nil && p.rows == nil {
				errs[i] = fmt.Errorf("%s: %w", p.title(), err)
			}
			if err != nil && !errors.Is(err, context.Canceled) {
				cancel()
			}
		})
	}
	stop := s.watch(parts, began)
	err := s.seal(feeding, outside, parts)
	wg.Wait()
	stop()
	if !uninterrupted() {
		<-interrupted
	}
	s.account(parts, time.Since(began))
	if err := firstCause(append(errs, err, produce.Wait())); err != nil {
		return err
	}
	return s.keep(parts)
}

// results hands the rows of every SELECT to the caller.
func (s *stage) results(ctx context.Context, wg *sync.WaitGroup, parts []*part, errs []error) {
	together := 0
	for _, p := range parts {
		if p.rows != nil {
			together++
		}
	}
	for i, p := range parts {
		if p.rows == nil {
			continue
		}
		s.queries++
		go p.rows.end()
		res := Result{Rows: p.rows, Query: s.queries, Together: together}
		wg.Go(func() { errs[i] = s.result(ctx, res) })
	}
}

// await waits for the part's job, and tells the readers of what it writes.
func (p *part) await(g *graph) error {
	err := p.job.Wait()
	if err == nil {
		g.finished(p.writes) // after an interrupt nothing has come to its end
	} else if p.pump != nil {
		p.pump.setJob(nil) // reported here, not once more by Close
	}
	return err
}

// keep notes the INSERTs that were done. After an error the next run repeats them: what
// one wrote is known by its incarnation, what an in-application stream had of it is gone.
func (s *stage) keep(parts []*part) error {
	for _, p := range parts {
		if p.done != nil {
			if err := p.done(); err != nil {
				return err
			}
		}
		if p.insert {
			if err := s.db.forgetState(p.job.Name()); err != nil {
				return err
			}
		}
	}
	return nil
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
