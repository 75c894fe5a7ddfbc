package op

import (
	"context"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// Merge puts several ordered inputs into one stream ordered by rowtime: shards
// of a stream, writers of an in-application stream, branches of UNION ALL. Ties
// go by input index, then by order within the input (DESIGN §6). A row leaves
// once no input can bring an earlier one.
//
// Inputs may be added while it runs: an index not seen before is a new input.
type Merge struct {
	mem     memory.Allocator
	rowtime int
	inputs  []mergeInput
	waiting int64
	gone    int64   // rows let go
	held    int64   // bytes
	track   bool    // from is wanted
	from    []int32 // the input of each row of the batch being emitted
}

// mergeInput is the rows of one input that still wait, in order: from live row
// row of batches[batch] on. src is that batch's place among the sources of the
// merge step under way, -1 = not there yet.
type mergeInput struct {
	batches         []flow.Batch
	batch, row, src int
	waiting         int64
}

// NewMerge makes a merge by the rowtime column of its batches.
func NewMerge(rowtime int, mem memory.Allocator) *Merge { return &Merge{mem: mem, rowtime: rowtime} }

// Process keeps b until the watermark has passed its rows.
func (m *Merge) Process(_ context.Context, input int, b flow.Batch, out flow.Out) error {
	m.keep(input, b)
	out.Count(flow.Absorbed, b.Rows())
	return nil
}

func (m *Merge) keep(input int, b flow.Batch) {
	for len(m.inputs) <= input {
		m.inputs = append(m.inputs, mergeInput{src: -1})
	}
	m.inputs[input].batches = append(m.inputs[input].batches, b.Keep())
	m.inputs[input].waiting += int64(b.Rows())
	m.waiting += int64(b.Rows())
	m.held += recordBytes(b)
}

// Advance emits the rows below wm, in order.
func (m *Merge) Advance(_ context.Context, wm types.Time, out flow.Out) (types.Time, error) {
	for m.waiting > 0 {
		refs, recs := m.next(wm)
		if len(refs) == 0 {
			break
		}
		rec := gatherRecord(recs[0].Schema(), recs, refs, m.mem)
		m.waiting -= int64(len(refs))
		m.gone += int64(len(refs))
		m.release()
		err := out.Emit(flow.Batch{Rec: rec})
		rec.Release()
		if err != nil {
			return wm, err
		}
	}
	return wm, nil
}

// next picks up to chunkRows rows below wm and moves the inputs behind them.
// Linear in the inputs: there are at most 64 shards or a few writers.
func (m *Merge) next(wm types.Time) (refs []ref, recs []arrow.Record) {
	m.from = m.from[:0]
	for len(refs) < chunkRows {
		best, at := -1, wm
		for i := range m.inputs {
			if t, ok := m.inputs[i].head(m.rowtime); ok && t < at {
				best, at = i, t
			}
		}
		if best < 0 {
			break
		}
		in := &m.inputs[best]
		b := in.batches[in.batch]
		if in.src < 0 {
			in.src = len(recs)
			recs = append(recs, b.Rec)
		}
		refs = append(refs, ref{int32(in.src), int32(b.Row(in.row))})
		if m.track {
			m.from = append(m.from, int32(best))
		}
		in.row++
		in.waiting--
	}
	return refs, recs
}

// head is the rowtime of an input's next row.
func (in *mergeInput) head(rowtime int) (types.Time, bool) {
	for in.batch < len(in.batches) && in.row >= in.batches[in.batch].Rows() {
		in.batch, in.row, in.src = in.batch+1, 0, -1
	}
	if in.batch == len(in.batches) {
		return 0, false
	}
	b := in.batches[in.batch]
	return types.Time(b.Times(rowtime)[b.Row(in.row)]), true
}

// release lets go of the batches that next has passed.
func (m *Merge) release() {
	for i := range m.inputs {
		in := &m.inputs[i]
		for _, b := range in.batches[:in.batch] {
			m.held -= recordBytes(b)
			b.Release()
		}
		in.batches, in.batch, in.src = in.batches[in.batch:], 0, -1
	}
}

// Close releases the rows held.
func (m *Merge) Close() error {
	for i := range m.inputs {
		for _, b := range m.inputs[i].batches {
			b.Release()
		}
		m.inputs[i] = mergeInput{src: -1}
	}
	m.waiting, m.held = 0, 0
	return nil
}

// Held is how many rows are held back, and how many were let go.
func (m *Merge) Held() (waiting, released int64) { return m.waiting, m.gone }

// Waiting is how many rows of one input are held back.
func (m *Merge) Waiting(input int) int64 {
	if input >= len(m.inputs) {
		return 0
	}
	return m.inputs[input].waiting
}

// Bytes is the memory of the rows held back; batches count whole until their last
// row has gone.
func (m *Merge) Bytes() int64 { return m.held }

// Snapshot shares the batches held back, by input.
func (m *Merge) Snapshot() (flow.Frozen, error) {
	f := &frozenBatches{mem: m.mem}
	for i := range m.inputs {
		in := &m.inputs[i]
		for k, b := range in.batches[in.batch:] {
			from := 0
			if k == 0 {
				from = in.row
			}
			if from < b.Rows() {
				f.add(int64(i), b, from)
			}
		}
	}
	return f, nil
}

// Restore takes the batches back.
func (m *Merge) Restore(r flow.StateReader) error {
	return readRecords(r, nil, m.mem, func(input int64, rec arrow.Record) error {
		m.keep(int(input), flow.Batch{Rec: rec})
		return nil
	})
}
