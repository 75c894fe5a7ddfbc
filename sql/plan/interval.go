package plan

import (
	"math"
	"strconv"
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// The defaults of interval precision (kda-sql.md §5.3).
const (
	leadingDigits  = 2
	fractionDigits = 3
)

// bindInterval reads `INTERVAL '1 02:03' DAY TO MINUTE` into microseconds or
// months. The leading field may have as many digits as its precision says, the
// others their calendar range.
func bindInterval(e *ast.Literal) (Expr, error) {
	q := e.Interval
	text := strings.TrimSpace(e.Text)
	neg := strings.HasPrefix(text, "-")
	if neg || strings.HasPrefix(text, "+") {
		text = strings.TrimSpace(text[1:])
	}
	to := q.To
	if to == ast.NoUnit {
		to = q.From
	}
	fail := func(hint string) error {
		return errorAt(e.Pos, "INTERVAL '%s' %s is not valid", e.Text, q).near(e.Text).hint("%s", hint)
	}
	fields := splitInterval(text, q.From, to)
	if fields == nil {
		return nil, fail("a field per unit: days, then HH:MM:SS; years-months")
	}
	var total int64
	for i, f := range fields {
		unit := types.Unit(q.From) + types.Unit(i)
		v, err := intervalField(f, unit, i == 0, q)
		if err != "" {
			return nil, fail(err)
		}
		total += v
	}
	if neg {
		total = -total
	}
	if q.From <= ast.Month {
		return &Literal{total, types.Of(types.MonthInterval)}, nil
	}
	return &Literal{total, types.Of(types.DayInterval)}, nil
}

// splitInterval cuts the text at the separators between its units: `-` after
// years, a blank after days, `:` elsewhere; nil where the count is wrong.
func splitInterval(text string, from, to ast.Unit) []string {
	var fields []string
	for u := from; u < to; u++ {
		sep := ":"
		switch u {
		case ast.Year:
			sep = "-"
		case ast.Day:
			sep = " "
		}
		head, rest, ok := strings.Cut(text, sep)
		if !ok {
			return nil
		}
		fields = append(fields, head)
		text = rest
	}
	return append(fields, text)
}

// intervalField is one field in months or microseconds; the string says what is
// wrong with it.
func intervalField(text string, unit types.Unit, leading bool, q *ast.IntervalQualifier) (int64, string) {
	whole, fraction, hasFraction := strings.Cut(text, ".")
	if hasFraction && unit != types.UnitSecond {
		return 0, "only seconds have a fraction"
	}
	v, err := strconv.ParseUint(whole, 10, 63)
	if err != nil {
		return 0, "the " + unit.String() + " field is not a number"
	}
	if leading {
		precision := leadingDigits
		if q.Precision >= 0 {
			precision = q.Precision
		}
		if len(strings.TrimLeft(whole, "0")) > precision {
			return 0, "the field has more digits than its precision: write " + q.From.String() + "(" + strconv.Itoa(len(whole)) + ")"
		}
	} else if limit := map[types.Unit]uint64{types.UnitMonth: 11, types.UnitHour: 23}[unit]; v > max(limit, 59) || limit > 0 && v > limit {
		return 0, "the " + unit.String() + " field is out of range"
	}
	switch unit {
	case types.UnitYear:
		return int64(v) * 12, ""
	case types.UnitMonth:
		return int64(v), ""
	}
	if v > uint64(math.MaxInt64/unit.Micros()/2) {
		return 0, "the " + unit.String() + " field is out of range"
	}
	micros := int64(v) * int64(unit.Micros())
	if !hasFraction {
		return micros, ""
	}
	return addFraction(micros, fraction, q)
}

func addFraction(micros int64, fraction string, q *ast.IntervalQualifier) (int64, string) {
	precision := fractionDigits
	if q.FracPrecision >= 0 {
		precision = q.FracPrecision
	}
	if len(fraction) == 0 || len(fraction) > min(precision, 6) {
		return 0, "the fraction of seconds has the wrong number of digits"
	}
	v, err := strconv.ParseUint(fraction, 10, 63)
	if err != nil {
		return 0, "the fraction of seconds is not a number"
	}
	for i := len(fraction); i < 6; i++ {
		v *= 10
	}
	return micros + int64(v), ""
}
