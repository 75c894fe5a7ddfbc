package op

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
)

// waitingRows is rows that an operator holds until it knows their place, with the values
// of the keys that decide it. A batch is kept as long as one of its rows waits.
type waitingRows struct {
	mem     memory.Allocator
	evals   []*expr.Evaluator
	order   []plan.SortKey
	rejects rejects

	batches []flow.Batch
	keys    [][]arrow.Array // per batch, per key
	left    []int           // rows of each batch that wait
	waiting int64
	gone    int64
	held    int64 // bytes
}

func newWaitingRows(order []plan.SortKey, mem memory.Allocator) (waitingRows, error) {
	w := waitingRows{mem: mem, order: order}
	for _, k := range order {
		e, err := expr.Compile(k.Expr)
		if err != nil {
			return w, err
		}
		w.evals = append(w.evals, e)
	}
	return w, nil
}

// evaluate computes the keys of b and gives the rows that have them; keep, or release of
// the keys, comes next.
func (w *waitingRows) evaluate(b flow.Batch, rowtime int, out flow.Out) (keys []arrow.Array, rows []uint32, err error) {
	var errs []expr.RowError
	for _, e := range w.evals {
		col, bad := e.Array(b.Rec, b.Sel, w.mem)
		keys, errs = append(keys, col), mergeErrors(errs, bad)
	}
	rows = b.Sel
	if rows == nil {
		rows = expr.All(int(b.Rec.NumRows()))
	}
	return keys, w.rejects.without(rows, errs), w.rejects.report(b, rowtime, errs, out)
}

// keep holds b and takes over its keys; rows of it will wait.
func (w *waitingRows) keep(b flow.Batch, keys []arrow.Array, rows int) {
	w.batches, w.keys, w.left = append(w.batches, b.Keep()), append(w.keys, keys), append(w.left, rows)
	w.waiting += int64(rows)
	w.held += w.bytes(len(w.batches) - 1)
}

// bytes is the memory of a batch and its keys.
func (w *waitingRows) bytes(i int) int64 {
	n := recordBytes(w.batches[i])
	for _, k := range w.keys[i] {
		n += int64(k.Data().SizeInBytes())
	}
	return n
}

// compare orders two rows by the keys from the given one on.
func (w *waitingRows) compare(a, b ref) int {
	for k, key := range w.order {
		if c := compareNullable(w.keys[a.src][k], int(a.row), w.keys[b.src][k], int(b.row), key.NullsFirst, key.Desc); c != 0 {
			return c
		}
	}
	return 0
}

// compareNullable orders two values, either of which may be NULL.
func compareNullable(a arrow.Array, i int, b arrow.Array, j int, nullsFirst, desc bool) int {
	an, bn := a.IsNull(i), b.IsNull(j)
	switch {
	case an && bn:
		return 0
	case an || bn:
		if an == nullsFirst {
			return -1
		}
		return 1
	case desc:
		return compareValues(b, j, a, i)
	}
	return compareValues(a, i, b, j)
}

// release emits rows in the order given, with the rowtimes that time gives them.
func (w *waitingRows) release(refs []ref, rowtime int, time func(rec arrow.Record) arrow.Array, out flow.Out) error {
	recs := make([]arrow.Record, len(w.batches))
	for i, b := range w.batches {
		recs[i] = b.Rec
	}
	for part := range slices.Chunk(refs, chunkRows) {
		rec := gatherRecord(recs[part[0].src].Schema(), recs, part, w.mem)
		for _, r := range part {
			w.left[r.src]--
		}
		w.gone += int64(len(part))
		w.waiting -= int64(len(part))
		err := emitTimed(flow.Batch{Rec: rec}, expr.All(len(part)), rowtime, time(rec), out)
		rec.Release()
		if err != nil {
			return err
		}
	}
	return nil
}

// drop lets go of batches without a row that waits. It gives the new place of each batch,
// nil where none has moved.
func (w *waitingRows) drop() []int32 {
	if !slices.Contains(w.left, 0) {
		return nil
	}
	place := make([]int32, len(w.batches))
	kept := 0
	for i := range w.batches {
		if w.left[i] == 0 {
			w.held -= w.bytes(i)
			w.let(i)
			continue
		}
		place[i] = int32(kept)
		w.batches[kept], w.keys[kept], w.left[kept] = w.batches[i], w.keys[i], w.left[i]
		kept++
	}
	w.batches, w.keys, w.left = w.batches[:kept], w.keys[:kept], w.left[:kept]
	return place
}

func (w *waitingRows) let(i int) {
	w.batches[i].Release()
	releaseAll(w.keys[i])
}

func releaseAll(columns []arrow.Array) {
	for _, c := range columns {
		c.Release()
	}
}

// snapshot shares the rows that wait, batch by batch as they came.
func (w *waitingRows) snapshot(refs []ref) *frozenBatches {
	f := &frozenBatches{mem: w.mem}
	rows := make([][]uint32, len(w.batches))
	for _, r := range refs {
		rows[r.src] = append(rows[r.src], uint32(r.row))
	}
	for i, b := range w.batches {
		slices.Sort(rows[i])
		f.add(0, flow.Batch{Rec: b.Rec, Sel: rows[i], Kinds: b.Kinds}, 0)
	}
	return f
}

// Held is how many rows wait, and how many were let go.
func (w *waitingRows) Held() (waiting, released int64) { return w.waiting, w.gone }

// Bytes is the memory of the rows and their keys.
func (w *waitingRows) Bytes() int64 { return w.held }

// Close releases the rows.
func (w *waitingRows) Close() error {
	for i := range w.batches {
		w.let(i)
	}
	w.batches, w.keys, w.left, w.held, w.waiting = nil, nil, nil, 0, 0
	return nil
}
