package op

import (
	"context"

	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// WindowLimit passes the first rows of each rowtime. Its input is in order of rowtime.
type WindowLimit struct {
	count   int64
	rowtime int
	now     types.Time // of the last row
	passed  int64      // rows of that time
	kept    []uint32
}

// NewWindowLimit makes the operator of a plan node.
func NewWindowLimit(n *plan.WindowLimit) *WindowLimit {
	return &WindowLimit{count: int64(n.Count), rowtime: n.Schema().RowTime, now: types.MinTime}
}

// Process passes the rows within the count.
func (l *WindowLimit) Process(_ context.Context, _ int, b flow.Batch, out flow.Out) error {
	rows := b.Sel
	if rows == nil {
		rows = expr.All(int(b.Rec.NumRows()))
	}
	times := b.Times(l.rowtime)
	l.kept = l.kept[:0]
	for _, row := range rows {
		if t := types.Time(times[row]); t != l.now {
			l.now, l.passed = t, 0
		}
		if l.passed < l.count {
			l.passed++
			l.kept = append(l.kept, row)
		}
	}
	out.Count(flow.Passed, len(l.kept))
	out.Count(flow.Filtered, len(rows)-len(l.kept))
	if len(l.kept) == 0 {
		return nil
	}
	return out.Emit(flow.Batch{Rec: b.Rec, Sel: l.kept, Kinds: b.Kinds})
}

// Advance passes the watermark on.
func (l *WindowLimit) Advance(_ context.Context, wm types.Time, _ flow.Out) (types.Time, error) {
	return wm, nil
}

// Held is nothing: no row waits.
func (l *WindowLimit) Held() (waiting, released int64) { return 0, 0 }

// Bytes is nothing worth counting.
func (l *WindowLimit) Bytes() int64 { return 0 }

// Snapshot is the time of the last row, and how many rows of it have passed.
func (l *WindowLimit) Snapshot() (flow.Frozen, error) {
	return frozenNumbers{int64(l.now), l.passed}, nil
}

// Restore goes on there.
func (l *WindowLimit) Restore(r flow.StateReader) error {
	return readNumbers(r, (*int64)(&l.now), &l.passed)
}

// Close has nothing to release.
func (l *WindowLimit) Close() error { return nil }
