package exec

import (
	"context"
	"errors"
	"slices"
	"time"
)

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
				k.push.leave()
			}
			return err
		}
	}
	if err := s.settle(ctx); err != nil {
		s.resume()
		return err
	}
	return nil
}

func (s *set) resume() {
	for _, j := range s.jobs {
		j.gate.open()
	}
	for _, st := range s.streams {
		st.push.leave()
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
		if err := s.failure(); err != nil {
			return err
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
		for _, in := range j.lanes {
			if !look(in) {
				return nil, false
			}
		}
	}
	return sent, true
}

// freeze is every job and stream as it stands; wait tells when the sinks have
// prepared, and must be called.
func (s *set) freeze(ctx context.Context, stop stopping) (all map[string]*Checkpoint, wait func() error, err error) {
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
		c, prepared, err := j.freeze(ctx, stop.includes(j), stop.finish)
		if err != nil {
			return fail(err)
		}
		all[j.name] = c
		waits = append(waits, prepared)
	}
	return all, wait, nil
}
