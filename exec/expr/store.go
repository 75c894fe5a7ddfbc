package expr

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/types"
)

// store makes an Arrow column of n rows of v: of the memory that the values stand in
// already, if landed is not nil, else by copying the selected ones.
func store(v *vec, t types.Type, n int, sel []uint32, landed *memory.Buffer, mem memory.Allocator) arrow.Array {
	if t.Kind == types.Null {
		return array.NewNull(n)
	}
	validity, nulls := storeNulls(v, n, sel, mem)
	buffers := []*memory.Buffer{validity, landed}
	if landed == nil {
		buffers = storeValues(buffers[:1], v, t, n, sel, mem)
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

func storeValues(buffers []*memory.Buffer, v *vec, t types.Type, n int, sel []uint32, mem memory.Allocator) []*memory.Buffer {
	switch v.class {
	case ints:
		return append(buffers, storeInts(v, t, n, sel, mem))
	case floats:
		return append(buffers, storeFloats(v, t, n, sel, mem))
	case bools:
		b := newBuffer(mem, int(bitutil.BytesForBits(int64(n))))
		bits, m := b.Bytes(), v.mask()
		clear(bits)
		for _, i := range sel {
			if v.bools[int(i)&m] {
				bitutil.SetBit(bits, int(i))
			}
		}
		return append(buffers, b)
	}
	return append(buffers, storeTexts(v, n, sel, mem)...)
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
	if m != 0 && most(sel, len(out)) {
		for i, v := range values[:len(out)] {
			out[i] = T(v)
		}
		return
	}
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
