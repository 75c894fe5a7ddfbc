package format

import (
	"fmt"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// maxBatch bounds the bytes of a text column: Arrow's offsets are int32.
const maxBatch = 1 << 30

// maxSpread bounds the bytes that the rows of one document take beyond its own:
// flattening repeats what is beside the array.
const maxSpread = 64 << 20

// builder is what the decoders share: the declared columns and the row that is
// being decoded.
type builder struct {
	cols     []column     // every declared column
	declared types.Schema // their names
	fields   []int        // their indexes among all fields of the schema
	out      []int        // what Finish returns, as indexes of cols
	mem      memory.Allocator

	rows, room int // appended; that fit without growing
	ahead      int // rows to make room for at first
	first      int // the first row of the current record
	bytes      int // length of the records since Finish, with the current one
	limit      int // maxBatch; lower in tests
	padding    int // greatest number of bytes that padding adds to a value
	spent      int // what repeated values added to it, of the current record
	serial     uint64
	newest     uint64 // the last serial that was given out
	found      int    // columns that the current row has a value for
	doubtful   bool   // one of them is bad
	bad        *Bad   // why the current record is not appended
	full       bool   // it is not appended because the batch is full
	scratch    []byte
}

func newBuilder(schema types.Schema, columns []int, mem memory.Allocator) (*builder, error) {
	b := &builder{mem: mem, declared: types.NewSchema(), limit: maxBatch}
	place := make([]int, len(schema.Fields))
	for i, f := range schema.Fields {
		place[i] = -1
		if f.Hidden {
			continue
		}
		c, ok := newColumn(f, mem)
		if !ok {
			return nil, fmt.Errorf("column %s: type %s cannot be read", f.Name, f.Type)
		}
		if c.padded() {
			b.padding = max(b.padding, c.limit)
		}
		place[i] = len(b.cols)
		b.cols = append(b.cols, c)
		b.declared.Fields = append(b.declared.Fields, f)
		b.fields = append(b.fields, i)
	}
	for _, i := range columns {
		if i < 0 || i >= len(place) || place[i] < 0 {
			return nil, fmt.Errorf("column %d of %d is not one of the declared columns", i, len(place))
		}
		b.out = append(b.out, place[i])
		b.cols[place[i]].built = true
	}
	return b, nil
}

// Rows is Decoder.Rows.
func (b *builder) Rows() int { return b.rows }

// open starts a record.
func (b *builder) open(record []byte) {
	b.first, b.bad, b.full, b.doubtful = b.rows, nil, false, false
	b.spent = 0
	b.bytes += len(record)
}

// openRow starts a row; false: the record cannot be appended.
func (b *builder) openRow() bool {
	if b.rows >= b.room {
		b.grow()
	}
	b.newest++
	b.serial = b.newest
	b.found = 0
	return b.fits(b.rows) || b.noRoom()
}

// fits tells whether the batch can have a row of that index; if not, noRoom says
// why.
func (b *builder) fits(row int) bool { return b.bytes+(row+1)*b.padding <= b.limit }

func (b *builder) noRoom() bool {
	if b.first > 0 {
		b.full = true
		return false
	}
	return b.tooWide(b.limit)
}

// tooWide ends a record whose rows would take more than limit bytes.
func (b *builder) tooWide(limit int) bool {
	b.bad = &Bad{Name: flow.TooLargeRecord, Message: fmt.Sprintf("the rows of one record exceed %d bytes", limit)}
	return false
}

// spend counts bytes that a record has not and its rows do.
func (b *builder) spend(n int) bool {
	b.bytes += n
	b.spent += n
	return b.fits(b.rows) || b.noRoom()
}

func (b *builder) grow() {
	b.room = max(64, 2*b.room, b.ahead)
	for i := range b.cols {
		b.cols[i].grow(b.room)
	}
}

// null makes a column of the current row NULL; at is where the record says so.
func (b *builder) null(c *column, at int) {
	c.putNull(b.rows)
	if c.notNull {
		b.doubt(c, flow.NotNullError, "NULL in a NOT NULL column", at)
	}
}

// doubt notes that the value of a column is bad, unless the row has another one
// for it.
func (b *builder) doubt(c *column, name, message string, at int) {
	c.bad = &Bad{Name: name, Column: c.name, Message: message, Offset: at}
	b.doubtful = true
}

// closeRow ends a row that starts at byte at: what it did not mention is NULL.
func (b *builder) closeRow(at int) bool {
	if b.found != len(b.cols) {
		for i := range b.cols {
			if c := &b.cols[i]; c.seen != b.serial {
				b.null(c, at)
			}
		}
	}
	if b.doubtful && !b.verdict() {
		return false
	}
	b.rows++
	return true
}

// verdict settles the doubts about a row: the first byte in question decides.
func (b *builder) verdict() bool {
	for i := range b.cols {
		c := &b.cols[i]
		if c.bad != nil && (b.bad == nil || c.bad.Offset < b.bad.Offset) {
			b.bad = c.bad
		}
		c.bad = nil
	}
	b.doubtful = false
	return b.bad == nil
}

// fail ends the record as malformed; it returns the index that says so.
func (b *builder) fail(at int, message string) int {
	b.bad = &Bad{Name: flow.DecodeError, Message: message, Offset: at}
	return -1
}

// abandon takes back the rows of a record that failed and says why it did.
func (b *builder) abandon(record []byte) error {
	for i := range b.cols {
		c := &b.cols[i]
		c.bad = nil
		for row := b.first; row <= b.rows && row < b.room; row++ {
			c.unset(row)
		}
	}
	b.rows = b.first
	b.bytes -= len(record) + b.spent
	if b.full {
		return ErrFull
	}
	return b.bad
}

// Finish is Decoder.Finish.
func (b *builder) Finish() []arrow.Array {
	if b.room == 0 {
		b.grow()
	}
	h := newHeaders(len(b.out))
	out := make([]arrow.Array, len(b.out))
	for i, at := range b.out {
		if first := slices.Index(b.out[:i], at); first >= 0 {
			out[i] = out[first]
			out[i].Retain()
		} else {
			out[i] = b.cols[at].finish(b.rows, h)
		}
	}
	// The next batch is likely as long as this one.
	b.ahead = (b.rows + 63) &^ 63
	b.rows, b.room, b.bytes = 0, 0, 0
	return out
}

// Close is Decoder.Close.
func (b *builder) Close() {
	for i := range b.cols {
		b.cols[i].free()
	}
}
