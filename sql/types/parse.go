package types

import (
	"bytes"
	"errors"
	"math"
)

// ErrFormat is wrapped by the text readers below when the text does not have
// the required shape; ErrRange when it has, but a field is out of its range.
var (
	ErrFormat = errors.New("not in the required form")
	ErrRange  = errors.New("field out of range")
)

// ParseDate reads exactly `yyyy-MM-dd` into days since the epoch
// (kda-sql.md §1.2, §3.3). A year has four digits, or is one that AppendDate writes
// otherwise: a greater one has up to seven, one before the year 0 a minus sign.
func ParseDate(s []byte) (int64, error) {
	days, rest, err := scanDate(s)
	if err == nil && len(rest) > 0 {
		err = ErrFormat
	}
	return days, err
}

// ParseTimeOfDay reads `HH:mm:ss` with an optional fraction into microseconds
// since midnight; digits behind the sixth are cut.
func ParseTimeOfDay(s []byte) (int64, error) {
	micros, rest, err := scanTime(s)
	if err == nil && len(rest) > 0 {
		err = ErrFormat
	}
	return micros, err
}

// ParseTimestamp reads a date, one blank or `T`, and a time, with an optional
// `Z` after a `T` form, into microseconds since the epoch. All six fields are
// compulsory.
func ParseTimestamp(s []byte) (int64, error) {
	days, rest, err := scanDate(s)
	if err != nil {
		return 0, err
	}
	if len(rest) == 0 || (rest[0] != ' ' && rest[0] != 'T') {
		return 0, ErrFormat
	}
	iso := rest[0] == 'T'
	micros, rest, err := scanTime(rest[1:])
	if err != nil {
		return 0, err
	}
	if iso && len(rest) == 1 && rest[0] == 'Z' {
		rest = nil
	}
	if len(rest) > 0 {
		return 0, ErrFormat
	}
	if days >= lastDay && (days > lastDay || micros > lastMicros) || days <= firstDay && (days < firstDay || micros < firstMicros) {
		return 0, ErrRange
	}
	return days*int64(Day) + micros, nil // on the first day the product wraps around, and the sum wraps back
}

// The first and the last instant of a TIMESTAMP, as days and microseconds of the day.
const (
	firstDay    = math.MinInt64/int64(Day) - 1
	firstMicros = math.MinInt64%int64(Day) + int64(Day)
	lastDay     = math.MaxInt64 / int64(Day)
	lastMicros  = math.MaxInt64 % int64(Day)
)

func scanDate(s []byte) (int64, []byte, error) {
	if len(s) < 10 || s[4] != '-' {
		return scanFarDate(s)
	}
	y, ok := digits(s[0:4])
	if !ok {
		return 0, nil, ErrFormat
	}
	return scanDay(int64(y), s[4:])
}

// scanFarDate is scanDate for a year that has not four digits.
func scanFarDate(s []byte) (int64, []byte, error) {
	negative := len(s) > 0 && s[0] == '-'
	if negative {
		s = s[1:]
	}
	n := bytes.IndexByte(s, '-')
	if n < 4 || n > 7 || n > 4 && s[0] == '0' {
		return 0, nil, ErrFormat
	}
	y, ok := digits(s[:n])
	if !ok || negative && y == 0 {
		return 0, nil, ErrFormat
	}
	if negative {
		y = -y
	}
	days, rest, err := scanDay(int64(y), s[n:])
	if err == nil && days != int64(int32(days)) {
		err = ErrRange
	}
	return days, rest, err
}

// scanDay reads `-MM-dd` of a year.
func scanDay(year int64, s []byte) (int64, []byte, error) {
	if len(s) < 6 || s[0] != '-' || s[3] != '-' {
		return 0, nil, ErrFormat
	}
	m, ok1 := digits(s[1:3])
	d, ok2 := digits(s[4:6])
	if !ok1 || !ok2 {
		return 0, nil, ErrFormat
	}
	if m < 1 || m > 12 || d < 1 || d > daysIn(year, m) {
		return 0, nil, ErrRange
	}
	return Days(year, m, d), s[6:], nil
}

func scanTime(s []byte) (int64, []byte, error) {
	if len(s) < 8 || s[2] != ':' || s[5] != ':' {
		return 0, nil, ErrFormat
	}
	h, ok1 := digits(s[0:2])
	m, ok2 := digits(s[3:5])
	sec, ok3 := digits(s[6:8])
	if !ok1 || !ok2 || !ok3 {
		return 0, nil, ErrFormat
	}
	if h > 23 || m > 59 || sec > 59 {
		return 0, nil, ErrRange
	}
	micros := int64(h*3600+m*60+sec) * int64(Second)
	rest := s[8:]
	if len(rest) == 0 || rest[0] != '.' {
		return micros, rest, nil
	}
	unit, n := int64(Second), 0
	for rest = rest[1:]; n < len(rest) && rest[n] >= '0' && rest[n] <= '9'; n++ {
		unit /= 10
		micros += int64(rest[n]-'0') * unit
	}
	if n == 0 {
		return 0, nil, ErrFormat
	}
	return micros, rest[n:], nil
}

// digits reads a short run of decimal digits.
func digits(s []byte) (int, bool) {
	v := 0
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		v = v*10 + int(c-'0')
	}
	return v, true
}

// ParseDecimal reads an optional sign, digits and an optional fraction into an
// unscaled number and its scale. Trailing zeros of the fraction count. A number
// whose digits do not fit an int64 is ErrRange.
func ParseDecimal(s string) (unscaled int64, scale int, err error) {
	i, neg := 0, false
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		neg = s[i] == '-'
		i++
	}
	seen, point := 0, false
	for ; i < len(s); i++ {
		c := s[i]
		if c == '.' && !point {
			point = true
			continue
		}
		if c < '0' || c > '9' {
			return 0, 0, ErrFormat
		}
		// Counted down, so that the least int64 can be read as well.
		d := int64(c - '0')
		if unscaled < (math.MinInt64+d)/10 {
			return 0, 0, ErrRange
		}
		unscaled = unscaled*10 - d
		seen++
		if point {
			scale++
		}
	}
	if seen == 0 {
		return 0, 0, ErrFormat
	}
	if neg {
		return unscaled, scale, nil
	}
	if unscaled == math.MinInt64 {
		return 0, 0, ErrRange
	}
	return -unscaled, scale, nil
}
