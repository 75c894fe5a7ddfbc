package lake

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/types"
)

// nullArray is n nulls.
func nullArray(mem memory.Allocator, dt arrow.DataType, n int) arrow.Array {
	b := array.NewBuilder(mem, dt)
	defer b.Release()
	b.AppendNulls(n)
	return b.NewArray()
}

// constantArray is the value of a partition column, n times. Errors: ErrPartitionValue, ErrType.
func constantArray(mem memory.Allocator, t types.Type, v PartitionValue, n int) (arrow.Array, error) {
	if v.Null {
		return nullArray(mem, t.Arrow(), n), nil
	}
	value, err := parseValue(t, v.Text)
	if err != nil {
		return nil, err
	}
	b := array.NewBuilder(mem, t.Arrow())
	defer b.Release()
	b.Reserve(n)
	for range n {
		appendValue(b, value)
	}
	return b.NewArray(), nil
}

// appendValue appends what parseValue returned for the builder's type.
func appendValue(b array.Builder, v any) {
	switch b := b.(type) {
	case *array.BooleanBuilder:
		b.Append(v.(bool))
	case *array.Int8Builder:
		b.Append(int8(v.(int64)))
	case *array.Int16Builder:
		b.Append(int16(v.(int64)))
	case *array.Int32Builder:
		b.Append(int32(v.(int64)))
	case *array.Int64Builder:
		b.Append(v.(int64))
	case *array.Decimal128Builder:
		b.Append(decimalOf(v.(int64)))
	case *array.Float32Builder:
		b.Append(float32(v.(float64)))
	case *array.Float64Builder:
		b.Append(v.(float64))
	case *array.StringBuilder:
		b.Append(v.(string))
	case *array.Date32Builder:
		b.Append(arrow.Date32(v.(int64)))
	case *array.Time64Builder:
		b.Append(arrow.Time64(v.(int64)))
	case *array.TimestampBuilder:
		b.Append(arrow.Timestamp(v.(int64)))
	}
}
