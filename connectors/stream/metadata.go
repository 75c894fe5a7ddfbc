package stream

import (
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/shardlog"
)

// span is consecutive records of a block of which each made as many rows.
type span struct{ record, records, each int }

// appendSpan adds a record to the last span, or begins one with it.
func appendSpan(spans []span, record, rows int) []span {
	if n := len(spans); n > 0 {
		if s := &spans[n-1]; s.record+s.records == record && s.each == rows {
			s.records++
			return spans
		}
	}
	return append(spans, span{record, 1, rows})
}

// metadata is a pseudo-column under construction, one value per row of a page.
type metadata interface {
	// add appends the values of the rows that the spans of a block made.
	add(b *shardlog.Block, spans []span)
	// finish hands over the column, which the caller releases, and starts anew.
	finish() arrow.Array
	// free gives back what was not handed over.
	free()
}

func newMetadata(name string, id flow.ShardID, mem memory.Allocator) metadata {
	if name == types.RowTimeName || name == "APPROXIMATE_ARRIVAL_TIME" {
		return &arrivals{mem: mem}
	}
	t := &texts{builder: array.NewStringBuilder(mem)}
	switch name {
	case "SHARD_ID":
		t.value = func(*shardlog.Block, int) string { return string(id) }
	case "SEQUENCE_NUMBER":
		t.value = func(b *shardlog.Block, record int) string { return strconv.FormatUint(b.Sequence(record), 10) }
	case "PARTITION_KEY":
		t.value = func(b *shardlog.Block, record int) string {
			key, _ := b.Record(record)
			return string(key)
		}
	default:
		t.value = func(*shardlog.Block, int) string { return "" }
	}
	return t
}

// arrivals is the arrival of each row's record, cut to milliseconds. Every query
// over a stored stream reads it, so the values go straight into the memory that
// the column will have.
type arrivals struct {
	mem  memory.Allocator
	buf  []byte
	rows int
}

func (a *arrivals) add(b *shardlog.Block, spans []span) {
	for _, s := range spans {
		values := a.room(s.records * s.each)
		at := b.Arrival(s.record)
		t := arrow.Timestamp(at.Millis())
		for i := range s.records {
			// The records of one commit arrive together.
			if next := b.Arrival(s.record + i); next != at {
				at, t = next, arrow.Timestamp(next.Millis())
			}
			for k := range s.each {
				values[i*s.each+k] = t
			}
		}
	}
}

// room is the next n values.
func (a *arrivals) room(n int) []arrow.Timestamp {
	const width = arrow.TimestampSizeBytes
	need := (a.rows + n) * width
	if a.buf == nil {
		a.buf = a.mem.Allocate(need)
	} else if need > len(a.buf) {
		a.buf = a.mem.Reallocate(max(need, 2*len(a.buf)), a.buf)
	}
	at := a.rows * width
	a.rows += n
	return arrow.TimestampTraits.CastFromBytes(a.buf[at:need])
}

// arrivalHeaders is the small objects that Arrow wants around the column, made
// at once.
type arrivalHeaders struct {
	values  memory.Buffer
	buffers [2]*memory.Buffer
	data    array.Data
}

func (a *arrivals) finish() arrow.Array {
	h := &arrivalHeaders{values: *memory.NewResizableBuffer(a.mem)}
	h.values.Reset(a.buf)
	h.values.ResizeNoShrink(a.rows * arrow.TimestampSizeBytes)
	h.buffers[1] = &h.values
	h.data.Retain()
	h.data.Reset(types.Of(types.Timestamp).Arrow(), a.rows, h.buffers[:], nil, 0, 0)
	h.values.Release() // data holds it
	defer h.data.Release()
	a.buf, a.rows = nil, 0
	return array.NewTimestampData(&h.data)
}

func (a *arrivals) free() {
	if a.buf != nil {
		a.mem.Free(a.buf)
		a.buf = nil
	}
}

// texts is every other pseudo-column.
type texts struct {
	builder *array.StringBuilder
	value   func(b *shardlog.Block, record int) string
}

func (t *texts) add(b *shardlog.Block, spans []span) {
	for _, s := range spans {
		for i := range s.records {
			v := t.value(b, s.record+i)
			for range s.each {
				t.builder.Append(v)
			}
		}
	}
}

func (t *texts) finish() arrow.Array { return t.builder.NewArray() }

func (t *texts) free() { t.builder.Release() }
