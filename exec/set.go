package exec

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// set is jobs joined by in-application streams, and the streams.
type set struct {
	jobs    []*Job
	streams []*Stream
}

// sets is those that some jobs belong to, all with none given.
func (c *Coordinator) sets(of []*Job) []set {
	c.mu.Lock()
	defer c.mu.Unlock()
	left := slices.Clone(c.jobs)
	var out []set
	for len(left) > 0 {
		var s set
		s.grow(&left, left[0])
		if len(of) == 0 || slices.ContainsFunc(of, func(j *Job) bool { return slices.Contains(s.jobs, j) }) {
			// In the order of building, whichever job the set was found from.
			slices.SortFunc(s.jobs, func(a, b *Job) int { return slices.Index(c.jobs, a) - slices.Index(c.jobs, b) })
			out = append(out, s)
		}
	}
	return out
}

// grow moves a job, and all that it is joined with, from left into the set.
func (s *set) grow(left *[]*Job, j *Job) {
	s.jobs = append(s.jobs, j)
	*left = slices.DeleteFunc(*left, func(o *Job) bool { return o == j })
	for _, st := range j.streams {
		if slices.Contains(s.streams, st) {
			continue
		}
		s.streams = append(s.streams, st)
		for _, o := range slices.Clone(*left) {
			if slices.Contains(o.streams, st) && slices.Contains(*left, o) {
				s.grow(left, o)
			}
		}
	}
}

// take takes one checkpoint of the set of a job; the jobs in stop end exactly
// there.
func (c *Coordinator) take(ctx context.Context, of *Job, stop stopping) error {
	if err := c.cutting.take(ctx); err != nil {
		return err
	}
	defer c.cutting.leave()
	for {
		sets := c.sets([]*Job{of})
		if len(sets) == 0 {
			return nil
		}
		again, err := c.takeSet(ctx, sets[0], of, stop)
		if !again {
			return err
		}
	}
}

// takeSet is take, unless the set has grown before it stood still.
func (c *Coordinator) takeSet(ctx context.Context, s set, of *Job, stop stopping) (again bool, err error) {
	members := s.jobs
	for _, j := range members {
		// Not while it is built or closed.
		if err := j.busy.take(ctx); err != nil {
			return false, err
		}
		defer j.busy.leave()
	}
	s.jobs = slices.DeleteFunc(slices.Clone(members), (*Job).isCovered)
	if !slices.ContainsFunc(s.jobs, func(j *Job) bool { return j.err() == nil }) {
		return false, nil
	}
	if err := s.failure(); err != nil {
		return false, err
	}
	ctx, cancel := s.until(ctx, stop)
	defer cancel()
	names, began := s.names(), time.Now()
	c.trace(Pausing, names, 0)
	if err := s.pause(ctx); err != nil {
		return false, s.cause(err)
	}
	if now := c.sets([]*Job{of}); len(now) == 0 || !slices.Equal(now[0].jobs, members) {
		s.resume()
		return len(now) > 0, nil
	}
	if err := s.failure(); err != nil {
		s.resume()
		return false, err // what stands still is not between two pages
	}
	if err := c.cut(ctx, s, stop, func(p Phase) { c.trace(p, names, time.Since(began)) }); err != nil {
		return false, s.fail(ctx, err)
	}
	return false, nil
}

// cut freezes a set that stands still, lets it go on, and then stores what was frozen
// and commits it. After an error nobody knows what of it is stored.
func (c *Coordinator) cut(ctx context.Context, s set, stop stopping, trace func(Phase)) error {
	all, wait, err := s.freeze(ctx, stop)
	if err == nil {
		for _, j := range s.jobs {
			if stop.includes(j) {
				j.halt(context.Canceled)
			}
		}
	}
	s.resume()
	if err != nil {
		return err
	}
	defer release(all)
	trace(Preparing)
	if err := wait(); err != nil {
		return err
	}
	if err := c.patient(ctx, func() error { return c.store.Save(all) }); err != nil {
		return err
	}
	trace(Saved)
	if err := c.commit(ctx, s, all); err != nil {
		return err
	}
	trace(Committed)
	return nil
}

// errBroken refuses the checkpoint of a set of which a part has ended, or is ending,
// where no checkpoint is: it may be in the middle of its rows, and what the others have
// had of it cannot be told from what it will send again.
var errBroken = errors.New("a part of the set has ended without a checkpoint")

func (s *set) failure() error {
	for _, j := range s.jobs {
		if err := j.err(); err != nil {
			return fmt.Errorf("%w: %s: %w", errBroken, j.name, err)
		}
	}
	for _, st := range s.streams {
		if st.isDirty() {
			return fmt.Errorf("%w: stream %s", errBroken, st.Name)
		}
	}
	return nil
}

// cause is why a checkpoint was given up: the error of the job that ended, if one has.
func (s *set) cause(err error) error {
	if why := s.failure(); why != nil && errors.Is(err, context.Canceled) {
		return why
	}
	return err
}

// fail ends the jobs of a set whose checkpoint has come to nothing behind the freeze:
// what sinks have prepared for it is in no later one, and whether it is stored is not
// known. They start again from the one that is. Where ctx gave it up, those that were
// to stop at it have stopped without it.
func (s *set) fail(ctx context.Context, err error) error {
	err = s.cause(err)
	end := (*Job).lose
	if ctx.Err() != nil {
		end = (*Job).halt
	}
	for _, j := range s.jobs {
		end(j, fmt.Errorf("checkpoint: %w", err))
	}
	return err
}

// until is a context that ends with any of the jobs as well, but those that stop at the
// checkpoint: nobody needs it any more, and the job that ends waits for it.
func (s *set) until(ctx context.Context, stop stopping) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	var forget []func() bool
	for _, j := range s.jobs {
		j.mu.Lock()
		if j.mu.ctx != nil && !stop.includes(j) {
			forget = append(forget, context.AfterFunc(j.mu.ctx, cancel))
		}
		j.mu.Unlock()
	}
	return ctx, func() {
		for _, f := range forget {
			f()
		}
		cancel()
	}
}

func (s *set) names() []string {
	out := make([]string, len(s.jobs))
	for i, j := range s.jobs {
		out[i] = j.name
	}
	return out
}

// commit publishes a checkpoint that is stored.
func (c *Coordinator) commit(ctx context.Context, s set, all map[string]*Checkpoint) error {
	for _, st := range s.streams {
		if cp := all[st.Key]; cp != nil {
			st.epoch = cp.Epoch
		}
	}
	for _, j := range s.jobs {
		if err := j.commit(ctx, all[j.name]); err != nil {
			return err
		}
		if all[j.name].Counters[endedInOrder] != 0 {
			j.keep()
		}
	}
	return nil
}

func release(all map[string]*Checkpoint) {
	for _, c := range all {
		c.release()
	}
}
