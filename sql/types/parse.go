package types

import (
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
// (kda-sql.md §1.2, §3.3).
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
	return days*int64(Day) + micros, nil
}

func scanDate(s []byte) (int64, []byte, error) {
	if len(s) < 10 || s[4] != '-' || s[7] != '-' {
		return 0, nil, ErrFormat
	}
	y, ok1 := digits(s[0:4])
	m, ok2 := digits(s[5:7])
	d, ok3 := digits(s[8:10])
	if !ok1 || !ok2 || !ok3 {
		return 0, nil, ErrFormat
	}
	if m < 1 || m > 12 || d < 1 || d > daysIn(int64(y), m) {
		return 0, nil, ErrRange
	}
	return Days(int64(y), m, d), s[10:], nil
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
