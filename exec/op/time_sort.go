package op

import (
	"cmp"
	"context"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// TimeSort puts the rows of a stream into the order of their rowtime: it keeps each
// until the watermark has passed it, rows of one time as they came. A row below the
// watermark has no place left and is late.
type TimeSort struct {
	mem     memory.Allocator
	rowtime int
	wm      types.Time
	batches []flow.Batch
	left    []int // rows of each batch that wait
	// fresh is the rows that came since the last Advance, runs the others, each run in
	// order and at least twice as long as the next: a row is merged a few times, not
	// looked at whenever the watermark moves.
	fresh   []timed
	runs    [][]timed
	waiting int64
	gone    int64 // rows let go
	held    int64 // bytes
}

// timed is a row and its time.
type timed struct {
	time types.Time
	ref
}

// before is the order of rows: batches are numbered as they came.
func before(a, b timed) int {
	return cmp.Or(cmp.Compare(a.time, b.time), cmp.Compare(a.src, b.src), cmp.Compare(a.row, b.row))
}

// NewTimeSort makes the operator of a plan node.
func NewTimeSort(n *plan.TimeSort, mem memory.Allocator) *TimeSort {
	return &TimeSort{mem: mem, rowtime: n.Schema().RowTime, wm: types.MinTime}
}

// Process keeps the rows that are in time.
func (s *TimeSort) Process(_ context.Context, _ int, b flow.Batch, out flow.Out) error {
	times := b.Times(s.rowtime)
	at, kept := len(s.batches), 0
	for i := range b.Rows() {
		row := b.Row(i)
		if t := types.Time(times[row]); t < s.wm {
			err := out.Reject(flow.Rejected{
				Name: flow.LateRow, Message: "the order of rows has gone beyond its time", RowTime: t, Batch: b, Row: row,
				Late: true, Watermark: s.wm, WindowEnd: types.MinTime,
			})
			if err != nil {
				return err
			}
			continue
		}
		s.fresh = append(s.fresh, timed{types.Time(times[row]), ref{int32(at), int32(row)}})
		kept++
	}
	out.Count(flow.Absorbed, kept)
	if kept > 0 {
		s.keep(b, kept)
	}
	return nil
}

func (s *TimeSort) keep(b flow.Batch, rows int) {
	s.batches, s.left = append(s.batches, b.Keep()), append(s.left, rows)
	s.held += recordBytes(b)
	s.waiting += int64(rows)
}

// Advance emits the rows below wm.
func (s *TimeSort) Advance(_ context.Context, wm types.Time, out flow.Out) (types.Time, error) {
	s.wm = max(s.wm, wm)
	s.settle()
	var ready []timed
	for i, run := range s.runs {
		n, _ := slices.BinarySearchFunc(run, wm, func(r timed, wm types.Time) int { return cmp.Compare(r.time, wm) })
		ready = append(ready, run[:n]...)
		s.runs[i] = run[n:]
	}
	s.runs = slices.DeleteFunc(s.runs, func(run []timed) bool { return len(run) == 0 })
	if len(ready) == 0 {
		return wm, nil
	}
	slices.SortFunc(ready, before)
	return wm, s.emit(ready, out)
}

// settle makes a run of the fresh rows and merges runs that have become too short.
func (s *TimeSort) settle() {
	if len(s.fresh) > 0 {
		run := slices.Clone(s.fresh)
		slices.SortFunc(run, before)
		s.runs, s.fresh = append(s.runs, run), s.fresh[:0]
	}
	for n := len(s.runs); n > 1 && len(s.runs[n-2]) < 2*len(s.runs[n-1]); n = len(s.runs) {
		a, b := s.runs[n-2], s.runs[n-1]
		merged := make([]timed, 0, len(a)+len(b))
		for len(a) > 0 && len(b) > 0 {
			if before(a[0], b[0]) < 0 {
				merged, a = append(merged, a[0]), a[1:]
			} else {
				merged, b = append(merged, b[0]), b[1:]
			}
		}
		s.runs = append(s.runs[:n-2], append(append(merged, a...), b...))
	}
}

func (s *TimeSort) emit(ready []timed, out flow.Out) error {
	recs := make([]arrow.Record, len(s.batches))
	for i, b := range s.batches {
		recs[i] = b.Rec
	}
	schema := recs[ready[0].src].Schema()
	refs := make([]ref, 0, min(len(ready), chunkRows))
	for part := range slices.Chunk(ready, chunkRows) {
		refs = refs[:0]
		for _, r := range part {
			refs = append(refs, r.ref)
			s.left[r.src]--
		}
		rec := gatherRecord(schema, recs, refs, s.mem)
		s.gone += int64(len(part))
		s.waiting -= int64(len(part))
		err := out.Emit(flow.Batch{Rec: rec})
		rec.Release()
		if err != nil {
			return err
		}
	}
	s.drop()
	return nil
}

// drop lets go of the batches without a row that waits.
func (s *TimeSort) drop() {
	place := make([]int32, len(s.batches))
	kept := 0
	for i, b := range s.batches {
		if s.left[i] == 0 {
			s.held -= recordBytes(b)
			b.Release()
			continue
		}
		place[i] = int32(kept)
		s.batches[kept], s.left[kept] = b, s.left[i]
		kept++
	}
	s.batches, s.left = s.batches[:kept], s.left[:kept]
	for _, run := range s.runs {
		for i := range run {
			run[i].src = place[run[i].src]
		}
	}
}

// Held is how many rows wait, and how many were let go.
func (s *TimeSort) Held() (waiting, released int64) { return s.waiting, s.gone }

// Bytes is the memory of the batches with rows that wait.
func (s *TimeSort) Bytes() int64 { return s.held }

// Snapshot is the rows that wait, as they came: a row of equal time before another
// is in an earlier batch or above it.
func (s *TimeSort) Snapshot() (flow.Frozen, error) {
	f := &frozenBatches{mem: s.mem}
	rows := make([][]uint32, len(s.batches))
	for _, run := range append(slices.Clone(s.runs), s.fresh) {
		for _, r := range run {
			rows[r.src] = append(rows[r.src], uint32(r.row))
		}
	}
	for i, b := range s.batches {
		slices.Sort(rows[i])
		f.add(0, flow.Batch{Rec: b.Rec, Sel: rows[i], Kinds: b.Kinds}, 0)
	}
	return f, nil
}

// Restore takes them back.
func (s *TimeSort) Restore(r flow.StateReader) error {
	return readRecords(r, nil, s.mem, func(_ int64, rec arrow.Record) error {
		b := flow.Batch{Rec: rec}
		for row, t := range b.Times(s.rowtime) {
			s.fresh = append(s.fresh, timed{types.Time(t), ref{int32(len(s.batches)), int32(row)}})
		}
		s.keep(b, b.Rows())
		return nil
	})
}

// Close releases the rows held.
func (s *TimeSort) Close() error {
	for _, b := range s.batches {
		b.Release()
	}
	s.batches, s.left, s.fresh, s.runs, s.held, s.waiting = nil, nil, nil, nil, 0, 0
	return nil
}
