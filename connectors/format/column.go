package format

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/types"
)

// shape is what the inner loops of the decoders switch over: how a column's
// values are laid out and which texts lead to it by the short way.
type shape uint8

const (
	shapeBool shape = iota
	shapeInt
	shapeDecimal
	shapeReal
	shapeDouble
	shapeText
	shapeBinary
	shapeDate
	shapeTime
	shapeTimestamp
)

// slack is what a text buffer has beyond its values, so that eight bytes can be
// stored where fewer are meant.
const slack = 8

// column collects the values of one declared column in the layout that Arrow
// wraps. Row r of a text column starts where row r-1 ended, so giving up the
// last rows takes no more than forgetting them.
type column struct {
	// What the inner loops touch comes first.
	shape shape
	built bool
	width uint8 // bytes of a value; 0: bits
	// values holds fixed-width values, bits of booleans or int32 offsets; data
	// the bytes that offsets point into; valid a bit per row, 1 unless NULL.
	values, data, valid []byte
	ahead               int // bytes of data in the last batch: likely those of this one
	// seen is the number of the row that last had a value for this column; exact
	// tells whether its member had the column's very name, bad what was wrong.
	seen  uint64
	exact bool
	bad   *Bad
	nulls int
	// repeated tells that flattening repeats its values, which are texts; length is
	// what that of the current row takes in the record.
	repeated bool
	length   int

	limit int    // characters or bytes, 0 = any number
	scale int    // of a DECIMAL
	max   uint64 // greatest magnitude of an exact number
	clock clock  // the last minute of a TIMESTAMP

	mem     memory.Allocator
	name    string
	kind    types.Kind
	typ     arrow.DataType
	notNull bool
}

// layout of the kinds that a stream can declare: intervals are of expressions
// only (kda-sql.md §2).
var layouts = [...]struct {
	ok    bool
	shape shape
	width uint8
	max   uint64
}{
	types.Boolean:   {true, shapeBool, 0, 0},
	types.TinyInt:   {true, shapeInt, 1, 1<<7 - 1},
	types.SmallInt:  {true, shapeInt, 2, 1<<15 - 1},
	types.Integer:   {true, shapeInt, 4, 1<<31 - 1},
	types.BigInt:    {true, shapeInt, 8, 1<<63 - 1},
	types.Decimal:   {true, shapeDecimal, 16, 0},
	types.Real:      {true, shapeReal, 4, 0},
	types.Double:    {true, shapeDouble, 8, 0},
	types.Char:      {true, shapeText, 4, 0},
	types.Varchar:   {true, shapeText, 4, 0},
	types.Binary:    {true, shapeBinary, 4, 0},
	types.Varbinary: {true, shapeBinary, 4, 0},
	types.Date:      {true, shapeDate, 4, 0},
	types.TimeOfDay: {true, shapeTime, 8, 0},
	types.Timestamp: {true, shapeTimestamp, 8, 0},
}

func newColumn(f types.Field, mem memory.Allocator) (column, bool) {
	if int(f.Type.Kind) >= len(layouts) || !layouts[f.Type.Kind].ok {
		return column{}, false
	}
	l := layouts[f.Type.Kind]
	c := column{
		shape: l.shape, width: l.width, max: l.max, mem: mem,
		name: f.Name, kind: f.Type.Kind, typ: f.Type.Arrow(), notNull: f.NotNull,
	}
	if f.Type.IsString() || f.Type.IsBinary() {
		c.limit = f.Type.Precision
	}
	if c.shape == shapeDecimal {
		if p := f.Type.Precision; p < 1 || p > types.MaxPrecision || f.Type.Scale < 0 || f.Type.Scale > p {
			return column{}, false
		}
		c.scale = f.Type.Scale
		c.max = tens[f.Type.Precision] - 1
	}
	return c, true
}

func (c *column) varies() bool { return c.shape == shapeText || c.shape == shapeBinary }

// padded holds for the types whose values all have the declared length.
func (c *column) padded() bool { return c.kind == types.Char || c.kind == types.Binary }

// grow makes room for rows values.
func (c *column) grow(rows int) {
	if !c.built {
		return
	}
	size := rows * int(c.width)
	switch {
	case c.shape == shapeBool:
		size = (rows + 7) / 8
	case c.varies():
		size += 4
	}
	fresh := len(c.values) == 0
	c.values = c.resize(c.values, size)
	if fresh && c.varies() {
		c.setOffset(0, 0)
	}
	old := len(c.valid)
	c.valid = c.resize(c.valid, (rows+7)/8)
	for i := old; i < len(c.valid); i++ {
		c.valid[i] = 0xff
	}
}

func (c *column) resize(buf []byte, size int) []byte {
	switch {
	case len(buf) >= size:
		return buf
	case len(buf) == 0:
		return c.mem.Allocate(size)
	}
	return c.mem.Reallocate(size, buf)
}

// room makes data hold n bytes and the slack from at on.
func (c *column) room(at, n int) {
	if need := at + n + slack; need > len(c.data) {
		if len(c.data) == 0 {
			need = max(need, c.ahead)
		}
		c.data = c.resize(c.data, max(need+need/2, 1024))
	}
}

// putNull makes the value of row NULL. Its bytes are zero: no old memory gets
// out with a column.
func (c *column) putNull(row int) {
	if !c.built {
		return
	}
	c.valid[row>>3] &^= 1 << (row & 7)
	c.nulls++
	switch {
	case c.shape == shapeBool:
		c.putBit(row, false)
	case c.varies():
		c.setOffset(row+1, c.offset(row))
	default:
		clear(c.values[row*int(c.width) : (row+1)*int(c.width)])
	}
}

// unset takes back what putNull said about row.
func (c *column) unset(row int) {
	if c.built && c.valid[row>>3]&(1<<(row&7)) == 0 {
		c.valid[row>>3] |= 1 << (row & 7)
		c.nulls--
	}
}

// free gives the buffers back.
func (c *column) free() {
	for _, buf := range []*[]byte{&c.values, &c.data, &c.valid} {
		if len(*buf) > 0 {
			c.mem.Free(*buf)
			*buf = nil
		}
	}
}
