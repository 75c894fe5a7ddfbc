package exec

import (
	"context"
	"errors"
	"fmt"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// receiver is whatever stands downstream: a step, an edge, a sink. Both calls
// run on the caller's goroutine; push borrows b.
type receiver interface {
	push(ctx context.Context, b flow.Batch) error
	advance(ctx context.Context, wm types.Time) error
}

// step drives one operator and is its flow.Out: it counts, and checks after each
// Process that every row has had exactly one fate.
type step struct {
	op      flow.Operator
	next    receiver
	count   *counters
	rejects Rejector
	key     string // names the instance in checkpoints
	clock   func() // tells the operator the time; nil where it does not ask

	ctx     context.Context // of the call under way
	fates   [3]int
	refused int
	due     bool // in Advance: what is rejected is no row that came in

	waiting, released int64 // as last noted
	held              *holding
	seen              sight // for Condition
	// wm is what was promised to the operator; last the same, but for the end of
	// input, which is not kept.
	wm, last types.Time
}

// releaser is an operator with windows; Released is the greatest end among those
// let go, types.MinTime before the first.
type releaser interface{ Released() types.Time }

// clocked is an operator that has CURRENT_ROW_TIMESTAMP in its expressions.
type clocked interface {
	ReadsClock() bool
	SetNow(now types.Time)
}

func (s *step) push(ctx context.Context, b flow.Batch) error { return s.process(ctx, 0, b) }

func (s *step) process(ctx context.Context, input int, b flow.Batch) error {
	rows := b.Rows()
	s.ctx, s.fates, s.refused = ctx, [3]int{}, 0
	if s.clock != nil {
		s.clock()
	}
	err := s.op.Process(ctx, input, b, s)
	s.count.in.Add(int64(rows))
	s.count.passed.Add(int64(s.fates[flow.Passed]))
	s.count.absorbed.Add(int64(s.fates[flow.Absorbed]))
	s.count.filtered.Add(int64(s.fates[flow.Filtered]))
	if herr := s.noteHeld(); err == nil {
		err = herr
	}
	if err != nil {
		return err
	}
	if told := s.fates[flow.Passed] + s.fates[flow.Absorbed] + s.fates[flow.Filtered] + s.refused; told != rows {
		return fmt.Errorf("operator %s: internal error: %d rows in, %d accounted for", s.count.name, rows, told)
	}
	return nil
}

// noteHeld adds what has changed since the last note: the counters are shared by
// the operator's instances on all lanes. The error is that of the memory budget.
func (s *step) noteHeld() error {
	h, ok := s.op.(flow.Holder)
	if !ok {
		return nil
	}
	s.seen.note(s.op, s.wm)
	waiting, released := h.Held()
	s.count.waiting.Add(waiting - s.waiting)
	s.count.released.Add(released - s.released)
	s.waiting, s.released = waiting, released
	return s.held.note(h.Bytes())
}

// advance passes wm through the operator. ErrEnough from downstream does not
// keep the end of input from reaching it.
func (s *step) advance(ctx context.Context, wm types.Time) error {
	if wm <= s.wm {
		return nil // promised before, also by the run that a checkpoint goes on from
	}
	s.ctx, s.wm = ctx, wm
	if wm != types.MaxTime {
		s.last = wm
	}
	s.due = true
	down, err := s.op.Advance(ctx, wm, s)
	s.due = false
	if herr := s.noteHeld(); herr != nil && err == nil {
		err = herr
	}
	if err != nil && !errors.Is(err, flow.ErrEnough) {
		return err
	}
	return errors.Join(err, s.next.advance(ctx, down))
}

// Emit hands rows downstream.
func (s *step) Emit(b flow.Batch) error {
	s.count.out.Add(int64(b.Rows()))
	return s.next.push(s.ctx, b)
}

// Reject hands a row to the task's rejector.
func (s *step) Reject(r flow.Rejected) error {
	s.refused++
	switch {
	case s.due:
		s.count.failed.Add(1)
	case r.Late:
		s.count.late.Add(1)
	default:
		s.count.rejected.Add(1)
	}
	return s.rejects.Reject(s.ctx, r)
}

// Promise passes a watermark on in the middle of a call.
func (s *step) Promise(wm types.Time) error { return s.next.advance(s.ctx, wm) }

// Count takes an operator's statement.
func (s *step) Count(f flow.Fate, rows int) { s.fates[f] += rows }

// promised is what a later run may count on: beyond the watermark, the windows that
// the end of input has released.
func (s *step) promised() types.Time {
	if r, ok := s.op.(releaser); ok {
		return max(s.last, r.Released())
	}
	return s.last
}

// restore fills the operator and repeats the promise that it had.
func (s *step) restore(ctx context.Context, c *Checkpoint) error {
	if f, ok := s.op.(flow.Stateful); ok {
		r, err := c.Open(s.key)
		if err != nil {
			return err
		}
		if r != nil {
			if err := f.Restore(r); err != nil {
				return fmt.Errorf("operator %s: %w", s.key, err)
			}
		}
		s.waiting, s.released = f.Held() // counted before the checkpoint
	}
	wm, ok := c.Watermarks[s.key]
	if !ok {
		return nil
	}
	s.wm, s.last = wm, wm
	_, err := s.op.Advance(ctx, wm, silent{s.key})
	return err
}

// silent is the Out of an operator that must have nothing to say.
type silent struct{ operator string }

func (s silent) Emit(flow.Batch) error {
	return fmt.Errorf("operator %s: internal error: rows come out of a restored state", s.operator)
}

func (s silent) Reject(flow.Rejected) error {
	return fmt.Errorf("operator %s: internal error: a restored state rejects rows", s.operator)
}

func (silent) Promise(types.Time) error { return nil }
func (silent) Count(flow.Fate, int)     {}
