package agg

import (
	"encoding/binary"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// keys is the key bytes and hashes of one batch. A single string column is
// pointed at where it lies; every other key is encoded:
//
//	one column       the value, 8 bytes little-endian, or the bytes; NULL apart
//	several columns  per column a NULL byte, then 8 bytes, or length u32 + bytes
type keys struct {
	data       []byte
	start, end []uint32
	null       []bool // nil = none
	hash       []uint64

	buf     []byte
	nullBuf []bool
}

func (k *keys) load(columns []arrow.Array, rows []uint32) {
	n := len(rows)
	k.start, k.end, k.hash = sized(k.start, n), sized(k.end, n), sized(k.hash, n)
	k.null = nil
	if len(columns) == 1 {
		k.loadOne(columns[0], rows)
	} else {
		k.loadMany(columns, rows)
	}
	for i := range rows {
		k.hash[i] = hashKey(k.data[k.start[i]:k.end[i]])
	}
}

func (k *keys) loadOne(col arrow.Array, rows []uint32) {
	if offsets, data, ok := varWidth(col); ok {
		k.data = data
		for i, r := range rows {
			k.start[i], k.end[i] = uint32(offsets[r]), uint32(offsets[r+1])
		}
	} else {
		k.buf = sized(k.buf, len(rows)*8)
		fixed(col, rows, k.buf, 8)
		k.data = k.buf
		for i := range rows {
			k.start[i], k.end[i] = uint32(i*8), uint32(i*8+8)
		}
	}
	if col.NullN() == 0 {
		return
	}
	k.nullBuf = sized(k.nullBuf, len(rows))
	k.null = k.nullBuf
	for i, r := range rows {
		k.null[i] = col.IsNull(int(r))
		if k.null[i] {
			k.end[i] = k.start[i]
		}
	}
}

// loadMany encodes row by row; the widths of the fixed columns are known, so a
// row costs one append per column.
func (k *keys) loadMany(columns []arrow.Array, rows []uint32) {
	type source struct {
		offsets []int32
		data    []byte
		values  []byte
		col     arrow.Array
		nulls   bool
	}
	sources := make([]source, len(columns))
	for c, col := range columns {
		s := source{col: col, nulls: col.NullN() > 0}
		var ok bool
		if s.offsets, s.data, ok = varWidth(col); !ok {
			s.values = make([]byte, len(rows)*8)
			fixed(col, rows, s.values, 8)
		}
		sources[c] = s
	}
	buf := k.buf[:0]
	for i, r := range rows {
		k.start[i] = uint32(len(buf))
		for c := range sources {
			s := &sources[c]
			if s.nulls && s.col.IsNull(int(r)) {
				buf = append(buf, 1)
				continue
			}
			buf = append(buf, 0)
			if s.values != nil {
				buf = append(buf, s.values[i*8:i*8+8]...)
				continue
			}
			v := s.data[s.offsets[r]:s.offsets[r+1]]
			buf = binary.LittleEndian.AppendUint32(buf, uint32(len(v)))
			buf = append(buf, v...)
		}
		k.end[i] = uint32(len(buf))
	}
	k.buf, k.data = buf, buf
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

// fixed writes the 8-byte form of the rows' values at a stride. Floats are
// normalised so that 0 and -0, and all NaNs, are one key.
func fixed(col arrow.Array, rows []uint32, dst []byte, stride int) {
	switch col := col.(type) {
	case *array.Int8:
		putInts(col.Int8Values(), rows, dst, stride)
	case *array.Int16:
		putInts(col.Int16Values(), rows, dst, stride)
	case *array.Int32:
		putInts(col.Int32Values(), rows, dst, stride)
	case *array.Int64:
		putInts(col.Int64Values(), rows, dst, stride)
	case *array.Date32:
		putInts(col.Date32Values(), rows, dst, stride)
	case *array.Time64:
		putInts(col.Time64Values(), rows, dst, stride)
	case *array.Timestamp:
		putInts(col.TimestampValues(), rows, dst, stride)
	case *array.Duration:
		putInts(col.DurationValues(), rows, dst, stride)
	case *array.Float32:
		for i, r := range rows {
			binary.LittleEndian.PutUint64(dst[i*stride:], floatKey(float64(col.Value(int(r)))))
		}
	case *array.Float64:
		for i, r := range rows {
			binary.LittleEndian.PutUint64(dst[i*stride:], floatKey(col.Value(int(r))))
		}
	case *array.Boolean:
		for i, r := range rows {
			binary.LittleEndian.PutUint64(dst[i*stride:], 0)
			if col.Value(int(r)) {
				dst[i*stride] = 1
			}
		}
	case *array.Decimal128:
		for i, r := range rows {
			binary.LittleEndian.PutUint64(dst[i*stride:], col.Value(int(r)).LowBits())
		}
	}
}

func putInts[T ~int8 | ~int16 | ~int32 | ~int64](values []T, rows []uint32, dst []byte, stride int) {
	for i, r := range rows {
		binary.LittleEndian.PutUint64(dst[i*stride:], uint64(int64(values[r])))
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
