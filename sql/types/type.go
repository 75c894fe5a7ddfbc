package types

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
)

// Kind is a SQL type without its parameters (kda-sql.md §2).
type Kind uint8

// The kinds. Null is the type of an untyped NULL literal; it is assignable to
// every other kind and is never the type of a column.
const (
	Null Kind = iota
	Boolean
	TinyInt
	SmallInt
	Integer
	BigInt
	Decimal
	Real
	Double
	Char
	Varchar
	Binary
	Varbinary
	Date
	TimeOfDay
	Timestamp
	DayInterval
	MonthInterval
)

var kindNames = [...]string{
	Null: "NULL", Boolean: "BOOLEAN", TinyInt: "TINYINT", SmallInt: "SMALLINT", Integer: "INTEGER", BigInt: "BIGINT",
	Decimal: "DECIMAL", Real: "REAL", Double: "DOUBLE", Char: "CHAR", Varchar: "VARCHAR", Binary: "BINARY",
	Varbinary: "VARBINARY", Date: "DATE", TimeOfDay: "TIME", Timestamp: "TIMESTAMP",
	DayInterval: "INTERVAL DAY TO SECOND", MonthInterval: "INTERVAL YEAR TO MONTH",
}

// String is the SQL name without parameters.
func (k Kind) String() string { return kindNames[k] }

// Type is a SQL type with its parameters. Types are comparable values.
type Type struct {
	Kind Kind
	// Precision is the digits of a DECIMAL, the length in characters of CHAR and
	// VARCHAR, in bytes of BINARY and VARBINARY; 0 = unlimited (VARCHAR of a
	// crawled table, the result of an expression).
	Precision int
	// Scale is the fractional digits of a DECIMAL.
	Scale int
	// From and To are the fields of an interval, the longest and the shortest; both 0
	// = all its family has.
	From, To Unit
}

// MaxPrecision is the number of digits a DECIMAL can have (kda-sql.md §2.1, C2).
const MaxPrecision = 18

// Of is a type without parameters.
func Of(k Kind) Type { return Type{Kind: k} }

// DecimalOf is DECIMAL(precision, scale).
func DecimalOf(precision, scale int) Type {
	return Type{Kind: Decimal, Precision: precision, Scale: scale}
}

// VarcharOf is VARCHAR(length); length 0 has no limit.
func VarcharOf(length int) Type { return Type{Kind: Varchar, Precision: length} }

// IntervalOf is the interval from one unit to another, which may be the same one.
func IntervalOf(from, to Unit) Type {
	if from <= UnitMonth {
		return Type{Kind: MonthInterval, From: from, To: to}
	}
	return Type{Kind: DayInterval, From: from, To: to}
}

// Units is the fields of an interval, the longest and the shortest.
func (t Type) Units() (from, to Unit) {
	switch {
	case t.From > 0:
		return t.From, t.To
	case t.Kind == MonthInterval:
		return UnitYear, UnitMonth
	}
	return UnitDay, UnitSecond
}

// String is the type as DDL spells it.
func (t Type) String() string {
	switch {
	case t.IsInterval():
		from, to := t.Units()
		if from == to {
			return "INTERVAL " + from.String()
		}
		return "INTERVAL " + from.String() + " TO " + to.String()
	case t.Kind == Decimal:
		return fmt.Sprintf("DECIMAL(%d, %d)", t.Precision, t.Scale)
	case t.Precision > 0 && (t.IsString() || t.IsBinary()):
		return fmt.Sprintf("%s(%d)", t.Kind, t.Precision)
	}
	return t.Kind.String()
}

// IsInteger holds for TINYINT to BIGINT.
func (t Type) IsInteger() bool { return t.Kind >= TinyInt && t.Kind <= BigInt }

// IsApproximate holds for REAL and DOUBLE.
func (t Type) IsApproximate() bool { return t.Kind == Real || t.Kind == Double }

// IsNumeric holds for all numbers.
func (t Type) IsNumeric() bool { return t.Kind >= TinyInt && t.Kind <= Double }

// IsString holds for CHAR and VARCHAR.
func (t Type) IsString() bool { return t.Kind == Char || t.Kind == Varchar }

// IsBinary holds for BINARY and VARBINARY.
func (t Type) IsBinary() bool { return t.Kind == Binary || t.Kind == Varbinary }

// IsDateTime holds for DATE, TIME and TIMESTAMP.
func (t Type) IsDateTime() bool { return t.Kind >= Date && t.Kind <= Timestamp }

// IsInterval holds for both interval families.
func (t Type) IsInterval() bool { return t.Kind == DayInterval || t.Kind == MonthInterval }

// Arrow is the column layout of the type:
//
//	BOOLEAN bool · TINYINT..BIGINT int8..int64 · DECIMAL decimal128(p,s)
//	REAL float32 · DOUBLE float64 · CHAR, VARCHAR utf8 · BINARY, VARBINARY binary
//	DATE date32 · TIME time64[us] · TIMESTAMP timestamp[us]
//	intervals duration[us] and month_interval · NULL null
func (t Type) Arrow() arrow.DataType {
	switch t.Kind {
	case Boolean:
		return arrow.FixedWidthTypes.Boolean
	case TinyInt:
		return arrow.PrimitiveTypes.Int8
	case SmallInt:
		return arrow.PrimitiveTypes.Int16
	case Integer:
		return arrow.PrimitiveTypes.Int32
	case BigInt:
		return arrow.PrimitiveTypes.Int64
	case Decimal:
		return &arrow.Decimal128Type{Precision: int32(t.Precision), Scale: int32(t.Scale)}
	case Real:
		return arrow.PrimitiveTypes.Float32
	case Double:
		return arrow.PrimitiveTypes.Float64
	case Char, Varchar:
		return arrow.BinaryTypes.String
	case Binary, Varbinary:
		return arrow.BinaryTypes.Binary
	case Date:
		return arrow.FixedWidthTypes.Date32
	case TimeOfDay:
		return arrow.FixedWidthTypes.Time64us
	case Timestamp:
		return timestampUS
	case DayInterval:
		return arrow.FixedWidthTypes.Duration_us
	case MonthInterval:
		return arrow.FixedWidthTypes.MonthInterval
	}
	return arrow.Null
}

// timestampUS has no zone: SQL timestamps are UTC by definition and readers of
// the lake must not shift them (lake-and-catalog.md §2.7).
var timestampUS = &arrow.TimestampType{Unit: arrow.Microsecond}

// FromArrow is the SQL type of an Arrow column, the inverse of Type.Arrow up to
// parameters that Arrow does not keep (the length of strings).
func FromArrow(dt arrow.DataType) (Type, error) {
	switch dt := dt.(type) {
	case *arrow.BooleanType:
		return Of(Boolean), nil
	case *arrow.Int8Type:
		return Of(TinyInt), nil
	case *arrow.Int16Type:
		return Of(SmallInt), nil
	case *arrow.Int32Type:
		return Of(Integer), nil
	case *arrow.Int64Type:
		return Of(BigInt), nil
	case *arrow.Decimal128Type:
		return DecimalOf(int(dt.Precision), int(dt.Scale)), nil
	case *arrow.Float32Type:
		return Of(Real), nil
	case *arrow.Float64Type:
		return Of(Double), nil
	case *arrow.StringType:
		return Of(Varchar), nil
	case *arrow.BinaryType:
		return Of(Varbinary), nil
	case *arrow.Date32Type:
		return Of(Date), nil
	case *arrow.Time64Type:
		if dt.Unit == arrow.Microsecond {
			return Of(TimeOfDay), nil
		}
	case *arrow.TimestampType:
		if dt.Unit == arrow.Microsecond {
			return Of(Timestamp), nil
		}
	case *arrow.DurationType:
		if dt.Unit == arrow.Microsecond {
			return Of(DayInterval), nil
		}
	case *arrow.MonthIntervalType:
		return Of(MonthInterval), nil
	case *arrow.NullType:
		return Of(Null), nil
	}
	return Type{}, fmt.Errorf("arrow type %s has no SQL type", dt)
}
