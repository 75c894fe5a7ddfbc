package exec

import (
	"context"
	"errors"

	"github.com/millrace-sql/millrace/exec/agg"
	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// partitions is how many lanes an exchange has, whatever the machine: what a lane
// holds must not depend on it (DESIGN §6).
const partitions = 64

// exchange divides the rows of one ordered lane among partitions by the hash of their
// key in the stream that they go into. Rows of one key stay in order; the partitions
// run side by side.
type exchange struct {
	first int // column of the key
	split *agg.Partitions
	count *counters
	lanes [partitions]edge
}

func (e *exchange) push(ctx context.Context, b flow.Batch) error {
	n := int64(b.Rows())
	e.count.in.Add(n)
	e.count.out.Add(n)
	e.count.passed.Add(n)
	rows := b.Sel
	if rows == nil {
		rows = expr.All(int(b.Rec.NumRows()))
	}
	for p, rows := range e.split.Split(b.Rec.Column(e.first), rows) {
		if len(rows) == 0 {
			continue
		}
		if err := e.lanes[p].push(ctx, flow.Batch{Rec: b.Rec, Sel: rows, Kinds: b.Kinds}); err != nil {
			return err
		}
	}
	return nil
}

// advance tells the lanes of the end alone: what stands behind them has no windows.
func (e *exchange) advance(ctx context.Context, wm types.Time) error {
	if wm != types.MaxTime {
		return nil
	}
	var errs []error
	for p := range e.lanes {
		errs = append(errs, e.lanes[p].advance(ctx, wm))
	}
	return errors.Join(errs...)
}

// laneTask hands on what comes into one partition. It has no permit: what stands behind
// it is a sink, which waits for a commit rather than for a processor, and many waits
// share one.
type laneTask struct {
	in    *inbox
	next  receiver
	guard guard
}

func (t *laneTask) run(ctx context.Context) error {
	defer t.in.drain()
	defer close(t.in.done)
	for {
		m, err := t.in.next(ctx)
		if err != nil {
			return err
		}
		if m.batch.Rec == nil {
			t.in.handled.Add(1)
			return t.next.advance(ctx, m.wm)
		}
		err = t.guard.do(func() error { return t.next.push(ctx, m.batch) })
		m.batch.Release()
		t.in.handled.Add(1)
		if err != nil {
			return err
		}
	}
}

// exchange ends the ordered lane of the input in partitions.
func (b *builder) exchange(ctx context.Context, n *plan.Exchange) ([]*lane, error) {
	lanes, err := b.node(ctx, n.Input)
	if err != nil {
		return nil, err
	}
	if lanes, err = b.ordered(lanes, n.Schema().RowTime); err != nil {
		return nil, err
	}
	name := b.name("Exchange")
	e := &exchange{first: n.Keys[0], split: agg.NewPartitions(partitions, len(n.Keys) > 1), count: b.job.counter(name)}
	*lanes[0].tail = e
	out := make([]*lane, partitions)
	for p := range out {
		t := &laneTask{in: newInbox(), guard: b.job.guard(name)}
		e.lanes[p] = edge{in: t.in, permits: b.job.permits}
		b.job.lanes = append(b.job.lanes, t.in)
		b.job.task(name, t.run)
		out[p] = &lane{tail: &t.next, flush: &rejectors{}, sources: lanes[0].sources}
	}
	return out, nil
}
