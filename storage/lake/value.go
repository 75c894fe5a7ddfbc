package lake

import (
	"fmt"
	"math"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"github.com/millrace-sql/millrace/sql/types"
)

// partitionable tells whether values of the type can name folders.
func partitionable(t types.Type) bool {
	return t.Kind == types.Boolean || t.IsNumeric() || t.IsString() || t.IsDateTime()
}

// appendText appends the text form of row i, which is not NULL.
func appendText(dst []byte, col arrow.Array, i int) []byte {
	switch a := col.(type) {
	case *array.Boolean:
		return strconv.AppendBool(dst, a.Value(i))
	case *array.Int8:
		return strconv.AppendInt(dst, int64(a.Value(i)), 10)
	case *array.Int16:
		return strconv.AppendInt(dst, int64(a.Value(i)), 10)
	case *array.Int32:
		return strconv.AppendInt(dst, int64(a.Value(i)), 10)
	case *array.Int64:
		return strconv.AppendInt(dst, a.Value(i), 10)
	case *array.Decimal128:
		return types.AppendDecimal(dst, int64(a.Value(i).LowBits()), int(a.DataType().(*arrow.Decimal128Type).Scale))
	case *array.Float32:
		return types.AppendFloat(dst, float64(a.Value(i)), 32)
	case *array.Float64:
		return types.AppendFloat(dst, a.Value(i), 64)
	case *array.String:
		return append(dst, a.Value(i)...)
	case *array.Date32:
		return types.AppendDate(dst, int64(a.Value(i)))
	case *array.Time64:
		return types.AppendTimeOfDay(dst, int64(a.Value(i)))
	case *array.Timestamp:
		return types.AppendTimestamp(dst, int64(a.Value(i)))
	case *array.Dictionary:
		return appendText(dst, a.Dictionary(), a.GetValueIndex(i))
	}
	return dst
}

// parseValue reads the text form of a partition value: int64 for integers, dates (days), times and timestamps
// (microseconds) and unscaled decimals, float64, bool or string. Errors: ErrPartitionValue, ErrType.
func parseValue(t types.Type, text string) (any, error) {
	var v any
	var err error
	switch {
	case t.IsString():
		return text, nil
	case t.Kind == types.Boolean:
		v, err = strconv.ParseBool(text)
	case t.IsInteger():
		v, err = strconv.ParseInt(text, 10, intBits[t.Kind])
	case t.Kind == types.Decimal:
		v, err = parseDecimal(t, text)
	case t.Kind == types.Real:
		v, err = strconv.ParseFloat(text, 32)
	case t.Kind == types.Double:
		v, err = strconv.ParseFloat(text, 64)
	case t.Kind == types.Date:
		v, err = types.ParseDate([]byte(text))
	case t.Kind == types.TimeOfDay:
		v, err = types.ParseTimeOfDay([]byte(text))
	case t.Kind == types.Timestamp:
		v, err = types.ParseTimestamp([]byte(text))
	default:
		return nil, fmt.Errorf("%w: %s as a partition column", ErrType, t)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %q is no %s: %w", ErrPartitionValue, text, t, err)
	}
	return v, nil
}

var intBits = map[types.Kind]int{types.TinyInt: 8, types.SmallInt: 16, types.Integer: 32, types.BigInt: 64}

func parseDecimal(t types.Type, text string) (int64, error) {
	v, scale, err := types.ParseDecimal(text)
	if err != nil {
		return 0, err
	}
	return rescale(v, scale, t)
}

// rescale brings an unscaled number to the scale of t. Digits are never lost: ErrRange where they would be.
func rescale(v int64, scale int, t types.Type) (int64, error) {
	for ; scale > t.Scale; scale-- {
		if v%10 != 0 {
			return 0, fmt.Errorf("%w: digits beyond the scale of %s", ErrRange, t)
		}
		v /= 10
	}
	for ; scale < t.Scale; scale++ {
		if v > math.MaxInt64/10 || v < math.MinInt64/10 {
			return 0, fmt.Errorf("%w of %s", ErrRange, t)
		}
		v *= 10
	}
	limit := int64(1)
	for range t.Precision {
		limit *= 10
	}
	if v >= limit || v <= -limit {
		return 0, fmt.Errorf("%w of %s", ErrRange, t)
	}
	return v, nil
}

func decimalOf(v int64) decimal128.Num { return decimal128.FromI64(v) }
