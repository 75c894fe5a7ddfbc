package agg

import (
	"encoding/binary"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// keys is the words and hashes of the keys of one batch, and their bytes. A
// single string column is pointed at where it lies; every other key is encoded:
//
//	one column       the value, 8 bytes little-endian, or the bytes; NULL has none
//	several columns  per column a NULL byte, then 8 bytes, or length u32 + bytes
type keys struct {
	words      []word
	hashes     []uint64
	data       []byte
	start, end []uint32
	offsets    []int32  // of a single string column, else nil
	rows       []uint32 // with offsets

	buf     []byte
	sources []source
}

// bytes is key i.
func (k *keys) bytes(i int) []byte {
	switch {
	case k.words[i].n == nullKey:
		return nil
	case k.offsets != nil:
		r := k.rows[i]
		return k.data[k.offsets[r]:k.offsets[r+1]]
	case k.start == nil:
		return k.data[i*8 : i*8+8]
	}
	return k.data[k.start[i]:k.end[i]]
}

func (k *keys) load(columns []arrow.Array, rows []uint32) {
	k.words, k.hashes = sized(k.words, len(rows)), sized(k.hashes, len(rows))
	k.offsets, k.rows = nil, rows
	if len(columns) == 1 {
		k.loadOne(columns[0], rows)
	} else {
		k.loadMany(columns, rows)
	}
	for i := range k.words {
		k.hashes[i] = k.words[i].hash()
	}
}

func (k *keys) loadOne(col arrow.Array, rows []uint32) {
	k.start, k.end = nil, nil
	words := k.words[:len(rows)]
	if offsets, data, ok := varWidth(col); ok {
		k.offsets, k.data = offsets, data
		for i, r := range rows {
			words[i] = wordOf(data[offsets[r]:offsets[r+1]])
		}
	} else {
		k.buf = sized(k.buf, len(rows)*8)
		fixed(col, rows, k.buf)
		k.data = k.buf
		for i := range words {
			v := binary.LittleEndian.Uint64(k.buf[i*8:])
			words[i] = word{v, v, 8}
		}
	}
	if col.NullN() == 0 {
		return
	}
	for i, r := range rows {
		if isNull(col, r) {
			words[i] = word{n: nullKey}
		}
	}
}

// isNull also knows the NULL type, whose arrays have no bitmap.
func isNull(col arrow.Array, row uint32) bool {
	return col.IsNull(int(row)) || col.DataType().ID() == arrow.NULL
}

// source is one of several key columns.
type source struct {
	offsets []int32
	data    []byte
	values  []byte // of a column of fixed width, 8 bytes a row
	col     arrow.Array
	nulls   bool
}

// loadMany encodes row by row; the widths of the fixed columns are known, so a
// row costs one append per column.
func (k *keys) loadMany(columns []arrow.Array, rows []uint32) {
	k.start, k.end = sized(k.start, len(rows)), sized(k.end, len(rows))
	k.sources = sized(k.sources, len(columns))
	for c, col := range columns {
		s := &k.sources[c]
		s.col, s.nulls = col, col.NullN() > 0
		var ok bool
		if s.offsets, s.data, ok = varWidth(col); !ok {
			s.values = sized(s.values, len(rows)*8)
			fixed(col, rows, s.values)
		}
	}
	buf := k.buf[:0]
	for i, r := range rows {
		k.start[i] = uint32(len(buf))
		for c := range k.sources {
			buf = k.sources[c].append(buf, i, r)
		}
		k.end[i] = uint32(len(buf))
		k.words[i] = wordOf(buf[k.start[i]:])
	}
	k.buf, k.data = buf, buf
	for c := range k.sources {
		// The columns are borrowed for the call only.
		k.sources[c].col, k.sources[c].offsets, k.sources[c].data = nil, nil, nil
	}
}

// append encodes row r, the i-th of those chosen.
func (s *source) append(buf []byte, i int, r uint32) []byte {
	if s.nulls && isNull(s.col, r) {
		return append(buf, 1)
	}
	buf = append(buf, 0)
	if s.offsets == nil {
		return append(buf, s.values[i*8:i*8+8]...)
	}
	v := s.data[s.offsets[r]:s.offsets[r+1]]
	buf = binary.LittleEndian.AppendUint32(buf, uint32(len(v)))
	return append(buf, v...)
}

// varWidth is the offsets and bytes of a string or binary column.
func varWidth(col arrow.Array) ([]int32, []byte, bool) {
	switch col := col.(type) {
	case *array.String:
		return bytesOf(col.ValueOffsets(), col.Data())
	case *array.Binary:
		return bytesOf(col.ValueOffsets(), col.Data())
	}
	return nil, nil, false
}

func bytesOf(offsets []int32, d arrow.ArrayData) ([]int32, []byte, bool) {
	if b := d.Buffers()[2]; b != nil {
		return offsets, b.Bytes(), true
	}
	return offsets, nil, true
}

// fixed writes the 8-byte form of the rows' values, back to back. Floats are
// normalised so that 0 and -0, and all NaNs, are one key.
func fixed(col arrow.Array, rows []uint32, dst []byte) {
	switch col := col.(type) {
	case *array.Int8:
		putInts(col.Int8Values(), rows, dst)
	case *array.Int16:
		putInts(col.Int16Values(), rows, dst)
	case *array.Int32:
		putInts(col.Int32Values(), rows, dst)
	case *array.Int64:
		putInts(col.Int64Values(), rows, dst)
	case *array.Date32:
		putInts(col.Date32Values(), rows, dst)
	case *array.Time64:
		putInts(col.Time64Values(), rows, dst)
	case *array.Timestamp:
		putInts(col.TimestampValues(), rows, dst)
	case *array.Duration:
		putInts(col.DurationValues(), rows, dst)
	case *array.MonthInterval:
		putInts(col.MonthIntervalValues(), rows, dst)
	case *array.Float32:
		for i, r := range rows {
			binary.LittleEndian.PutUint64(dst[i*8:], floatKey(float64(col.Value(int(r)))))
		}
	case *array.Float64:
		for i, r := range rows {
			binary.LittleEndian.PutUint64(dst[i*8:], floatKey(col.Value(int(r))))
		}
	case *array.Boolean:
		for i, r := range rows {
			binary.LittleEndian.PutUint64(dst[i*8:], 0)
			if col.Value(int(r)) {
				dst[i*8] = 1
			}
		}
	case *array.Decimal128:
		for i, r := range rows {
			binary.LittleEndian.PutUint64(dst[i*8:], col.Value(int(r)).LowBits())
		}
	}
}

func putInts[T ~int8 | ~int16 | ~int32 | ~int64](values []T, rows []uint32, dst []byte) {
	for i, r := range rows {
		binary.LittleEndian.PutUint64(dst[i*8:], uint64(int64(values[r])))
	}
}

func floatKey(f float64) uint64 {
	switch {
	case f == 0:
		return 0
	case math.IsNaN(f):
		return math.Float64bits(math.NaN())
	}
	return math.Float64bits(f)
}

// sized is s with length n, its content undefined.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
