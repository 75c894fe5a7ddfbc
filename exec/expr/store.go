package expr

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/types"
)

// store copies the selected rows of v into an Arrow column of n rows.
func store(v *vec, t types.Type, n int, sel []uint32, mem memory.Allocator) arrow.Array {
	if t.Kind == types.Null {
		return array.NewNull(n)
	}
	validity, nulls := storeNulls(v, n, sel, mem)
	buffers := []*memory.Buffer{validity, nil}
	switch v.class {
	case ints:
		buffers[1] = storeInts(v, t, n, sel, mem)
	case floats:
		buffers[1] = storeFloats(v, t, n, sel, mem)
	case bools:
		buffers[1] = newBuffer(mem, int(bitutil.BytesForBits(int64(n))))
		bits, m := buffers[1].Bytes(), v.mask()
		clear(bits)
		for _, i := range sel {
			if v.bools[int(i)&m] {
				bitutil.SetBit(bits, int(i))
			}
		}
	case texts:
		buffers = append([]*memory.Buffer{validity}, storeTexts(v, n, sel, mem)...)
	}
	data := array.NewData(t.Arrow(), n, buffers, nil, nulls, 0)
	for _, b := range buffers {
		if b != nil {
			b.Release()
		}
	}
	defer data.Release()
	return array.MakeFromData(data)
}

func newBuffer(mem memory.Allocator, size int) *memory.Buffer {
	b := memory.NewResizableBuffer(mem)
	b.Resize(size)
	return b
}

// storeNulls is the validity bitmap; nil where every selected value is there.
// Dead rows count as valid: nobody may read them.
func storeNulls(v *vec, n int, sel []uint32, mem memory.Allocator) (*memory.Buffer, int) {
	if v.null == nil {
		return nil, 0
	}
	nulls, m := 0, v.mask()
	for _, i := range sel {
		nulls += b2i(v.null[int(i)&m])
	}
	if nulls == 0 {
		return nil, 0
	}
	b := newBuffer(mem, int(bitutil.BytesForBits(int64(n))))
	bits := b.Bytes()
	for i := range bits {
		bits[i] = 0xFF
	}
	for _, i := range sel {
		if v.null[int(i)&m] {
			bitutil.ClearBit(bits, int(i))
		}
	}
	return b, nulls
}

func storeInts(v *vec, t types.Type, n int, sel []uint32, mem memory.Allocator) *memory.Buffer {
	width := t.Arrow().(arrow.FixedWidthDataType).Bytes()
	b := newBuffer(mem, n*width)
	raw, m := b.Bytes(), v.mask()
	switch width {
	case 1:
		narrow(arrow.Int8Traits.CastFromBytes(raw), v.ints, sel, m)
	case 2:
		narrow(arrow.Int16Traits.CastFromBytes(raw), v.ints, sel, m)
	case 4:
		narrow(arrow.Int32Traits.CastFromBytes(raw), v.ints, sel, m)
	case 8:
		narrow(arrow.Int64Traits.CastFromBytes(raw), v.ints, sel, m)
	case 16:
		out := arrow.Decimal128Traits.CastFromBytes(raw)
		for _, i := range sel {
			out[i] = decimal128.FromI64(v.ints[int(i)&m])
		}
	}
	return b
}

func narrow[T int8 | int16 | int32 | int64](out []T, values []int64, sel []uint32, m int) {
	for _, i := range sel {
		out[i] = T(values[int(i)&m])
	}
}

func storeFloats(v *vec, t types.Type, n int, sel []uint32, mem memory.Allocator) *memory.Buffer {
	m := v.mask()
	if t.Kind == types.Real {
		b := newBuffer(mem, n*4)
		out := arrow.Float32Traits.CastFromBytes(b.Bytes())
		for _, i := range sel {
			out[i] = float32(v.floats[int(i)&m])
		}
		return b
	}
	b := newBuffer(mem, n*8)
	out := arrow.Float64Traits.CastFromBytes(b.Bytes())
	for _, i := range sel {
		out[i] = v.floats[int(i)&m]
	}
	return b
}

// storeTexts packs the selected values; dead rows are empty.
func storeTexts(v *vec, n int, sel []uint32, mem memory.Allocator) []*memory.Buffer {
	size, m := 0, v.mask()
	for _, i := range sel {
		size += int(v.ends[int(i)&m] - v.starts[int(i)&m])
	}
	ob, db := newBuffer(mem, (n+1)*4), newBuffer(mem, size)
	offsets, data := arrow.Int32Traits.CastFromBytes(ob.Bytes()), db.Bytes()
	at, next := int32(0), 0
	for _, i := range sel {
		for ; next <= int(i); next++ {
			offsets[next] = at
		}
		k := int(i) & m
		if v.null == nil || !v.null[k] {
			at += int32(copy(data[at:], v.data[v.starts[k]:v.ends[k]]))
		}
	}
	for ; next <= n; next++ {
		offsets[next] = at
	}
	db.Resize(int(at))
	return []*memory.Buffer{ob, db}
}
