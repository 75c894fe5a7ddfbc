package types

import (
	"bytes"
	"strconv"
)

// Interval arithmetic works on microseconds or months; the fields of a type say how
// an interval prints and where a difference is cut (kda-sql.md §5).

// AppendInterval appends v, microseconds or months, with the fields of t: the sign
// always, a fraction of seconds only where there is one: `+2 08:35:25`, `+3:25`,
// `-1 06`, `+1-03` (kda-sql.md §3.3). What is shorter than the last field is cut.
func AppendInterval(dst []byte, v int64, t Type) []byte {
	sign, rest := byte('+'), uint64(v)
	if v < 0 {
		sign, rest = '-', -rest
	}
	from, to := t.Units()
	dst = append(dst, sign)
	for u := from; u <= to; u++ {
		n := rest / unitLength(u)
		rest %= unitLength(u)
		if u == from {
			dst = strconv.AppendUint(dst, n, 10)
			continue
		}
		dst = append(dst, separator(u))
		dst = appendPadded(dst, int64(n), 2)
	}
	if to != UnitSecond || rest == 0 {
		return dst
	}
	dst = append(dst, '.')
	if rest%1000 == 0 {
		return appendPadded(dst, int64(rest/1000), 3)
	}
	return appendPadded(dst, int64(rest), 6)
}

// unitLength is a unit in the smallest one of its family: months or microseconds.
func unitLength(u Unit) uint64 {
	switch u {
	case UnitYear:
		return 12
	case UnitMonth:
		return 1
	}
	return uint64(u.Micros())
}

// separator stands before a field that is not the first.
func separator(u Unit) byte {
	switch u {
	case UnitMonth:
		return '-'
	case UnitHour:
		return ' '
	}
	return ':'
}

// CutInterval takes off what is shorter than the last field of t, towards zero.
func CutInterval(v int64, t Type) int64 {
	_, to := t.Units()
	if to == UnitSecond {
		return v
	}
	return v - v%int64(unitLength(to))
}

// ParseInterval reads the value of an interval literal, `[sign] DD HH:MM:SS.fff` or
// `YY-MM` with the fields of t and no others (kda-sql.md §5.3). digits bounds those of
// the first field, fraction those behind the point. The string says what is wrong,
// "" = nothing.
func ParseInterval(text []byte, t Type, digits, fraction int) (int64, string) {
	text = bytes.TrimSpace(text)
	negative := len(text) > 0 && text[0] == '-'
	if negative || len(text) > 0 && text[0] == '+' {
		text = bytes.TrimSpace(text[1:])
	}
	from, to := t.Units()
	total := uint64(0)
	for u := from; u <= to; u++ {
		field := text
		if u < to {
			var found bool
			if field, text, found = bytes.Cut(text, []byte{separator(u + 1)}); !found {
				return 0, "a field per unit: days, then HH:MM:SS; years-months"
			}
		}
		v, problem := intervalField(field, u, u == from, digits, fraction)
		if problem != "" {
			return 0, problem
		}
		if total += v; total > 1<<62 {
			return 0, "the interval is out of range"
		}
	}
	if negative {
		return -int64(total), ""
	}
	return int64(total), ""
}

// intervalField is one field in months or microseconds.
func intervalField(text []byte, u Unit, leading bool, digits, fraction int) (uint64, string) {
	whole, rest, point := bytes.Cut(text, []byte("."))
	if point && u != UnitSecond {
		return 0, "only seconds have a fraction"
	}
	v, err := strconv.ParseUint(string(whole), 10, 63)
	if err != nil || whole[0] == '+' {
		return 0, "the " + u.String() + " field is not a number"
	}
	switch n := len(bytes.TrimLeft(whole, "0")); {
	case leading && n > digits:
		return 0, "the field has more digits than its precision: write " + u.String() + "(" + strconv.Itoa(n) + ")"
	case !leading && v > fieldLimit[u], v > 1<<62/unitLength(u):
		return 0, "the " + u.String() + " field is out of range"
	}
	v *= unitLength(u)
	if !point {
		return v, ""
	}
	if len(rest) == 0 || len(rest) > min(fraction, 6) {
		return 0, "the fraction of seconds has the wrong number of digits"
	}
	f, err := strconv.ParseUint(string(rest), 10, 63)
	if err != nil {
		return 0, "the fraction of seconds is not a number"
	}
	for i := len(rest); i < 6; i++ {
		f *= 10
	}
	return v + f, ""
}

// fieldLimit is the greatest value of a field that is not the first.
var fieldLimit = [...]uint64{UnitMonth: 11, UnitHour: 23, UnitMinute: 59, UnitSecond: 59}

// MonthsBetween is the whole calendar months from b to a, towards zero: the most that
// AddMonths adds to the earlier one without passing the later one, so that January 31
// and February 28 are a month apart.
func MonthsBetween(a, b Time) int64 {
	if a < b {
		return -MonthsBetween(b, a)
	}
	ay, am, _ := Civil(floorDiv(int64(a), int64(Day)))
	by, bm, _ := Civil(floorDiv(int64(b), int64(Day)))
	n := (ay-by)*12 + int64(am-bm)
	if AddMonths(b, n) > a {
		n--
	}
	return n
}
