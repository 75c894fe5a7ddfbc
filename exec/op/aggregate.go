package op

import (
	"context"
	"fmt"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/exec/window"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// Aggregate is GROUP BY: tumbling windows of a stream, or one grouping of a
// finite relation. A window is released when the watermark passes its end
// (kda-sql.md §9.1); its rows come in the order their groups first appeared.
//
// In partial mode it releases states instead of results, for a Combine that
// merges the shards of a stream.
type Aggregate struct {
	*shape
	mem     memory.Allocator
	keyEval []*expr.Evaluator
	argEval [][]*expr.Evaluator // per call
	rowtime int
	partial bool
	late    bool // rows come by declared event time
	wm      types.Time
	freed   types.Time // greatest end of a span let go
	gone    int64      // rows of the panes let go

	panes   []*pane // open, by start
	rejects rejects
	keyCols []arrow.Array
	argCols []arrow.Array
	ids     []uint32
}

// NewAggregate makes the operator of a plan node.
func NewAggregate(n *plan.Aggregate, partial bool, mem memory.Allocator) (*Aggregate, error) {
	s, err := newShape(n, mem)
	if err != nil {
		return nil, err
	}
	a := &Aggregate{shape: s, mem: mem, partial: partial, late: plan.EventTimed(n.Input), rowtime: n.Input.Schema().RowTime, wm: types.MinTime, freed: types.MinTime}
	for i, k := range n.Keys {
		if i == s.place {
			continue
		}
		e, err := expr.Compile(k)
		if err != nil {
			return nil, err
		}
		a.keyEval = append(a.keyEval, e)
	}
	for _, c := range n.Calls {
		list := make([]*expr.Evaluator, len(c.Args))
		for i, arg := range c.Args {
			if list[i], err = expr.Compile(arg); err != nil {
				return nil, err
			}
		}
		a.argEval = append(a.argEval, list)
	}
	return a, nil
}

// Process adds the rows of b to the panes of their spans. A row of a span that
// has been released is late: rejected and counted.
func (a *Aggregate) Process(_ context.Context, _ int, b flow.Batch, out flow.Out) error {
	rows, err := a.evaluate(b, out)
	defer a.releaseColumns()
	if err != nil {
		return err
	}
	if !a.windowed {
		out.Count(flow.Absorbed, len(rows))
		return a.add(window.Span{}, rows)
	}
	times := b.Times(a.rowtime)
	absorbed := 0
	for len(rows) > 0 {
		span := a.spanOf(types.Time(times[rows[0]]))
		// Rows come in order or nearly so: take the whole run of one span at once.
		n := 1
		for n < len(rows) && span.Holds(types.Time(times[rows[n]])) {
			n++
		}
		run := rows[:n]
		rows = rows[n:]
		if span.Closed(a.wm) {
			if err := a.rejectLate(b, run, span, out); err != nil {
				return err
			}
			continue
		}
		absorbed += n
		if err := a.add(span, run); err != nil {
			return err
		}
	}
	out.Count(flow.Absorbed, absorbed)
	return nil
}

// spanOf finds the span among the open panes before it computes it.
func (a *Aggregate) spanOf(t types.Time) window.Span {
	for _, p := range a.panes {
		if p.span.Holds(t) {
			return p.span
		}
	}
	return a.assigner.Assign(t)
}

// evaluate computes keys and arguments for the live rows and gives back those
// without an error.
func (a *Aggregate) evaluate(b flow.Batch, out flow.Out) ([]uint32, error) {
	var errs []expr.RowError
	a.keyCols, a.argCols = a.keyCols[:0], a.argCols[:0]
	for _, e := range a.keyEval {
		col, bad := e.Array(b.Rec, b.Sel, a.mem)
		a.keyCols = append(a.keyCols, col)
		errs = mergeErrors(errs, bad)
	}
	for _, list := range a.argEval {
		col, bad, err := argument(list, b, a.mem)
		if err != nil {
			return nil, err
		}
		a.argCols = append(a.argCols, col)
		errs = mergeErrors(errs, bad)
	}
	rows := b.Sel
	if rows == nil {
		rows = expr.All(int(b.Rec.NumRows()))
	}
	return a.rejects.without(rows, errs), a.rejects.report(b, a.rowtime, errs, out)
}

func (a *Aggregate) releaseColumns() {
	for _, cols := range [][]arrow.Array{a.keyCols, a.argCols} {
		for _, c := range cols {
			if c != nil {
				c.Release()
			}
		}
	}
	a.keyCols, a.argCols = a.keyCols[:0], a.argCols[:0]
}

// add puts rows into the pane of a span.
func (a *Aggregate) add(span window.Span, rows []uint32) error {
	p, err := a.paneOf(span)
	if err != nil {
		return err
	}
	if cap(a.ids) < len(rows) {
		a.ids = make([]uint32, len(rows))
	}
	ids := a.ids[:len(rows)]
	p.groups.Assign(a.keyCols, rows, ids)
	for i, f := range p.funcs {
		f.Update(p.groups.Len(), ids, rows, a.argCols[i])
	}
	p.rows += int64(len(rows))
	return nil
}

func (a *Aggregate) paneOf(span window.Span) (*pane, error) {
	at, found := slices.BinarySearchFunc(a.panes, span, func(p *pane, s window.Span) int {
		return compareTimes(p.span.Start, s.Start)
	})
	if found {
		return a.panes[at], nil
	}
	p, err := a.newPane(span)
	if err != nil {
		return nil, err
	}
	a.panes = slices.Insert(a.panes, at, p)
	return p, nil
}

func compareTimes(x, y types.Time) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// rejectLate reports rows below the watermark of their span: by ROWTIME to
// error_stream, by declared event time to late_stream (DESIGN §8).
func (a *Aggregate) rejectLate(b flow.Batch, rows []uint32, span window.Span, out flow.Out) error {
	for _, row := range rows {
		err := out.Reject(flow.Rejected{
			Name: flow.LateRow, Message: fmt.Sprintf("the window ending %s has been released", span.RowTime()),
			RowTime: types.Time(b.Times(a.rowtime)[row]), Batch: b, Row: int(row),
			Late: a.late, Watermark: a.wm, WindowEnd: span.RowTime(),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Advance releases every pane that is complete below wm.
func (a *Aggregate) Advance(_ context.Context, wm types.Time, out flow.Out) (types.Time, error) {
	// After a restore the sources begin again below what was released.
	a.wm = max(a.wm, wm)
	if !a.windowed && wm == types.MaxTime && len(a.panes) == 0 && len(a.keys) == 0 && !a.partial {
		// An aggregate without GROUP BY has one row, also over no rows.
		if _, err := a.paneOf(window.Span{}); err != nil {
			return wm, err
		}
		a.panes[0].groups.Assign(nil, expr.All(1), make([]uint32, 1))
	}
	for len(a.panes) > 0 {
		p := a.panes[0]
		if a.windowed && !p.span.Closed(wm) || !a.windowed && wm != types.MaxTime {
			break
		}
		if err := a.release(p, out); err != nil {
			return wm, err
		}
		a.panes = slices.Delete(a.panes, 0, 1)
		a.freed = max(a.freed, p.span.End)
		a.gone += p.rows
		a.recycle(p)
	}
	return wm, nil
}

func (a *Aggregate) release(p *pane, out flow.Out) error {
	if a.partial {
		rec := a.partialRecord(p, a.mem)
		defer rec.Release()
		if err := p.err(); err != nil {
			return err
		}
		return out.Emit(flow.Batch{Rec: rec})
	}
	return a.emitResult(p, a.mem, out)
}

// emitResult emits the rows of a complete pane; a group with an aggregate that has no
// value becomes an error row.
func (s *shape) emitResult(p *pane, mem memory.Allocator, out flow.Out) error {
	rec, bad := s.resultRecord(p, mem)
	defer rec.Release()
	b := flow.Batch{Rec: rec}
	if len(bad) > 0 {
		slices.SortStableFunc(bad, func(x, y expr.RowError) int { return int(x.Row) - int(y.Row) })
		errs := slices.CompactFunc(bad, func(x, y expr.RowError) bool { return x.Row == y.Row })
		var r rejects
		rowtime := -1
		if s.windowed {
			rowtime = int(rec.NumCols()) - 1
		}
		if err := r.report(b, rowtime, errs, out); err != nil {
			return err
		}
		b.Sel = r.without(expr.All(int(rec.NumRows())), errs)
	}
	if b.Rows() == 0 {
		return nil
	}
	return out.Emit(b)
}

// Held is how many rows are in open panes, and how many were in those let go.
func (a *Aggregate) Held() (waiting, released int64) {
	for _, p := range a.panes {
		waiting += p.rows
	}
	return waiting, a.gone
}

// Oldest is the window that is released next.
func (a *Aggregate) Oldest() (window.Span, bool) {
	if !a.windowed || len(a.panes) == 0 {
		return window.Span{}, false
	}
	return a.panes[0].span, true
}

// Bytes is the memory of the open panes.
func (a *Aggregate) Bytes() (n int64) {
	for _, p := range a.panes {
		n += p.bytes()
	}
	return n
}

// Snapshot freezes the open panes.
func (a *Aggregate) Snapshot() (flow.Frozen, error) { return a.freeze(a.panes, a.mem), nil }

// Restore merges the groups of the stored panes, in the order they had.
func (a *Aggregate) Restore(r flow.StateReader) error {
	return readRecords(r, a.shape.partial, a.mem, func(rows int64, rec arrow.Record) error {
		p, err := a.paneOf(a.spanOfPartial(rec))
		if err != nil {
			return err
		}
		a.merge(p, rec)
		p.rows += rows
		return p.err()
	})
}

// Released is the greatest end of the windows let go, types.MinTime before the
// first.
func (a *Aggregate) Released() types.Time {
	if !a.windowed {
		return types.MinTime
	}
	return a.freed
}

// Close drops the open panes.
func (a *Aggregate) Close() error {
	a.panes = nil
	return nil
}
