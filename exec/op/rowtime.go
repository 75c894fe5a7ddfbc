package op

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// cutToRowTime is t as a rowtime: in whole milliseconds (DESIGN §6).
func cutToRowTime(t types.Time) types.Time { return types.Step{Micros: types.Millisecond}.Floor(t) }

// newTimes is a column of n times that can be written until array is called.
func newTimes(n int, mem memory.Allocator) *timeColumn {
	c := &timeColumn{h: &timestampHeaders{values: *memory.NewResizableBuffer(mem)}, n: n}
	c.h.values.Resize(n * arrow.TimestampSizeBytes)
	c.values = arrow.TimestampTraits.CastFromBytes(c.h.values.Bytes())
	return c
}

type timeColumn struct {
	h      *timestampHeaders
	n      int
	values []arrow.Timestamp
}

// timestampHeaders is the small objects that Arrow wants around a column, made at
// once.
type timestampHeaders struct {
	values  memory.Buffer
	buffers [2]*memory.Buffer
	data    array.Data
}

// array is the column; the caller releases it.
func (c *timeColumn) array() arrow.Array {
	h := c.h
	h.buffers[1] = &h.values
	h.data.Retain()
	defer h.data.Release()
	h.data.Reset(types.Of(types.Timestamp).Arrow(), c.n, h.buffers[:], nil, 0, 0)
	h.values.Release() // data holds it
	return array.NewTimestampData(&h.data)
}

// timestamps is a column of n times t.
func timestamps(t types.Time, n int, mem memory.Allocator) arrow.Array {
	c := newTimes(n, mem)
	for i := range c.values {
		c.values[i] = arrow.Timestamp(t)
	}
	return c.array()
}

// emitTimed hands on rows of b with other rowtimes, which it releases.
func emitTimed(b flow.Batch, rows []uint32, rowtime int, times arrow.Array, out flow.Out) error {
	defer times.Release()
	if len(rows) == 0 {
		return nil
	}
	columns := append([]arrow.Array(nil), b.Rec.Columns()...)
	columns[rowtime] = times
	rec := array.NewRecord(b.Rec.Schema(), columns, b.Rec.NumRows())
	defer rec.Release()
	return out.Emit(flow.Batch{Rec: rec, Sel: rows, Kinds: b.Kinds})
}
