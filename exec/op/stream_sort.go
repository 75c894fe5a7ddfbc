package op

import (
	"context"
	"fmt"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/exec/window"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// StreamSort is ORDER BY of a stream: it holds the rows of a window until that is over and
// emits them in the order of the keys, rows with equal keys as they came, with the window's
// end as their time (kda-sql.md §10.1).
type StreamSort struct {
	waitingRows
	rowtime int
	late    bool     // rows come by declared event time
	spans   assigner // nil where a window ends when the first key changes
	wm      types.Time
	freed   types.Time // greatest end of a window let go
	open    []sortedSpan
}

// sortedSpan is the rows of a window, as they came.
type sortedSpan struct {
	span window.Span
	refs []ref
}

// NewStreamSort makes the operator of a plan node.
func NewStreamSort(n *plan.StreamSort, mem memory.Allocator) (*StreamSort, error) {
	w, err := newWaitingRows(n.Keys, mem)
	if err != nil {
		return nil, err
	}
	s := &StreamSort{waitingRows: w, rowtime: n.Schema().RowTime, late: plan.EventTimed(n.Input), wm: types.MinTime, freed: types.MinTime}
	switch {
	case n.Window.Change:
	case n.Window.Of != nil:
		s.spans, err = newSpanSearch(n.Window.Of, mem)
	default:
		s.spans = window.Tumble{Step: n.Window.Step, Ceil: n.Window.Ceil}
	}
	return s, err
}

// Process holds the rows of b, each in its window.
func (s *StreamSort) Process(_ context.Context, _ int, b flow.Batch, out flow.Out) error {
	keys, rows, err := s.evaluate(b, s.rowtime, out)
	if err != nil {
		releaseAll(keys)
		return err
	}
	if s.spans != nil {
		if rows, err = s.inTime(b, rows, out); err != nil {
			releaseAll(keys)
			return err
		}
	}
	out.Count(flow.Absorbed, len(rows))
	if len(rows) == 0 {
		releaseAll(keys)
		return nil
	}
	return s.take(b, keys, rows, out)
}

// inTime rejects rows of windows that are over.
func (s *StreamSort) inTime(b flow.Batch, rows []uint32, out flow.Out) ([]uint32, error) {
	times := b.Times(s.rowtime)
	kept := rows
	for i, row := range rows {
		t := types.Time(times[row])
		if t >= s.wm && t >= s.freed {
			if len(kept) < len(rows) {
				kept = append(kept, row)
			}
			continue
		}
		span := s.spans.Assign(t)
		if !span.Closed(max(s.wm, s.freed)) {
			if len(kept) < len(rows) {
				kept = append(kept, row)
			}
			continue
		}
		if len(kept) == len(rows) {
			kept = append(make([]uint32, 0, len(rows)), rows[:i]...)
		}
		err := out.Reject(flow.Rejected{
			Name: flow.LateRow, Message: fmt.Sprintf("the rows up to %s have been put in order", span.RowTime()),
			RowTime: t, Batch: b, Row: int(row), Late: s.late, Watermark: s.wm, WindowEnd: span.RowTime(),
		})
		if err != nil {
			return nil, err
		}
	}
	return kept, nil
}

// take holds rows of b with their keys, run by run of one window.
func (s *StreamSort) take(b flow.Batch, keys []arrow.Array, rows []uint32, out flow.Out) error {
	src := int32(len(s.batches))
	s.keep(b, keys, len(rows))
	times := b.Times(s.rowtime)
	for len(rows) > 0 {
		at, n := 0, 1
		if s.spans == nil {
			n = sameRun(keys[0], rows)
			if err := s.change(src, int(rows[0]), types.Time(times[rows[0]]), out); err != nil {
				return err
			}
			s.open[0].span.End = types.Time(times[rows[n-1]])
		} else {
			at = s.spanAt(types.Time(times[rows[0]]))
			for n < len(rows) && s.open[at].span.Holds(types.Time(times[rows[n]])) {
				n++
			}
		}
		for _, row := range rows[:n] {
			s.open[at].refs = append(s.open[at].refs, ref{src, int32(row)})
		}
		rows = rows[n:]
	}
	s.settle()
	return nil
}

// spanAt is the place of the open window that holds t.
func (s *StreamSort) spanAt(t types.Time) int {
	for i, o := range s.open {
		if o.span.Holds(t) {
			return i
		}
	}
	span := s.spans.Assign(t)
	at, _ := slices.BinarySearchFunc(s.open, span, func(o sortedSpan, span window.Span) int { return compareTimes(o.span.Start, span.Start) })
	s.open = slices.Insert(s.open, at, sortedSpan{span: span})
	return at
}

// change ends the window where the first key of a row is another one. The row gives it its
// time.
func (s *StreamSort) change(src int32, row int, t types.Time, out flow.Out) error {
	if len(s.open) == 0 {
		s.open = append(s.open, sortedSpan{})
		return nil
	}
	last := s.open[0].refs[len(s.open[0].refs)-1]
	if sameValue(s.keys[last.src][0], int(last.row), s.keys[src][0], row) {
		return nil
	}
	err := s.end(sortedSpan{span: window.Span{End: t}, refs: s.open[0].refs}, out)
	s.open[0] = sortedSpan{}
	return err
}

// end emits the rows of a window.
func (s *StreamSort) end(o sortedSpan, out flow.Out) error {
	slices.SortStableFunc(o.refs, s.compare)
	s.freed = max(s.freed, o.span.End)
	return s.release(o.refs, s.rowtime, func(rec arrow.Record) arrow.Array {
		return timestamps(o.span.RowTime(), int(rec.NumRows()), s.mem)
	}, out)
}

// settle lets go of batches and puts the references right.
func (s *StreamSort) settle() {
	place := s.drop()
	if place == nil {
		return
	}
	for _, o := range s.open {
		for i := range o.refs {
			o.refs[i].src = place[o.refs[i].src]
		}
	}
}

// Advance emits the windows that are over. Where they end on change, what comes next has at
// least the time of the last row.
func (s *StreamSort) Advance(_ context.Context, wm types.Time, out flow.Out) (types.Time, error) {
	s.wm = max(s.wm, wm)
	promise := wm
	for len(s.open) > 0 {
		o := s.open[0]
		if wm != types.MaxTime && s.spans == nil {
			promise = min(wm, o.span.End)
		}
		if wm != types.MaxTime && (s.spans == nil || !o.span.Closed(wm)) {
			break
		}
		if err := s.end(o, out); err != nil {
			return wm, err
		}
		s.open = s.open[1:]
	}
	s.settle()
	return promise, nil
}

// Oldest is the window that is over next.
func (s *StreamSort) Oldest() (window.Span, bool) {
	if s.spans == nil || len(s.open) == 0 {
		return window.Span{}, false
	}
	return s.open[0].span, true
}

// Released is the greatest end of the windows let go.
func (s *StreamSort) Released() types.Time { return s.freed }

// Snapshot is the rows that wait.
func (s *StreamSort) Snapshot() (flow.Frozen, error) {
	var refs []ref
	for _, o := range s.open {
		refs = append(refs, o.refs...)
	}
	return s.snapshot(refs), nil
}

// Restore takes them back.
func (s *StreamSort) Restore(r flow.StateReader) error {
	return readRecords(r, nil, s.mem, func(_ int64, rec arrow.Record) error {
		b := flow.Batch{Rec: rec}
		keys, rows, err := s.evaluate(b, s.rowtime, nobody{})
		if err != nil {
			return err
		}
		return s.take(b, keys, rows, nobody{})
	})
}

// nobody is the Out of a restore, in which rows meet nothing that they have not met before.
type nobody struct{}

func (nobody) Emit(flow.Batch) error      { return fmt.Errorf("%w: rows come out of it", errState) }
func (nobody) Reject(flow.Rejected) error { return fmt.Errorf("%w: rows fail in it", errState) }
func (nobody) Promise(types.Time) error   { return nil }
func (nobody) Count(flow.Fate, int)       {}
