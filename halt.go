package millrace

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/millrace-sql/millrace/exec"
	"github.com/millrace-sql/millrace/storage/kv"
	"github.com/millrace-sql/millrace/storage/lake"
)

// Checkpoint takes a checkpoint of every running pump, those joined by
// in-application streams together, and returns when it is committed: what lake
// tables were given so far is durable, and a crash goes on from here. It is taken
// every Options.CheckpointEvery anyway. The end of ctx ends the waiting, not the
// checkpoint. A checkpoint that fails ends its pumps; Resume starts them where the one
// before left them.
func (db *DB) Checkpoint(ctx context.Context) error {
	db.mu.Lock()
	closed := db.mu.closed
	db.mu.Unlock()
	if closed {
		return ErrClosed
	}
	return db.coord.Checkpoint(ctx)
}

// StateBytes is the memory that the state of pumps and queries holds now, as the
// budget counts it (Options.MemoryBudget); 0 without a budget.
func (db *DB) StateBytes() int64 { return db.budget.Used() }

// Resume starts every pump that is defined and not stopped, where its last
// checkpoint left it: what a server does with a data directory. Pumps that run
// already are left alone.
func (db *DB) Resume(ctx context.Context) error {
	if err := db.begin(); err != nil {
		return err
	}
	defer db.end()
	if err := db.awaitEnding(ctx); err != nil {
		return err
	}
	return db.startAll(ctx, db.pumpsIf(func(p *pump) bool {
		state, _, _ := p.state()
		return p.started && state != stateRunning
	}))
}

// awaitEnding waits for the pumps that are on their way to an end. Those that failed
// together start together: one that runs while another still ends would publish rows
// that the other, when it starts, has missed.
func (db *DB) awaitEnding(ctx context.Context) error {
	for _, p := range db.pumpsIf(func(*pump) bool { return true }) {
		job := p.running()
		if job == nil || !job.Ending() {
			continue
		}
		select {
		case <-job.Done():
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// startAll builds the jobs of pumps before it starts any, so that none misses a
// row of another.
func (db *DB) startAll(ctx context.Context, pumps []*pump) error {
	jobs := make([]*exec.Job, 0, len(pumps))
	for _, p := range pumps {
		job, err := db.build(ctx, p, sourceMode{db: db})
		if err != nil {
			for _, j := range jobs {
				j.Discard()
			}
			return fmt.Errorf("pump %s: %w", p.name, err)
		}
		jobs = append(jobs, job)
	}
	for i, p := range pumps {
		p.setJob(jobs[i])
		jobs[i].Start(context.WithoutCancel(ctx))
	}
	return nil
}

// haltPatience is how long a closing DB tries to take a last checkpoint. Without
// it nothing is lost: the next run does again what was done since the one before.
const haltPatience = 10 * time.Second

// halt stops pumps at a checkpoint, or without one if there is none to be had.
func (db *DB) halt(pumps []*pump) error {
	var jobs []*exec.Job
	for _, p := range pumps {
		if job := p.running(); job != nil {
			jobs = append(jobs, job)
		}
	}
	errs := []error{db.haltJobs(jobs)}
	for _, p := range pumps {
		job := p.running()
		if job == nil {
			continue
		}
		if err := job.Stop(); err != nil {
			errs = append(errs, fmt.Errorf("pump %s: %w", p.name, err))
		}
		p.setJob(nil)
	}
	return errors.Join(errs...)
}

func (db *DB) haltJobs(jobs []*exec.Job) error {
	if len(jobs) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), haltPatience)
	defer cancel()
	err := db.coord.Stop(ctx, jobs...)
	if err != nil {
		db.opts.Logger.Warn("no checkpoint at the end", "err", err)
	}
	if passes(err) || errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	return err
}

// passes tells that an error goes away when somebody makes room.
func passes(err error) bool { return errors.Is(err, kv.ErrNoSpace) || errors.Is(err, lake.ErrNoSpace) }

// traceCheckpoint logs the phases of checkpoints, at the level of debugging.
func (db *DB) traceCheckpoint(phase exec.Phase, jobs []string, d time.Duration) {
	db.opts.Logger.Debug("checkpoint", "phase", string(phase), "jobs", jobs, "after", d)
}

// forgetState removes the checkpoints of a job.
func (db *DB) forgetState(job string) error {
	return errors.Join(db.state.Drop(job), db.state.Drop(job+"/start"))
}

func (db *DB) pumpsIf(keep func(*pump) bool) []*pump {
	db.mu.Lock()
	defer db.mu.Unlock()
	var out []*pump
	for _, p := range db.mu.pumps {
		if keep(p) {
			out = append(out, p)
		}
	}
	return out
}
