package lake

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/parquet-go/parquet-go"
)

// The column writer looks at the size of a page only between calls, so the calls must be short; 4096 values also stay in
// the second-level cache.
const encodeChunk = 4096

// encoder turns rows of an Arrow column into Parquet values. Byte strings are not copied.
type encoder func(out []parquet.Value, rows []uint32)

// values fills out for the rows that are not null.
func values[T any](a arrow.Array, data []T, value func(T) parquet.Value) encoder {
	if a.NullN() == 0 {
		return func(out []parquet.Value, rows []uint32) {
			for i, r := range rows {
				out[i] = value(data[r])
				out[i].SetDefinitionLevel(1)
			}
		}
	}
	return func(out []parquet.Value, rows []uint32) {
		for i, r := range rows {
			if a.IsNull(int(r)) {
				out[i] = parquet.NullValue()
				continue
			}
			out[i] = value(data[r])
			out[i].SetDefinitionLevel(1)
		}
	}
}

func int8Value(v int8) parquet.Value   { return parquet.Int32Value(int32(v)) }
func int16Value(v int16) parquet.Value { return parquet.Int32Value(int32(v)) }

// calls fills out through a function of the row; for layouts without an array of values.
func calls(a arrow.Array, value func(row int) parquet.Value) encoder {
	return func(out []parquet.Value, rows []uint32) {
		for i, r := range rows {
			if a.IsNull(int(r)) {
				out[i] = parquet.NullValue()
				continue
			}
			out[i] = value(int(r))
			out[i].SetDefinitionLevel(1)
		}
	}
}

// encoderOf is the encoder for a column, which must outlive it. Errors: ErrType.
func encoderOf(col arrow.Array) (encoder, error) {
	switch a := col.(type) {
	case *array.Boolean:
		return calls(a, func(r int) parquet.Value { return parquet.BooleanValue(a.Value(r)) }), nil
	case *array.Int8:
		return values(a, a.Int8Values(), int8Value), nil
	case *array.Int16:
		return values(a, a.Int16Values(), int16Value), nil
	case *array.Int32:
		return values(a, a.Int32Values(), parquet.Int32Value), nil
	case *array.Int64:
		return values(a, a.Int64Values(), parquet.Int64Value), nil
	case *array.Float32:
		return values(a, a.Float32Values(), parquet.FloatValue), nil
	case *array.Float64:
		return values(a, a.Float64Values(), parquet.DoubleValue), nil
	case *array.Date32:
		return values(a, a.Date32Values(), func(v arrow.Date32) parquet.Value { return parquet.Int32Value(int32(v)) }), nil
	case *array.Time64:
		return values(a, a.Time64Values(), func(v arrow.Time64) parquet.Value { return parquet.Int64Value(int64(v)) }), nil
	case *array.Timestamp:
		return values(a, a.TimestampValues(), func(v arrow.Timestamp) parquet.Value { return parquet.Int64Value(int64(v)) }), nil
	case *array.Decimal128:
		return decimals(a), nil
	case *array.String:
		return strings32(a, a.ValueOffsets(), a.ValueBytes()), nil
	case *array.Binary:
		return strings32(a, a.ValueOffsets(), a.ValueBytes()), nil
	case *array.Dictionary:
		return indexed(a)
	}
	return nil, fmt.Errorf("%w: arrow column %s", ErrType, col.DataType())
}

// decimals: a layout has said by the precision whether the file's column has 4 or 8 bytes.
func decimals(a *array.Decimal128) encoder {
	if a.DataType().(*arrow.Decimal128Type).Precision <= 9 {
		return calls(a, func(r int) parquet.Value { return parquet.Int32Value(int32(a.Value(r).LowBits())) })
	}
	return calls(a, func(r int) parquet.Value { return parquet.Int64Value(int64(a.Value(r).LowBits())) })
}

// strings32 reads offsets and bytes directly; offsets are relative to the first of them, as the accessors return them.
func strings32(a arrow.Array, offsets []int32, data []byte) encoder {
	if a.Len() == 0 {
		return func([]parquet.Value, []uint32) {}
	}
	base := offsets[0]
	nulls := a.NullN() > 0
	return func(out []parquet.Value, rows []uint32) {
		for i, r := range rows {
			if nulls && a.IsNull(int(r)) {
				out[i] = parquet.NullValue()
				continue
			}
			out[i] = parquet.ByteArrayValue(data[offsets[r]-base : offsets[r+1]-base])
			out[i].SetDefinitionLevel(1)
		}
	}
}

// indexed looks the values of a dictionary column up.
func indexed(a *array.Dictionary) (encoder, error) {
	inner, err := encoderOf(a.Dictionary())
	if err != nil {
		return nil, err
	}
	all := make([]uint32, a.Dictionary().Len())
	for i := range all {
		all[i] = uint32(i)
	}
	dict := make([]parquet.Value, len(all))
	inner(dict, all)
	return func(out []parquet.Value, rows []uint32) {
		for i, r := range rows {
			if a.IsNull(int(r)) {
				out[i] = parquet.NullValue()
				continue
			}
			out[i] = dict[a.GetValueIndex(int(r))]
		}
	}, nil
}
