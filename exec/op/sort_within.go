package op

import (
	"cmp"
	"context"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// SortWithin is ORDER BY t WITHIN INTERVAL: a row leaves when its time is at or below the
// greatest time seen less the slack, in the order of time, then of the keys, then as rows
// came. One that comes below that is late and rejected (kda-sql.md §10.2). Watermarks of the
// input say nothing here: they are about another time.
type SortWithin struct {
	waitingRows
	column  int
	rowtime int
	slack   types.Time
	most    types.Time // greatest time seen
	heap    []timed    // the row that leaves first on top
	ready   []ref
}

// NewSortWithin makes the operator of a plan node.
func NewSortWithin(n *plan.SortWithin, mem memory.Allocator) (*SortWithin, error) {
	w, err := newWaitingRows(n.Keys, mem)
	s := &SortWithin{waitingRows: w, column: n.Column, rowtime: n.Schema().RowTime, slack: n.Slack, most: types.MinTime}
	return s, err
}

// bound is the time up to which rows have left.
func (s *SortWithin) bound() types.Time {
	if s.most == types.MinTime {
		return s.most
	}
	return s.most - s.slack
}

// Process takes the rows that are in time, and emits those whose place is certain. Row by
// row: what leaves before what must not depend on batches.
func (s *SortWithin) Process(_ context.Context, _ int, b flow.Batch, out flow.Out) error {
	keys, rows, err := s.evaluate(b, s.rowtime, out)
	if err == nil {
		rows, err = s.take(b, keys, rows, out)
	} else {
		releaseAll(keys)
	}
	if err != nil {
		return err
	}
	out.Count(flow.Absorbed, len(rows))
	return s.emit(out)
}

// take holds rows and moves those whose place is certain to ready.
func (s *SortWithin) take(b flow.Batch, keys []arrow.Array, rows []uint32, out flow.Out) ([]uint32, error) {
	src := int32(len(s.batches))
	col := b.Rec.Column(s.column).(*array.Timestamp)
	kept := rows[:0:0]
	s.keep(b, keys, 0)
	for _, row := range rows {
		t := types.Time(0)
		r := flow.Rejected{Name: flow.RowTimeError, Message: "its ROWTIME is NULL", RowTime: rowTimeOf(b, s.rowtime, int(row)), Batch: b, Row: int(row)}
		if col.IsValid(int(row)) {
			t = types.Time(col.Value(int(row)))
			r.Name, r.Message = flow.OutOfOrder, fmt.Sprintf("its ROWTIME %s is more than WITHIN before %s, the greatest so far", t, s.most)
		}
		if col.IsNull(int(row)) || t < s.bound() {
			if err := out.Reject(r); err != nil {
				return nil, err
			}
			continue
		}
		kept = append(kept, row)
		s.left[src]++
		s.waiting++
		s.push(timed{t, ref{src, int32(row)}})
		s.most = max(s.most, t)
		for len(s.heap) > 0 && s.heap[0].time <= s.bound() {
			s.ready = append(s.ready, s.pop())
		}
	}
	return kept, nil
}

// emit hands on the rows that are ready.
func (s *SortWithin) emit(out flow.Out) error {
	err := s.release(s.ready, s.rowtime, func(rec arrow.Record) arrow.Array {
		times := newTimes(int(rec.NumRows()), s.mem)
		for i, t := range rec.Column(s.column).(*array.Timestamp).TimestampValues() {
			times.values[i] = arrow.Timestamp(cutToRowTime(types.Time(t)))
		}
		return times.array()
	}, out)
	s.ready = s.ready[:0]
	if place := s.drop(); place != nil {
		for i := range s.heap {
			s.heap[i].src = place[s.heap[i].src]
		}
	}
	return err
}

// Advance empties it at the end of input; before, it promises the time up to which rows
// have left.
func (s *SortWithin) Advance(_ context.Context, wm types.Time, out flow.Out) (types.Time, error) {
	if wm != types.MaxTime {
		if s.most == types.MinTime {
			return s.most, nil
		}
		return cutToRowTime(s.bound()), nil
	}
	for len(s.heap) > 0 {
		s.ready = append(s.ready, s.pop())
	}
	return wm, s.emit(out)
}

// Snapshot is the greatest time seen, then the rows that wait.
func (s *SortWithin) Snapshot() (flow.Frozen, error) {
	refs := make([]ref, len(s.heap))
	for i, r := range s.heap {
		refs[i] = r.ref
	}
	return frozenPair{frozenNumbers{int64(s.most)}, s.snapshot(refs)}, nil
}

// frozenPair is two states, one behind the other.
type frozenPair [2]flow.Frozen

// WriteTo is flow.Frozen's.
func (f frozenPair) WriteTo(w flow.StateWriter) error {
	if err := f[0].WriteTo(w); err != nil {
		return err
	}
	return f[1].WriteTo(w)
}

// Release is flow.Frozen's.
func (f frozenPair) Release() {
	f[0].Release()
	f[1].Release()
}

// Restore takes both back.
func (s *SortWithin) Restore(r flow.StateReader) error {
	var most types.Time
	if err := readNumbers(r, (*int64)(&most)); err != nil {
		return err
	}
	err := readRecords(r, nil, s.mem, func(_ int64, rec arrow.Record) error {
		b := flow.Batch{Rec: rec}
		keys, rows, err := s.evaluate(b, s.rowtime, nobody{})
		if err != nil {
			return err
		}
		src := int32(len(s.batches))
		s.keep(b, keys, len(rows))
		times := b.Times(s.column)
		for _, row := range rows {
			s.push(timed{types.Time(times[row]), ref{src, int32(row)}})
		}
		return nil
	})
	s.most = most
	return err
}

// push puts a row into the heap.
func (s *SortWithin) push(r timed) {
	h := append(s.heap, r)
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if !s.before(h[i], h[up]) {
			break
		}
		h[i], h[up] = h[up], h[i]
		i = up
	}
	s.heap = h
}

// pop takes the row that leaves first.
func (s *SortWithin) pop() ref {
	h, first := s.heap, s.heap[0].ref
	last := len(h) - 1
	h[0] = h[last]
	h = h[:last]
	for i := 0; ; {
		least := i
		for down := 2*i + 1; down <= 2*i+2 && down < last; down++ {
			if s.before(h[down], h[least]) {
				least = down
			}
		}
		if least == i {
			break
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
	s.heap = h
	return first
}

func (s *SortWithin) before(a, b timed) bool {
	return cmp.Or(cmp.Compare(a.time, b.time), s.compare(a.ref, b.ref), cmp.Compare(a.src, b.src), cmp.Compare(a.row, b.row)) < 0
}
