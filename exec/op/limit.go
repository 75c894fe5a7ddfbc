package op

import (
	"context"

	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// Limit passes a number of rows after the first few, then stops the input.
type Limit struct{ skip, left int64 } // left < 0 = no limit

// NewLimit makes the operator of a plan node.
func NewLimit(n *plan.Limit) *Limit { return &Limit{skip: n.Offset, left: n.Count} }

// Process emits the part of b inside the limit; flow.ErrEnough with, or after,
// the last row.
func (l *Limit) Process(_ context.Context, _ int, b flow.Batch, out flow.Out) error {
	rows := int64(b.Rows())
	from := min(l.skip, rows)
	l.skip -= from
	to := rows
	if l.left >= 0 {
		to = min(rows, from+l.left)
		l.left -= to - from
	}
	out.Count(flow.Passed, int(to-from))
	out.Count(flow.Filtered, int(rows-(to-from)))
	if to > from {
		sel := b.Sel
		if sel == nil {
			sel = expr.All(int(rows))
		}
		if err := out.Emit(flow.Batch{Rec: b.Rec, Sel: sel[from:to], Kinds: b.Kinds}); err != nil {
			return err
		}
	}
	if l.left == 0 {
		return flow.ErrEnough
	}
	return nil
}

// Advance passes the watermark on.
func (l *Limit) Advance(_ context.Context, wm types.Time, _ flow.Out) (types.Time, error) {
	return wm, nil
}

// Held is nothing: no row waits.
func (l *Limit) Held() (waiting, released int64) { return 0, 0 }

// Bytes is nothing worth counting.
func (l *Limit) Bytes() int64 { return 0 }

// Snapshot is how far the limit has come.
func (l *Limit) Snapshot() (flow.Frozen, error) { return frozenNumbers{l.skip, l.left}, nil }

// Restore goes on there.
func (l *Limit) Restore(r flow.StateReader) error { return readNumbers(r, &l.skip, &l.left) }

// Close has nothing to release.
func (l *Limit) Close() error { return nil }
