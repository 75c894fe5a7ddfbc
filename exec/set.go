package exec

import (
	"context"
	"errors"
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
func (c *Coordinator) take(ctx context.Context, of *Job, stop []*Job) error {
	select {
	case c.cutting <- struct{}{}:
		defer func() { <-c.cutting }()
	case <-ctx.Done():
		return ctx.Err()
	}
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
func (c *Coordinator) takeSet(ctx context.Context, s set, of *Job, stop []*Job) (again bool, err error) {
	members := s.jobs
	for _, j := range members {
		// Not while it is built or closed.
		if err := j.busy.take(ctx); err != nil {
			return false, err
		}
		defer j.busy.free()
	}
	s.jobs = slices.DeleteFunc(slices.Clone(members), (*Job).isCovered)
	failed := slices.IndexFunc(s.jobs, func(j *Job) bool { return j.err() != nil })
	switch {
	case !slices.ContainsFunc(s.jobs, func(j *Job) bool { return j.err() == nil }):
		return false, nil
	case failed >= 0:
		// The others hold rows that it is going to bring again.
		return false, errors.Join(errJobFailed, s.jobs[failed].err())
	case slices.ContainsFunc(s.streams, (*Stream).isDirty):
		return false, errJobFailed // it has left already
	}
	if err := s.pause(ctx); err != nil {
		return false, err
	}
	if now := c.sets([]*Job{of}); len(now) == 0 || !slices.Equal(now[0].jobs, members) {
		s.resume()
		return len(now) > 0, nil
	}
	all, wait, err := s.freeze(ctx, stop)
	if err == nil {
		for _, j := range stop {
			if slices.Contains(s.jobs, j) {
				j.halt(context.Canceled)
			}
		}
	}
	s.resume()
	if err != nil {
		return false, err
	}
	defer release(all)
	if err := wait(); err != nil {
		return false, err
	}
	if err := c.patient(ctx, func() error { return c.store.Save(all) }); err != nil {
		return false, err
	}
	return false, c.commit(ctx, s, all)
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

// pause stops everything that brings rows into the set, and waits until what is on
// the way has arrived. After an error everything goes on.
func (s *set) pause(ctx context.Context) error {
	for i, j := range s.jobs {
		if err := j.gate.close(ctx); err != nil {
			for _, k := range s.jobs[:i] {
				k.gate.open()
			}
			return err
		}
	}
	for i, st := range s.streams {
		// The outside, and the clock that stands for it, bring nothing until free.
		if err := st.push.take(ctx); err != nil {
			for _, j := range s.jobs {
				j.gate.open()
			}
			for _, k := range s.streams[:i] {
				k.push.free()
			}
			return err
		}
	}
	err := s.settle(ctx)
	if err == nil && slices.ContainsFunc(s.jobs, func(j *Job) bool { return j.gate.broken.Load() }) {
		err = errJobFailed
	}
	if err != nil {
		s.resume()
	}
	return err
}

var errJobFailed = errors.New("a job of the set has failed or was stopped")

func (s *set) resume() {
	for _, j := range s.jobs {
		j.gate.open()
	}
	for _, st := range s.streams {
		st.push.free()
	}
}

// settle waits until nothing is on the way. A message may move from one inbox to
// another between two looks; two rounds in which all were idle and none was sent
// anything mean that between them all were idle at once.
func (s *set) settle(ctx context.Context) error {
	var before []int64
	for pause := 20 * time.Microsecond; ; pause = min(2*pause, time.Millisecond) {
		sent, idle := s.idle()
		if idle && slices.Equal(sent, before) {
			return nil
		}
		before = nil
		if idle {
			before = sent
			continue
		}
		for _, j := range s.jobs {
			if err := j.err(); err != nil {
				return errors.Join(errJobFailed, err)
			}
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *set) idle() (sent []int64, ok bool) {
	look := func(in *inbox) bool {
		n, idle := in.idle()
		sent = append(sent, n)
		return idle
	}
	for _, st := range s.streams {
		if !look(st.in) {
			return nil, false
		}
	}
	for _, j := range s.jobs {
		for _, t := range j.gathers {
			if !look(t.in) {
				return nil, false
			}
		}
	}
	return sent, true
}

// freeze is every job and stream as it stands; wait tells when the sinks have
// prepared, and must be called.
func (s *set) freeze(ctx context.Context, stop []*Job) (all map[string]*Checkpoint, wait func() error, err error) {
	all = map[string]*Checkpoint{}
	var waits []func() error
	wait = func() error {
		var errs []error
		for _, w := range waits {
			errs = append(errs, w())
		}
		return errors.Join(errs...)
	}
	fail := func(err error) (map[string]*Checkpoint, func() error, error) {
		err = errors.Join(err, wait())
		release(all)
		return nil, nil, err
	}
	for _, st := range s.streams {
		if st.Key == "" {
			continue // nobody would restore it
		}
		c, err := st.freeze()
		if err != nil {
			return fail(err)
		}
		all[st.Key] = c
	}
	for _, j := range s.jobs {
		c, prepared, err := j.freeze(ctx, slices.Contains(stop, j))
		if err != nil {
			return fail(err)
		}
		all[j.name] = c
		waits = append(waits, prepared)
	}
	return all, wait, nil
}
