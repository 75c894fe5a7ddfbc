package op

import (
	"context"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/exec/window"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// AggregateChange is GROUP BY of a stream on a key that moves with the rows and not with
// time, as MONOTONIC(batch_no): a row with another value of it ends all groups, which then
// have the time of that row (kda-sql.md §9.1). Its input is in order of rowtime. At the end
// of input the groups have the time of the last row.
type AggregateChange struct {
	*Aggregate
	moving int         // the column of the key among those that are computed
	now    window.Span // times of the first and the last row of the groups
	value  arrow.Array // their key: a column of one row, nil while there is no group
}

// NewAggregateChange makes the operator of a plan node.
func NewAggregateChange(n *plan.Aggregate, mem memory.Allocator) (*AggregateChange, error) {
	a, err := NewAggregate(n, false, mem)
	return &AggregateChange{Aggregate: a, moving: n.Window.Key}, err
}

// Process adds the rows of b to the groups, run by run of the key.
func (a *AggregateChange) Process(_ context.Context, _ int, b flow.Batch, out flow.Out) error {
	rows, err := a.evaluate(b, out)
	defer a.releaseColumns()
	if err != nil {
		return err
	}
	times, absorbed := b.Times(a.rowtime), len(rows)
	key := a.keyCols[a.moving]
	for len(rows) > 0 {
		n := sameRun(key, rows)
		first, last := types.Time(times[rows[0]]), types.Time(times[rows[n-1]])
		if a.value != nil && !sameValue(a.value, 0, key, int(rows[0])) {
			if err := a.end(first, out); err != nil {
				return err
			}
		}
		if a.value == nil {
			a.begin(key, int(rows[0]), first)
		}
		a.now.End = last
		if err := a.add(window.Span{}, rows[:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	out.Count(flow.Absorbed, absorbed)
	return nil
}

func (a *AggregateChange) begin(key arrow.Array, row int, t types.Time) {
	a.value = array.NewSlice(key, int64(row), int64(row)+1)
	a.now.Start = t
}

// end releases the groups with the time t.
func (a *AggregateChange) end(t types.Time, out flow.Out) error {
	p := a.panes[0]
	p.span = window.Span{Start: a.now.Start, End: t}
	if err := a.emitResult(p, a.mem, out); err != nil {
		return err
	}
	a.panes = a.panes[:0]
	a.value.Release()
	a.value = nil
	a.freed = max(a.freed, t)
	a.gone += p.rows
	a.recycle(p)
	return nil
}

// Advance releases nothing before the end of input. What comes next has at least the
// time of the last row, which is all that can be promised.
func (a *AggregateChange) Advance(_ context.Context, wm types.Time, out flow.Out) (types.Time, error) {
	a.wm = max(a.wm, wm)
	switch {
	case a.value == nil:
		return wm, nil
	case wm == types.MaxTime:
		return wm, a.end(a.now.End, out)
	}
	return min(wm, a.now.End), nil
}

// Oldest is none: when the groups end is not known.
func (a *AggregateChange) Oldest() (window.Span, bool) { return window.Span{}, false }

// Snapshot freezes the groups, and the times of the first and the last row.
func (a *AggregateChange) Snapshot() (flow.Frozen, error) {
	for _, p := range a.panes {
		p.span = a.now
	}
	return a.freeze(a.panes, a.mem), nil
}

// Restore takes them back.
func (a *AggregateChange) Restore(r flow.StateReader) error {
	return readRecords(r, a.shape.partial, a.mem, func(rows int64, rec arrow.Record) error {
		p, err := a.paneOf(window.Span{})
		if err != nil {
			return err
		}
		if a.value == nil {
			a.begin(rec.Column(2+a.moving), 0, 0)
		}
		a.now = a.spanOfPartial(rec)
		a.merge(p, rec)
		p.rows += rows
		return p.err()
	})
}

// Close drops the groups.
func (a *AggregateChange) Close() error {
	if a.value != nil {
		a.value.Release()
		a.value = nil
	}
	return a.Aggregate.Close()
}
