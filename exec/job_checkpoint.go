package exec

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/exec/op"
	"github.com/millrace-sql/millrace/sql/types"
)

// A job has two records. `NAME` is its latest checkpoint. `NAME/start` is made
// before the first row of a run: the start time and the tables that rows are
// computed with. It counts until a checkpoint says that the run has ended in order;
// before that, rows may have been written that are going to be computed again.

func startName(job string) string { return job + "/start" }

// endedInOrder is the counter of a checkpoint behind which its run has done nothing.
const endedInOrder = "ended"

// load reads both.
func (j *Job) load() (err error) {
	if j.env.Coordinator == nil {
		return nil
	}
	store := j.env.Coordinator.store
	if j.restore, err = store.Latest(j.name); err != nil {
		return err
	}
	if j.restore != nil {
		j.epoch.Store(uint64(j.restore.Epoch))
	}
	last, err := store.Latest(startName(j.name))
	if err != nil || last == nil {
		return err
	}
	j.run = last.Epoch
	if j.restore == nil || j.restore.Counters[endedInOrder] == 0 {
		j.begun, j.start = last, last.Watermarks["start"]
	}
	return nil
}

// savedTable is the table that an interrupted run had. The caller releases the
// batches.
func (j *Job) savedTable(key string) (batches []flow.Batch, saved bool, err error) {
	if j.begun == nil {
		return nil, false, nil
	}
	r, err := j.begun.Open(key)
	if err != nil || r == nil {
		return nil, false, err
	}
	batches, err = op.ReadTable(r, j.env.Mem)
	return batches, true, err
}

// begin notes what the rows of this run are computed with.
func (j *Job) begin() error {
	if j.begun != nil {
		return nil
	}
	c := newCheckpoint(j.run + 1)
	defer c.release()
	c.Watermarks["start"] = j.start
	for i, t := range j.tables {
		c.State[fmt.Sprintf("table/%d", i)] = t.Snapshot(j.env.Mem)
	}
	return j.env.Coordinator.store.Save(map[string]*Checkpoint{startName(j.name): c})
}

// refill restores operators and figures from the checkpoint.
func (j *Job) refill(ctx context.Context) error {
	known := map[string]bool{}
	for _, s := range j.steps {
		known[s.key] = true
		if err := s.restore(ctx, j.restore); err != nil {
			return err
		}
	}
	for _, name := range j.restore.Names {
		if !known[name] {
			return fmt.Errorf("checkpoint %d has a state of operator %s, which the plan has not", j.restore.Epoch, name)
		}
	}
	for _, c := range j.counts {
		c.each(func(name string, v *atomic.Int64) { v.Store(j.restore.Counters[name]) })
	}
	return nil
}

// freeze is the job as it stands: its sources wait and nothing is on the way.
// Sinks begin to prepare; prepared waits for them. stop tells that it ends here, finish
// that its sinks do too.
func (j *Job) freeze(ctx context.Context, stop, finish bool) (c *Checkpoint, prepared func() error, err error) {
	c = newCheckpoint(flow.Epoch(j.epoch.Load() + 1))
	if stop || j.isEnded() {
		c.Counters[endedInOrder] = 1
	}
	for _, t := range j.sources {
		c.Offsets[t.key] = t.offset
	}
	for _, t := range j.gathers {
		for i, wm := range t.wms {
			if wm != types.MaxTime {
				c.Watermarks[t.inputKey(i)] = wm
			}
		}
	}
	if err := j.freezeSteps(c); err != nil {
		c.release()
		return nil, nil, err
	}
	for _, n := range j.counts {
		n.each(func(name string, v *atomic.Int64) { c.Counters[name] = v.Load() })
	}
	for key, r := range j.rejects {
		if err := r.Flush(ctx); err != nil {
			c.release()
			return nil, nil, err
		}
		if p := r.Position(); p != nil {
			c.Tokens[key] = p
		}
	}
	return c, j.prepare(ctx, c, j.isEnded() || stop && finish), nil
}

func (j *Job) freezeSteps(c *Checkpoint) error {
	for _, s := range j.steps {
		if wm := s.promised(); wm != types.MinTime {
			c.Watermarks[s.key] = wm
		}
		f, ok := s.op.(flow.Stateful)
		if !ok {
			continue
		}
		frozen, err := f.Snapshot()
		if err != nil {
			return fmt.Errorf("operator %s: %w", s.key, err)
		}
		c.State[s.key] = frozen
	}
	return nil
}

// prepare lets all sinks prepare at the same time; wait tells when they have. Each
// holds up its own lane meanwhile.
func (j *Job) prepare(ctx context.Context, c *Checkpoint, finish bool) (wait func() error) {
	type result struct {
		key   string
		token []byte
		err   error
	}
	results := make(chan result, len(j.sinks))
	for _, s := range j.sinks {
		if f, ok := s.sink.(flow.Finisher); ok && finish {
			f.Finish()
		}
		s.turn.await()
		go func() {
			defer s.turn.leave()
			var token []byte
			err := j.env.Coordinator.patient(ctx, func() (err error) {
				token, err = s.sink.Prepare(ctx, c.Epoch)
				return err
			})
			results <- result{s.key, token, err}
		}()
	}
	return func() error {
		var errs []error
		for range j.sinks {
			r := <-results
			c.Tokens[r.key] = r.token
			errs = append(errs, r.err)
		}
		return errors.Join(errs...)
	}
}

// commit publishes what the sinks have prepared for a checkpoint that is stored.
func (j *Job) commit(ctx context.Context, c *Checkpoint) error {
	j.epoch.Store(uint64(c.Epoch))
	for _, s := range j.sinks {
		if err := s.turn.take(ctx); err != nil {
			return err
		}
		err := j.env.Coordinator.patient(ctx, func() error { return s.sink.Commit(ctx, c.Epoch, c.Tokens[s.key]) })
		s.turn.leave()
		if err != nil {
			return err
		}
	}
	return nil
}

// keep notes that the job has ended where a checkpoint is.
func (j *Job) keep() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.mu.covered = true
}

func (j *Job) isCovered() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.mu.covered
}

// undone tells that the job has done more than a checkpoint knows.
func (j *Job) undone() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.mu.started && !j.mu.covered
}

func (j *Job) isStarted() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.mu.started
}

func (j *Job) isEnded() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.mu.ended
}

// end commits the end of input (DESIGN §3, step 7).
func (j *Job) end(ctx context.Context) error {
	j.mu.Lock()
	j.mu.ended = true
	j.mu.Unlock()
	if c := j.env.Coordinator; c != nil {
		return c.ended(ctx, j)
	}
	for _, s := range j.sinks {
		if f, ok := s.sink.(flow.Finisher); ok {
			f.Finish()
		}
		token, err := s.sink.Prepare(ctx, 1)
		if err != nil {
			return err
		}
		if err := s.sink.Commit(ctx, 1, token); err != nil {
			return err
		}
	}
	return nil
}
