package op

import (
	"context"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// Promote makes a column the rowtime. A row without a time, or with one below the greatest
// that has passed, is rejected (kda-sql.md §8.3): what comes out is in order.
type Promote struct {
	mem     memory.Allocator
	column  int
	rowtime int
	last    types.Time // greatest so far

	kept []uint32
}

// NewPromote makes the operator of a plan node.
func NewPromote(n *plan.Promote, mem memory.Allocator) *Promote {
	return &Promote{mem: mem, column: n.Column, rowtime: n.Schema().RowTime, last: types.MinTime}
}

// Process passes the rows that are in order.
func (p *Promote) Process(_ context.Context, _ int, b flow.Batch, out flow.Out) error {
	col := b.Rec.Column(p.column).(*array.Timestamp)
	times := newTimes(int(b.Rec.NumRows()), p.mem)
	rows := b.Sel
	if rows == nil {
		rows = expr.All(int(b.Rec.NumRows()))
	}
	p.kept = p.kept[:0]
	for _, row := range rows {
		r := flow.Rejected{Name: flow.RowTimeError, Message: "its ROWTIME is NULL", RowTime: rowTimeOf(b, p.rowtime, int(row)), Batch: b, Row: int(row)}
		if col.IsValid(int(row)) {
			t := cutToRowTime(types.Time(col.Value(int(row))))
			if t >= p.last {
				p.last = t
				times.values[row] = arrow.Timestamp(t)
				p.kept = append(p.kept, row)
				continue
			}
			r.Name, r.Message = flow.OutOfOrder, fmt.Sprintf("its ROWTIME %s is before %s, that of a row before it", t, p.last)
		}
		if err := out.Reject(r); err != nil {
			times.array().Release()
			return err
		}
	}
	out.Count(flow.Passed, len(p.kept))
	return emitTimed(b, p.kept, p.rowtime, times.array(), out)
}

// Advance promises the greatest time so far: the watermark is about another one.
func (p *Promote) Advance(_ context.Context, wm types.Time, _ flow.Out) (types.Time, error) {
	if wm == types.MaxTime {
		return wm, nil
	}
	return p.last, nil
}

// Held is nothing: no row waits.
func (p *Promote) Held() (waiting, released int64) { return 0, 0 }

// Bytes is nothing worth counting.
func (p *Promote) Bytes() int64 { return 0 }

// Snapshot is the greatest time so far.
func (p *Promote) Snapshot() (flow.Frozen, error) { return frozenNumbers{int64(p.last)}, nil }

// Restore goes on there.
func (p *Promote) Restore(r flow.StateReader) error { return readNumbers(r, (*int64)(&p.last)) }

// Close has nothing to release.
func (p *Promote) Close() error { return nil }
