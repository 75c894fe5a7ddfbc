package ast

import "strconv"

// LiteralKind says how the text of a Literal is to be read.
type LiteralKind uint8

// The kinds of literals, each with the form of Literal.Text.
const (
	IntegerLit   LiteralKind = iota // digits
	DecimalLit                      // digits with a decimal point
	ApproxLit                       // digits with an exponent
	StringLit                       // the characters themselves, escapes resolved
	BoolLit                         // TRUE, FALSE or UNKNOWN
	NullLit                         // NULL
	DateLit                         // the characters between the quotes, unchecked; so the next three
	TimeLit                         //
	TimestampLit                    //
	IntervalLit                     // as above, with an outer minus sign folded in; Literal.Interval is set
	BinaryLit                       // hexadecimal digits, upper case, an even number
)

// Literal is a constant. Numbers carry no sign: -5 is a Unary.
type Literal struct {
	Kind     LiteralKind
	Text     string
	Interval *IntervalQualifier // for Kind Interval
	Pos
}

// Unit is a field of a date-time or an interval.
type Unit uint8

// The units, coarsest first. NoUnit stands for an absent one.
const (
	NoUnit Unit = iota
	Year
	Month
	Day
	Hour
	Minute
	Second
	// Fields that only EXTRACT knows.
	Quarter
	Week
	DayOfWeek
	ISODayOfWeek
	DayOfYear
	Epoch
	Millisecond
)

var unitNames = [...]string{
	"", "YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "QUARTER", "WEEK", "DOW", "ISODOW", "DOY", "EPOCH", "MILLISECOND",
}

// String returns the keyword.
func (u Unit) String() string { return unitNames[u] }

// FieldOf returns what EXTRACT calls by an upper-case keyword, NoUnit when there is nothing.
func FieldOf(keyword string) Unit {
	for u := Year; u <= Millisecond; u++ {
		if unitNames[u] == keyword {
			return u
		}
	}
	return NoUnit
}

// UnitOf returns the unit of an upper-case keyword, NoUnit when there is none.
func UnitOf(keyword string) Unit {
	for u := Year; u <= Second; u++ {
		if unitNames[u] == keyword {
			return u
		}
	}
	return NoUnit
}

// IntervalQualifier is the field range of an interval: DAY(3) TO SECOND(2). To is NoUnit for a single
// field; Precision counts digits of the leading field and FracPrecision those of fractional seconds, -1 = default.
type IntervalQualifier struct {
	From, To      Unit
	Precision     int
	FracPrecision int
	Pos
}

// String returns the qualifier without INTERVAL.
func (q *IntervalQualifier) String() string {
	s := q.From.String()
	if q.Precision >= 0 {
		s += "(" + strconv.Itoa(q.Precision)
		if q.From == Second && q.FracPrecision >= 0 {
			s += ", " + strconv.Itoa(q.FracPrecision)
		}
		s += ")"
	}
	if q.To != NoUnit {
		s += " TO " + q.To.String()
		if q.To == Second && q.FracPrecision >= 0 {
			s += "(" + strconv.Itoa(q.FracPrecision) + ")"
		}
	}
	return s
}

// TypeName is a type as written, synonyms folded to one Kind: BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, DECIMAL,
// REAL, DOUBLE (also for FLOAT), CHAR, VARCHAR (also for STRING), BINARY, VARBINARY, DATE, TIME, TIMESTAMP, INTERVAL.
// Precision is the length of character and binary types.
type TypeName struct {
	Kind         string
	HasPrecision bool
	Precision    int
	HasScale     bool
	Scale        int
	Interval     *IntervalQualifier // for Kind INTERVAL
	Pos
}

// String returns the type in canonical form: DECIMAL(10, 2).
func (t *TypeName) String() string {
	if t.Interval != nil {
		return t.Kind + " " + t.Interval.String()
	}
	if !t.HasPrecision {
		return t.Kind
	}
	s := t.Kind + "(" + strconv.Itoa(t.Precision)
	if t.HasScale {
		s += ", " + strconv.Itoa(t.Scale)
	}
	return s + ")"
}
