package agg

import (
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// builder is a column under construction. The values are written straight into
// the memory that the array will have, and the small objects that Arrow wants
// around that memory are made at once: a closed window makes a column for each
// key and aggregate, and Arrow's own builders allocate five times as often.
type builder struct {
	kind    arrow.DataType
	n       int
	nulls   int
	buffers [3]*memory.Buffer // validity, values or offsets, bytes
	memory  [3]memory.Buffer
	data    array.Data
	mem     memory.Allocator
}

func newBuilder(kind arrow.DataType, n int, mem memory.Allocator) *builder {
	return &builder{kind: kind, n: n, mem: mem}
}

// room is size bytes of buffer i, not zeroed.
func (c *builder) room(i, size int) []byte {
	c.memory[i] = *memory.NewResizableBuffer(c.mem)
	c.memory[i].Resize(size)
	c.buffers[i] = &c.memory[i]
	return c.memory[i].Bytes()
}

// null makes row i NULL; what is written as its value does not count.
func (c *builder) null(i int) {
	if c.nulls == 0 {
		bits := c.room(0, int(bitutil.BytesForBits(int64(c.n))))
		bitutil.SetBitsTo(bits, 0, int64(len(bits)*8), true)
	}
	bitutil.ClearBit(c.memory[0].Bytes(), i)
	c.nulls++
}

// ints writes one value per row of any type but floats and strings, in the form
// that fixed gives them.
func (c *builder) ints(values []int64) {
	if c.kind.ID() == arrow.BOOL {
		bits := c.room(1, int(bitutil.BytesForBits(int64(c.n))))
		clear(bits)
		for i, v := range values {
			bitutil.SetBitTo(bits, i, v != 0)
		}
		return
	}
	wide, ok := c.kind.(arrow.FixedWidthDataType)
	if !ok {
		return // the NULL type has no values
	}
	b := c.room(1, c.n*wide.Bytes())
	switch wide.Bytes() {
	case 1:
		narrow(arrow.Int8Traits.CastFromBytes(b), values)
	case 2:
		narrow(arrow.Int16Traits.CastFromBytes(b), values)
	case 4:
		narrow(arrow.Int32Traits.CastFromBytes(b), values)
	case 8:
		copy(arrow.Int64Traits.CastFromBytes(b), values)
	case arrow.Decimal128SizeBytes:
		out := arrow.Decimal128Traits.CastFromBytes(b)
		for i, v := range values {
			out[i] = decimal128.FromI64(v)
		}
	}
}

func narrow[T int8 | int16 | int32](out []T, values []int64) {
	for i, v := range values {
		out[i] = T(v)
	}
}

// floats is the memory of a DOUBLE column, to fill.
func (c *builder) floats() []float64 {
	return arrow.Float64Traits.CastFromBytes(c.room(1, c.n*arrow.Float64SizeBytes))
}

// reals writes a REAL column.
func (c *builder) reals(values []float64) {
	out := arrow.Float32Traits.CastFromBytes(c.room(1, c.n*arrow.Float32SizeBytes))
	for i, v := range values {
		out[i] = float32(v)
	}
}

// keyValues writes the 8-byte forms of a key column of fixed width: see fixed.
func (c *builder) keyValues(values []int64) {
	if c.kind.ID() != arrow.FLOAT32 {
		c.ints(values) // a DOUBLE is the bits of its form
		return
	}
	out := arrow.Float32Traits.CastFromBytes(c.room(1, c.n*arrow.Float32SizeBytes))
	for i, v := range values {
		out[i] = float32(math.Float64frombits(uint64(v)))
	}
}

// offsets is where the strings begin, n+1 places to fill.
func (c *builder) offsets() []int32 {
	return arrow.Int32Traits.CastFromBytes(c.room(1, (c.n+1)*arrow.Int32SizeBytes))
}

// bytes is the memory of all strings together.
func (c *builder) bytes(size int) []byte { return c.room(2, size) }

// array hands the column over; the caller releases it, and this once only.
func (c *builder) array() arrow.Array {
	if c.kind.ID() == arrow.NULL {
		c.release()
		return array.NewNull(c.n)
	}
	buffers := c.buffers[:2]
	if c.buffers[2] != nil {
		buffers = c.buffers[:]
	}
	c.data.Retain()
	defer c.data.Release()
	c.data.Reset(c.kind, c.n, buffers, nil, c.nulls, 0)
	c.release() // data holds them
	return array.MakeFromData(&c.data)
}

func (c *builder) release() {
	for _, b := range c.buffers {
		if b != nil {
			b.Release()
		}
	}
}
