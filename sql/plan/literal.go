package plan

import (
	"encoding/hex"
	"errors"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// bindLiteral reads the text of a literal (kda-sql.md §1.2).
func bindLiteral(e *ast.Literal) (Expr, error) {
	switch e.Kind {
	case ast.IntegerLit:
		v, err := strconv.ParseInt(e.Text, 10, 64)
		if err != nil {
			return nil, errorAt(e.Pos, "%s does not fit BIGINT", e.Text).near(e.Text)
		}
		if v > math.MaxInt32 {
			return &Literal{v, types.Of(types.BigInt)}, nil
		}
		return &Literal{v, types.Of(types.Integer)}, nil
	case ast.DecimalLit:
		return bindDecimal(e)
	case ast.ApproxLit:
		v, err := strconv.ParseFloat(e.Text, 64)
		if err != nil {
			return nil, errorAt(e.Pos, "%s does not fit DOUBLE", e.Text).near(e.Text)
		}
		return &Literal{v, types.Of(types.Double)}, nil
	case ast.StringLit:
		return &Literal{e.Text, types.VarcharOf(max(1, utf8.RuneCountInString(e.Text)))}, nil
	case ast.BoolLit:
		if e.Text == "UNKNOWN" {
			return &Literal{nil, boolean}, nil
		}
		return &Literal{e.Text == "TRUE", boolean}, nil
	case ast.NullLit:
		return &Literal{nil, types.Of(types.Null)}, nil
	case ast.BinaryLit:
		v, err := hex.DecodeString(e.Text)
		if err != nil {
			return nil, errorAt(e.Pos, "X'%s' is not a binary literal", e.Text).near(e.Text)
		}
		return &Literal{v, types.Of(types.Varbinary)}, nil
	case ast.IntervalLit:
		return bindInterval(e)
	}
	return bindDateTime(e)
}

func bindDecimal(e *ast.Literal) (Expr, error) {
	v, scale, err := types.ParseDecimal(e.Text)
	if err != nil {
		return nil, errorAt(e.Pos, "%s has more than %d digits", e.Text, types.MaxPrecision).near(e.Text).hint("write it with an exponent for a DOUBLE: %se0", e.Text)
	}
	digits := len(strconv.FormatInt(v, 10))
	precision := max(digits, scale, 1)
	if precision > types.MaxPrecision {
		return nil, errorAt(e.Pos, "%s has more than %d digits", e.Text, types.MaxPrecision).near(e.Text)
	}
	return &Literal{v, types.DecimalOf(precision, scale)}, nil
}

func bindDateTime(e *ast.Literal) (Expr, error) {
	var v int64
	var err error
	var kind types.Kind
	var form string
	switch e.Kind {
	case ast.DateLit:
		kind, form = types.Date, "DATE 'yyyy-MM-dd'"
		v, err = types.ParseDate([]byte(e.Text))
	case ast.TimeLit:
		kind, form = types.TimeOfDay, "TIME 'HH:mm:ss'"
		v, err = types.ParseTimeOfDay([]byte(e.Text))
	default:
		kind, form = types.Timestamp, "TIMESTAMP 'yyyy-MM-dd HH:mm:ss'"
		v, err = types.ParseTimestamp([]byte(e.Text))
	}
	if err != nil {
		what := "is not in the required form"
		if errors.Is(err, types.ErrRange) {
			what = "has a field out of range"
		}
		return nil, errorAt(e.Pos, "%s '%s' %s", kind, e.Text, what).near(e.Text).hint("the form is %s", form)
	}
	return &Literal{v, types.Of(kind)}, nil
}

// negated is the literal with the other sign.
func negated(e *Literal) *Literal {
	switch v := e.Value.(type) {
	case int64:
		return &Literal{-v, e.Of}
	case float64:
		return &Literal{-v, e.Of}
	}
	return e
}

// coerceLiteral converts a constant at bind time where that is exact; nil leaves
// it to a Cast, which reports per row.
func coerceLiteral(e *Literal, t types.Type) *Literal {
	if e.Value == nil {
		return &Literal{nil, t}
	}
	from := e.Of
	switch v := e.Value.(type) {
	case int64:
		switch {
		case from.IsInterval() && t.IsInterval():
			return &Literal{v, t}
		case from.IsInteger() && t.IsInteger() && t.Kind >= from.Kind:
			return &Literal{v, t}
		case from.IsInteger() && t.Kind == types.Double && v == int64(float64(v)):
			return &Literal{float64(v), t}
		case from.Kind == types.Decimal && t.Kind == types.Double:
			f, err := strconv.ParseFloat(e.String(), 64)
			if err != nil {
				return nil
			}
			return &Literal{f, t}
		case (from.IsInteger() || from.Kind == types.Decimal) && t.Kind == types.Decimal && t.Scale >= from.Scale:
			return rescaled(v, from.Scale, t)
		}
	case float64:
		if t.Kind == types.Double {
			return &Literal{v, t}
		}
	case string:
		if t.IsString() && t.Kind == types.Varchar && (t.Precision == 0 || utf8.RuneCountInString(v) <= t.Precision) {
			return &Literal{v, t}
		}
	}
	return nil
}

func rescaled(v int64, scale int, t types.Type) *Literal {
	for ; scale < t.Scale; scale++ {
		if v > math.MaxInt64/10 || v < math.MinInt64/10 {
			return nil
		}
		v *= 10
	}
	if limit := int64(math.Pow10(t.Precision)); v >= limit || v <= -limit {
		return nil
	}
	return &Literal{v, t}
}
