package agg

import (
	"encoding/binary"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// decode is the inverse of keys.load: one column per key column, in id order.
// It runs once per closed window, so builders are fast enough.
func (g *Groups) decode(mem memory.Allocator) []arrow.Array {
	builders := make([]array.Builder, len(g.kinds))
	for c, kind := range g.kinds {
		builders[c] = array.NewBuilder(mem, kind)
		builders[c].Reserve(g.Len())
	}
	for id := range g.Len() {
		key := g.key(uint32(id))
		if len(g.kinds) == 1 {
			if g.entries[id].n == nullKey {
				builders[0].AppendNull()
			} else {
				appendKey(builders[0], key)
			}
			continue
		}
		for _, b := range builders {
			null := key[0] == 1
			key = key[1:]
			switch {
			case null:
				b.AppendNull()
			case isVar(b):
				n := binary.LittleEndian.Uint32(key)
				appendKey(b, key[4:4+n])
				key = key[4+n:]
			default:
				appendKey(b, key[:8])
				key = key[8:]
			}
		}
	}
	out := make([]arrow.Array, len(builders))
	for c, b := range builders {
		out[c] = b.NewArray()
		b.Release()
	}
	return out
}

func isVar(b array.Builder) bool {
	switch b.(type) {
	case *array.StringBuilder, *array.BinaryBuilder:
		return true
	}
	return false
}

func appendKey(b array.Builder, v []byte) {
	switch b := b.(type) {
	case *array.StringBuilder:
		b.BinaryBuilder.Append(v)
		return
	case *array.BinaryBuilder:
		b.Append(v)
		return
	}
	n := int64(binary.LittleEndian.Uint64(v))
	switch b := b.(type) {
	case *array.Int8Builder:
		b.Append(int8(n))
	case *array.Int16Builder:
		b.Append(int16(n))
	case *array.Int32Builder:
		b.Append(int32(n))
	case *array.Int64Builder:
		b.Append(n)
	case *array.Date32Builder:
		b.Append(arrow.Date32(n))
	case *array.Time64Builder:
		b.Append(arrow.Time64(n))
	case *array.TimestampBuilder:
		b.Append(arrow.Timestamp(n))
	case *array.DurationBuilder:
		b.Append(arrow.Duration(n))
	case *array.Float32Builder:
		b.Append(float32(math.Float64frombits(uint64(n))))
	case *array.Float64Builder:
		b.Append(math.Float64frombits(uint64(n)))
	case *array.BooleanBuilder:
		b.Append(n != 0)
	case *array.Decimal128Builder:
		b.Append(decimal128.FromI64(n))
	}
}
