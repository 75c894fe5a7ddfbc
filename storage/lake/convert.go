package lake

import (
	"fmt"
	"math"
	"math/big"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/parquet-go/parquet-go"

	"github.com/millrace-sql/millrace/sql/types"
)

// columnFor is the decoder of a file's column into a SQL type: the type that the file has, any wider number, and text for
// everything (the crawler makes text of columns whose files disagree). Errors: ErrType.
func columnFor(f fileType, t types.Type, mem memory.Allocator) (column, error) {
	if f.form == formNull {
		return &nulls{mem: mem, dt: t.Arrow()}, nil
	}
	var c column
	switch f.kind {
	case parquet.Boolean:
		c = booleanColumn(t, mem)
	case parquet.Int32:
		c = integerColumn(f, t, mem, int32s, func(v int32) int64 { return unsigned32(f, v) })
	case parquet.Int64:
		c = integerColumn(f, t, mem, int64s, func(v int64) int64 { return v })
	case parquet.Float:
		c = floatColumn(t, mem, floats, 32)
	case parquet.Double:
		c = floatColumn(t, mem, doubles, 64)
	case parquet.ByteArray, parquet.FixedLenByteArray:
		c = bytesColumn(f, t, mem)
	}
	if c == nil {
		return nil, fmt.Errorf("%w: a file's column of type %s read as %s", ErrType, f.name(), t)
	}
	return c, nil
}

func (f fileType) name() string {
	if f.kind == parquet.Int96 {
		return "INT96"
	}
	return f.hive()
}

func unsigned32(f fileType, v int32) int64 {
	if f.form == formUint {
		return int64(uint32(v))
	}
	return int64(v)
}

func booleanColumn(t types.Type, mem memory.Allocator) column {
	switch {
	case t.Kind == types.Boolean:
		return &booleans{fixed: fixed[byte]{mem: mem}}
	case t.IsString():
		return &printedBooleans{booleans: booleans{fixed: fixed[byte]{mem: mem}}, bytesTarget: bytesTarget{mem: mem}}
	}
	return nil
}

func floatColumn[P float32 | float64](t types.Type, mem memory.Allocator, get getter[P], bits int) column {
	src := plain[P]{values: get}
	switch {
	case t.Kind == types.Double:
		return &numbers[P, float64]{src, fixed[float64]{mem: mem}, t.Arrow()}
	case t.Kind == types.Real && bits == 32:
		return &numbers[P, float32]{src, fixed[float32]{mem: mem}, t.Arrow()}
	case t.IsString():
		return &printed[P]{plain: src, bytesTarget: bytesTarget{mem: mem}, dt: t.Arrow(), print: func(dst []byte, v P) ([]byte, error) {
			return types.AppendFloat(dst, float64(v), bits), nil
		}}
	}
	return nil
}

// integerColumn decodes everything that files keep in integers; wide gives the number's true value.
func integerColumn[P int32 | int64](f fileType, t types.Type, mem memory.Allocator, get getter[P], wide func(P) int64) column {
	src := plain[P]{values: get}
	exact := func(v P) (int64, error) { return wide(v), nil }
	if f.form == formUint && f.bits == 64 {
		exact = func(v P) (int64, error) {
			if v < 0 {
				return 0, fmt.Errorf("%w: unsigned %d", ErrRange, uint64(v))
			}
			return int64(v), nil
		}
	}
	if t.IsString() {
		return &printed[P]{plain: src, bytesTarget: bytesTarget{mem: mem}, dt: t.Arrow(), print: integerText(f, exact)}
	}
	switch f.form {
	case formInt, formUint:
		return plainInteger(f, t, mem, src, exact)
	case formDecimal:
		return scaledInteger(f, t, mem, src)
	case formDate:
		if t.Kind == types.Date {
			return &numbers[P, int32]{src, fixed[int32]{mem: mem}, t.Arrow()}
		}
	case formTime, formTimestamp:
		if f.form == formTime && t.Kind == types.TimeOfDay || f.form == formTimestamp && t.Kind == types.Timestamp {
			if f.unit.Microseconds() == 1 {
				return &numbers[P, int64]{src, fixed[int64]{mem: mem}, t.Arrow()}
			}
			return &converted[P, int64]{src, fixed[int64]{mem: mem}, func(v P) (int64, error) { return f.micros(int64(v)) }, t.Arrow()}
		}
	}
	return nil
}

func plainInteger[P int32 | int64](f fileType, t types.Type, mem memory.Allocator, src plain[P], exact func(P) (int64, error)) column {
	signed := f.form == formInt
	switch t.Kind {
	case types.BigInt:
		if signed {
			return &numbers[P, int64]{src, fixed[int64]{mem: mem}, t.Arrow()}
		}
		return &converted[P, int64]{src, fixed[int64]{mem: mem}, exact, t.Arrow()}
	case types.Integer:
		if _, same := any(src).(plain[int32]); signed && same {
			return &numbers[P, int32]{src, fixed[int32]{mem: mem}, t.Arrow()}
		}
		return &converted[P, int32]{src, fixed[int32]{mem: mem}, narrow[P, int32](exact), t.Arrow()}
	case types.SmallInt:
		return &converted[P, int16]{src, fixed[int16]{mem: mem}, narrow[P, int16](exact), t.Arrow()}
	case types.TinyInt:
		return &converted[P, int8]{src, fixed[int8]{mem: mem}, narrow[P, int8](exact), t.Arrow()}
	case types.Double:
		return &converted[P, float64]{src, fixed[float64]{mem: mem}, func(v P) (float64, error) {
			n, err := exact(v)
			return float64(n), err
		}, t.Arrow()}
	case types.Decimal:
		return &converted[P, decimal128.Num]{src, fixed[decimal128.Num]{mem: mem}, func(v P) (decimal128.Num, error) {
			n, err := exact(v)
			if err == nil {
				n, err = rescale(n, 0, t)
			}
			return decimalOf(n), err
		}, t.Arrow()}
	}
	return nil
}

func scaledInteger[P int32 | int64](f fileType, t types.Type, mem memory.Allocator, src plain[P]) column {
	switch t.Kind {
	case types.Decimal:
		return &converted[P, decimal128.Num]{src, fixed[decimal128.Num]{mem: mem}, func(v P) (decimal128.Num, error) {
			n, err := rescale(int64(v), f.scale, t)
			return decimalOf(n), err
		}, t.Arrow()}
	case types.Double:
		return &converted[P, float64]{src, fixed[float64]{mem: mem}, func(v P) (float64, error) {
			return decimalOf(int64(v)).ToFloat64(int32(f.scale)), nil
		}, t.Arrow()}
	}
	return nil
}

func narrow[P any, T int8 | int16 | int32](exact func(P) (int64, error)) func(P) (T, error) {
	return func(v P) (T, error) {
		n, err := exact(v)
		if err == nil && int64(T(n)) != n {
			err = fmt.Errorf("%w: %d", ErrRange, n)
		}
		return T(n), err
	}
}

// micros brings a time to microseconds; what is finer is cut off towards the past.
func (f fileType) micros(v int64) (int64, error) {
	unit := f.unit.Nanoseconds()
	if unit < 1000 {
		per := 1000 / unit
		q := v / per
		if v%per < 0 {
			q--
		}
		return q, nil
	}
	per := unit / 1000
	if v > math.MaxInt64/per || v < math.MinInt64/per {
		return 0, fmt.Errorf("%w: timestamp %d in units of %s", ErrRange, v, f.unit)
	}
	return v * per, nil
}

func integerText[P any](f fileType, exact func(P) (int64, error)) func([]byte, P) ([]byte, error) {
	return func(dst []byte, v P) ([]byte, error) {
		n, err := exact(v)
		if err == nil && (f.form == formTime || f.form == formTimestamp) {
			n, err = f.micros(n)
		}
		if err != nil {
			return dst, err
		}
		switch f.form {
		case formDecimal:
			return types.AppendDecimal(dst, n, f.scale), nil
		case formDate:
			return types.AppendDate(dst, n), nil
		case formTime:
			return types.AppendTimeOfDay(dst, n), nil
		case formTimestamp:
			return types.AppendTimestamp(dst, n), nil
		}
		return strconv.AppendInt(dst, n, 10), nil
	}
}

func bytesColumn(f fileType, t types.Type, mem memory.Allocator) column {
	switch {
	case f.form == formDecimal && t.Kind == types.Decimal:
		return &convertedBytes[decimal128.Num]{fixed: fixed[decimal128.Num]{mem: mem}, dt: t.Arrow(), convert: func(p []byte) (decimal128.Num, error) {
			n, err := bigDecimal(p, f.scale, t)
			return decimalOf(n), err
		}}
	case f.form == formDecimal && t.Kind == types.Double:
		return &convertedBytes[float64]{fixed: fixed[float64]{mem: mem}, dt: t.Arrow(), convert: func(p []byte) (float64, error) {
			v, err := strconv.ParseFloat(string(appendBigDecimal(nil, p, f.scale)), 64)
			return v, err
		}}
	case f.form == formDecimal && t.IsString():
		return &printedBytes{bytesTarget: bytesTarget{mem: mem}, dt: t.Arrow(), print: func(dst, p []byte) ([]byte, error) {
			return appendBigDecimal(dst, p, f.scale), nil
		}}
	case f.form == formText && (t.IsString() || t.IsBinary()),
		f.form == formBytes && (t.IsString() || t.IsBinary()):
		return &texts{bytesTarget: bytesTarget{mem: mem}, dt: t.Arrow()}
	}
	return nil
}

// bigInt reads a big-endian number in two's complement.
func bigInt(p []byte) *big.Int {
	v := new(big.Int).SetBytes(p)
	if len(p) > 0 && p[0]&0x80 != 0 {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(8*len(p))))
	}
	return v
}

func bigDecimal(p []byte, scale int, t types.Type) (int64, error) {
	v := bigInt(p)
	if !v.IsInt64() {
		return 0, fmt.Errorf("%w of %s", ErrRange, t)
	}
	return rescale(v.Int64(), scale, t)
}

func appendBigDecimal(dst, p []byte, scale int) []byte {
	v := bigInt(p)
	if v.Sign() < 0 {
		dst = append(dst, '-')
		v.Neg(v)
	}
	digits := v.String()
	if scale <= 0 {
		return append(dst, digits...)
	}
	for len(digits) <= scale {
		digits = "0" + digits
	}
	point := len(digits) - scale
	dst = append(dst, digits[:point]...)
	return append(append(dst, '.'), digits[point:]...)
}
