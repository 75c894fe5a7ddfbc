package lake

import (
	"fmt"
	"math"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// validity gathers which rows are null; the bitmap exists only once there is one.
type validity struct {
	bits  *memory.Buffer
	rows  int
	nulls int
}

// mark appends rows; levels nil means that none is null.
func (v *validity) mark(mem memory.Allocator, levels []byte, rows int) {
	if levels == nil && v.bits == nil {
		v.rows += rows
		return
	}
	if v.bits == nil {
		v.bits = memory.NewResizableBuffer(mem)
		v.bits.Resize(int(bitutil.BytesForBits(int64(v.rows + rows))))
		bitutil.SetBitsTo(v.bits.Bytes(), 0, int64(v.rows), true)
	}
	v.bits.Resize(int(bitutil.BytesForBits(int64(v.rows + rows))))
	bits := v.bits.Bytes()
	if levels == nil {
		bitutil.SetBitsTo(bits, int64(v.rows), int64(rows), true)
		v.rows += rows
		return
	}
	for i, l := range levels {
		bitutil.SetBitTo(bits, v.rows+i, l != 0)
		v.nulls += 1 - int(l)
	}
	v.rows += rows
}

func (v *validity) release() {
	if v.bits != nil {
		v.bits.Release()
		v.bits = nil
	}
	v.rows, v.nulls = 0, 0
}

// finish makes an array of the gathered rows and of the buffers, which it takes over.
func (v *validity) finish(dt arrow.DataType, buffers ...*memory.Buffer) arrow.Array {
	data := array.NewData(dt, v.rows, append([]*memory.Buffer{v.bits}, buffers...), nil, v.nulls, 0)
	for _, b := range buffers {
		b.Release()
	}
	v.release()
	out := array.MakeFromData(data)
	data.Release()
	return out
}

// fixed gathers values of a fixed width.
type fixed[T any] struct {
	mem memory.Allocator
	validity
	buf *memory.Buffer
}

// grow makes room for n more rows and returns it.
func (f *fixed[T]) grow(n int) []T {
	if f.buf == nil {
		f.buf = memory.NewResizableBuffer(f.mem)
	}
	var zero T
	size := int(unsafe.Sizeof(zero))
	f.buf.Resize((f.rows + n) * size)
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&f.buf.Bytes()[f.rows*size])), n)
}

func (f *fixed[T]) finish(dt arrow.DataType) arrow.Array {
	f.grow(0)
	buf := f.buf
	f.buf = nil
	return f.validity.finish(dt, buf)
}

func (f *fixed[T]) close() {
	f.release()
	if f.buf != nil {
		f.buf.Release()
		f.buf = nil
	}
}

// bytesTarget gathers byte strings.
type bytesTarget struct {
	mem memory.Allocator
	validity
	offs *memory.Buffer
	text *memory.Buffer
	used int
}

// grow makes room for the offsets of n more rows and returns those of their ends.
func (b *bytesTarget) grow(n int) []int32 {
	if b.offs == nil {
		b.offs = memory.NewResizableBuffer(b.mem)
		b.text = memory.NewResizableBuffer(b.mem)
		b.offs.Resize(4)
		clear(b.offs.Bytes())
	}
	b.offs.Resize((b.rows + n + 1) * 4)
	return arrow.Int32Traits.CastFromBytes(b.offs.Bytes())[b.rows+1:]
}

// append adds bytes and returns where they end. Errors: ErrRange beyond 2 GiB in one batch.
func (b *bytesTarget) append(p []byte) (int32, error) {
	end := b.used + len(p)
	if end > math.MaxInt32 {
		return 0, fmt.Errorf("%w: more than 2 GiB of text in one batch", ErrRange)
	}
	if end > b.text.Cap() {
		b.text.Reserve(max(end, 2*b.text.Cap()))
	}
	b.text.ResizeNoShrink(end)
	copy(b.text.Bytes()[b.used:], p)
	b.used = end
	return int32(end), nil
}

func (b *bytesTarget) finish(dt arrow.DataType) arrow.Array {
	b.grow(0)
	offsets, data := b.offs, b.text
	b.offs, b.text, b.used = nil, nil, 0
	return b.validity.finish(dt, offsets, data)
}

func (b *bytesTarget) close() {
	b.release()
	if b.offs != nil {
		b.offs.Release()
		b.text.Release()
		b.offs, b.text, b.used = nil, nil, 0
	}
}
