package format

import (
	"encoding/hex"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"github.com/millrace-sql/millrace/sql/types"
)

// cells is the values of one column of a record, opened once so that no value
// goes through an interface.
type cells struct {
	arr   arrow.Array
	nulls bool
	none  bool       // every row is NULL
	kind  types.Kind // Null: a column that has no SQL type
	scale int32
	of    types.Type // of an interval

	i8   []int8
	i16  []int16
	i32  []int32
	i64  []int64
	f32  []float32
	f64  []float64
	dec  []decimal128.Num
	bits *array.Boolean
	text *array.String
	data *array.Binary
	dict *array.Dictionary
	keys *cells // the dictionary's values
}

// open points c at a column, which stays borrowed.
func (c *cells) open(arr arrow.Array) {
	*c = cells{arr: arr, nulls: arr.NullN() > 0, keys: c.keys}
	switch a := arr.(type) {
	case *array.Null:
		c.none = true
	case *array.Boolean:
		c.kind, c.bits = types.Boolean, a
	case *array.Int8:
		c.kind, c.i8 = types.TinyInt, a.Int8Values()
	case *array.Int16:
		c.kind, c.i16 = types.SmallInt, a.Int16Values()
	case *array.Int32:
		c.kind, c.i32 = types.Integer, a.Int32Values()
	case *array.Int64:
		c.kind, c.i64 = types.BigInt, a.Int64Values()
	case *array.Decimal128:
		c.kind, c.dec = types.Decimal, a.Values()
		c.scale = a.DataType().(*arrow.Decimal128Type).Scale
	case *array.Float32:
		c.kind, c.f32 = types.Real, a.Float32Values()
	case *array.Float64:
		c.kind, c.f64 = types.Double, a.Float64Values()
	case *array.String:
		c.kind, c.text = types.Varchar, a
	case *array.Binary:
		c.kind, c.data = types.Varbinary, a
	case *array.Date32:
		c.kind, c.i32 = types.Date, arrow.Int32Traits.CastFromBytes(arrow.Date32Traits.CastToBytes(a.Date32Values()))
	case *array.Time64:
		c.kind, c.i64 = types.TimeOfDay, arrow.Int64Traits.CastFromBytes(arrow.Time64Traits.CastToBytes(a.Time64Values()))
	case *array.Timestamp:
		c.kind, c.i64 = types.Timestamp, arrow.Int64Traits.CastFromBytes(arrow.TimestampTraits.CastToBytes(a.TimestampValues()))
	case *array.Duration:
		c.kind, c.of = types.DayInterval, types.Of(types.DayInterval)
		c.i64 = arrow.Int64Traits.CastFromBytes(arrow.DurationTraits.CastToBytes(a.DurationValues()))
	case *array.MonthInterval:
		c.kind, c.of = types.MonthInterval, types.Of(types.MonthInterval)
		c.i32 = arrow.Int32Traits.CastFromBytes(arrow.MonthIntervalTraits.CastToBytes(a.MonthIntervalValues()))
	case *array.Dictionary:
		if c.keys == nil {
			c.keys = &cells{}
		}
		c.keys.open(a.Dictionary())
		c.dict = a
		c.kind = c.keys.kind
	}
}

// at finds the value of a row: the cells that hold it and its index there; ok is
// false for NULL.
func (c *cells) at(row int) (in *cells, index int, ok bool) {
	if c.none || c.nulls && c.arr.IsNull(row) {
		return c, row, false
	}
	if c.dict != nil {
		return c.keys.at(c.dict.GetValueIndex(row))
	}
	return c, row, true
}

// append appends the text of a value that is not NULL.
func (c *cells) append(dst []byte, row int) []byte {
	switch c.kind {
	case types.Boolean:
		return strconv.AppendBool(dst, c.bits.Value(row))
	case types.TinyInt:
		return strconv.AppendInt(dst, int64(c.i8[row]), 10)
	case types.SmallInt:
		return strconv.AppendInt(dst, int64(c.i16[row]), 10)
	case types.Integer:
		return strconv.AppendInt(dst, int64(c.i32[row]), 10)
	case types.BigInt:
		return strconv.AppendInt(dst, c.i64[row], 10)
	case types.Decimal:
		return appendDecimal(dst, c.dec[row], c.scale)
	case types.Real:
		return types.AppendFloat(dst, float64(c.f32[row]), 32)
	case types.Double:
		return types.AppendFloat(dst, c.f64[row], 64)
	case types.Varchar:
		return append(dst, c.text.Value(row)...)
	case types.Varbinary:
		return hex.AppendEncode(dst, c.data.Value(row))
	case types.Date:
		return types.AppendDate(dst, int64(c.i32[row]))
	case types.TimeOfDay:
		return types.AppendTimeOfDay(dst, c.i64[row])
	case types.Timestamp:
		return types.AppendTimestamp(dst, c.i64[row])
	case types.DayInterval:
		return types.AppendInterval(dst, c.i64[row], c.of)
	case types.MonthInterval:
		return types.AppendInterval(dst, int64(c.i32[row]), c.of)
	}
	return append(dst, c.arr.ValueStr(row)...)
}

// appendDecimal prints what DECIMAL of SQL holds by the short way; tables of
// others may hold more digits.
func appendDecimal(dst []byte, v decimal128.Num, scale int32) []byte {
	if low := int64(v.LowBits()); v.HighBits() == low>>63 {
		return types.AppendDecimal(dst, low, int(scale))
	}
	return append(dst, v.ToString(scale)...)
}

// column points c at a column of a record.
func (c *cells) column(rec arrow.Record, i int) {
	c.open(rec.Column(i))
	if c.of.IsInterval() {
		c.of = types.IntervalField(rec.Schema().Field(i))
	}
}

// AppendCell is AppendText for a column of a record, whose schema says how intervals
// print.
func AppendCell(dst []byte, rec arrow.Record, column, row int) []byte {
	var c cells
	c.column(rec, column)
	return c.appendText(dst, row)
}

// AppendText appends the value of a row as tables print it: NULL as NULL, binary
// as hexadecimal digits, everything else as CSV has it, without quotes. It opens
// arr anew for every value: the encoders are the way to print many.
func AppendText(dst []byte, arr arrow.Array, row int) []byte {
	var c cells
	c.open(arr)
	return c.appendText(dst, row)
}

func (c *cells) appendText(dst []byte, row int) []byte {
	in, index, ok := c.at(row)
	if !ok {
		return append(dst, "NULL"...)
	}
	return in.append(dst, index)
}
