package format

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// maxBuffers is what a column has at most: validity, offsets or values, bytes.
const maxBuffers = 3

// headers is the small objects that Arrow wants around the memory of the columns
// of one batch. They are made together: one by one they would be most of the
// allocations of a query.
type headers struct {
	buffers  []memory.Buffer
	pointers []*memory.Buffer
	data     []array.Data
}

func newHeaders(columns int) *headers {
	return &headers{
		buffers:  make([]memory.Buffer, 0, columns*maxBuffers),
		pointers: make([]*memory.Buffer, columns*maxBuffers),
		data:     make([]array.Data, columns),
	}
}

// column is the headers of one more column, empty; data has one reference.
func (h *headers) column() (buffers []*memory.Buffer, data *array.Data) {
	buffers, h.pointers = h.pointers[:maxBuffers:maxBuffers], h.pointers[maxBuffers:]
	data, h.data = &h.data[0], h.data[1:]
	data.Retain()
	return buffers, data
}

// hand wraps *buf, whose first size bytes are used, into a buffer that gives it
// back to mem.
func (h *headers) hand(buf *[]byte, size int, mem memory.Allocator) *memory.Buffer {
	h.buffers = append(h.buffers, *memory.NewResizableBuffer(mem))
	b := &h.buffers[len(h.buffers)-1]
	if len(*buf) > 0 {
		b.Reset(*buf)
	}
	b.ResizeNoShrink(size)
	*buf = nil
	return b
}

// finish hands over rows values and leaves the column without buffers, but for
// a validity bitmap that nothing was written to.
func (c *column) finish(rows int, h *headers) arrow.Array {
	size := rows * int(c.width)
	if c.shape == shapeBool {
		size = (rows + 7) / 8
	}
	buffers, data := h.column()
	if c.nulls > 0 {
		buffers[0] = h.hand(&c.valid, (rows+7)/8, c.mem)
	}
	if c.varies() {
		used := c.offset(rows)
		c.ahead = used
		buffers[1] = h.hand(&c.values, size+4, c.mem)
		buffers[2] = h.hand(&c.data, used, c.mem)
	} else {
		buffers[1] = h.hand(&c.values, size, c.mem)
		buffers = buffers[:2]
	}
	data.Reset(c.typ, rows, buffers, nil, c.nulls, 0)
	defer data.Release()
	for _, b := range buffers {
		if b != nil {
			b.Release()
		}
	}
	c.nulls = 0
	return array.MakeFromData(data)
}
