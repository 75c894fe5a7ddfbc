package op

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
)

// ref is a row of one of several sources; src < 0 is a row of NULLs.
type ref struct{ src, row int32 }

// gather builds one column from rows of several columns of the same type.
func gather(dt arrow.DataType, sources []arrow.Array, refs []ref, mem memory.Allocator) arrow.Array {
	if dt.ID() == arrow.NULL {
		return array.NewNull(len(refs))
	}
	validity, nulls := gatherValidity(sources, refs, mem)
	buffers := []*memory.Buffer{validity}
	switch {
	case dt.ID() == arrow.BOOL:
		buffers = append(buffers, gatherBits(sources, refs, mem))
	case dt.ID() == arrow.STRING || dt.ID() == arrow.BINARY:
		buffers = append(buffers, gatherBytes(sources, refs, mem)...)
	default:
		buffers = append(buffers, gatherFixed(dt.(arrow.FixedWidthDataType).Bytes(), sources, refs, mem))
	}
	data := array.NewData(dt, len(refs), buffers, nil, nulls, 0)
	defer data.Release()
	for _, b := range buffers {
		if b != nil {
			b.Release()
		}
	}
	return array.MakeFromData(data)
}

func newBuffer(mem memory.Allocator, size int) *memory.Buffer {
	b := memory.NewResizableBuffer(mem)
	b.Resize(size)
	return b
}

func gatherValidity(sources []arrow.Array, refs []ref, mem memory.Allocator) (*memory.Buffer, int) {
	nulls := 0
	for _, r := range refs {
		if r.src < 0 || sources[r.src].IsNull(int(r.row)) {
			nulls++
		}
	}
	if nulls == 0 {
		return nil, 0
	}
	b := newBuffer(mem, int(bitutil.BytesForBits(int64(len(refs)))))
	bits := b.Bytes()
	clear(bits)
	for i, r := range refs {
		if r.src >= 0 && sources[r.src].IsValid(int(r.row)) {
			bitutil.SetBit(bits, i)
		}
	}
	return b, nulls
}

func gatherBits(sources []arrow.Array, refs []ref, mem memory.Allocator) *memory.Buffer {
	b := newBuffer(mem, int(bitutil.BytesForBits(int64(len(refs)))))
	bits := b.Bytes()
	clear(bits)
	for i, r := range refs {
		if r.src >= 0 && sources[r.src].(*array.Boolean).Value(int(r.row)) {
			bitutil.SetBit(bits, i)
		}
	}
	return b
}

func gatherFixed(width int, sources []arrow.Array, refs []ref, mem memory.Allocator) *memory.Buffer {
	values := make([][]byte, len(sources))
	for i, s := range sources {
		if b := s.Data().Buffers()[1]; b != nil {
			values[i] = b.Bytes()[s.Data().Offset()*width:]
		}
	}
	b := newBuffer(mem, len(refs)*width)
	out := b.Bytes()
	if width == 8 {
		gather8(arrow.Uint64Traits.CastFromBytes(out), values, refs)
		return b
	}
	for i, r := range refs {
		if r.src < 0 {
			clear(out[i*width : (i+1)*width])
			continue
		}
		copy(out[i*width:(i+1)*width], values[r.src][int(r.row)*width:])
	}
	return b
}

// gather8 is the loop of the common width.
func gather8(out []uint64, values [][]byte, refs []ref) {
	words := make([][]uint64, len(values))
	for i, v := range values {
		words[i] = arrow.Uint64Traits.CastFromBytes(v)
	}
	for i, r := range refs {
		if r.src < 0 {
			out[i] = 0
			continue
		}
		out[i] = words[r.src][r.row]
	}
}

func gatherBytes(sources []arrow.Array, refs []ref, mem memory.Allocator) []*memory.Buffer {
	type text struct {
		offsets []int32
		data    []byte
	}
	texts := make([]text, len(sources))
	for i, s := range sources {
		switch s := s.(type) {
		case *array.String:
			texts[i].offsets = s.ValueOffsets()
		case *array.Binary:
			texts[i].offsets = s.ValueOffsets()
		}
		if b := s.Data().Buffers()[2]; b != nil {
			texts[i].data = b.Bytes()
		}
	}
	size := 0
	for _, r := range refs {
		if r.src >= 0 {
			size += int(texts[r.src].offsets[r.row+1] - texts[r.src].offsets[r.row])
		}
	}
	ob, db := newBuffer(mem, (len(refs)+1)*4), newBuffer(mem, size)
	offsets, data := arrow.Int32Traits.CastFromBytes(ob.Bytes()), db.Bytes()
	at := int32(0)
	for i, r := range refs {
		offsets[i] = at
		if r.src >= 0 {
			t := &texts[r.src]
			at += int32(copy(data[at:], t.data[t.offsets[r.row]:t.offsets[r.row+1]]))
		}
	}
	offsets[len(refs)] = at
	return []*memory.Buffer{ob, db}
}

// gatherRecord is the rows of several records with one schema.
func gatherRecord(schema *arrow.Schema, batches []arrow.Record, refs []ref, mem memory.Allocator) arrow.Record {
	columns := make([]arrow.Array, schema.NumFields())
	sources := make([]arrow.Array, len(batches))
	for c := range columns {
		for i, b := range batches {
			sources[i] = b.Column(c)
		}
		columns[c] = gather(schema.Field(c).Type, sources, refs, mem)
	}
	rec := array.NewRecord(schema, columns, int64(len(refs)))
	for _, c := range columns {
		c.Release()
	}
	return rec
}

// Compact is the live rows of some columns of b as a record of their own, which
// the caller releases; schema describes the columns. Nothing is copied where all
// rows live.
func Compact(b flow.Batch, schema *arrow.Schema, columns []int, mem memory.Allocator) arrow.Record {
	out := make([]arrow.Array, len(columns))
	if b.Sel == nil {
		for i, c := range columns {
			out[i] = b.Rec.Column(c)
		}
		return array.NewRecord(schema, out, b.Rec.NumRows())
	}
	refs := make([]ref, len(b.Sel))
	for i, row := range b.Sel {
		refs[i] = ref{0, int32(row)}
	}
	for i, c := range columns {
		out[i] = gather(b.Rec.Column(c).DataType(), []arrow.Array{b.Rec.Column(c)}, refs, mem)
	}
	return newRecord(schema, out, len(refs))
}
