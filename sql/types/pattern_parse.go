package types

import (
	"bytes"
	"fmt"
	"strings"
)

// reading is the fields of a text as far as they have been read; those that the
// pattern has not are at the start of 1970-01-01 (kda-sql.md §13.3).
type reading struct {
	year, weekYear         int64
	month, day, yearDay    int // day, yearDay, week, weekday: 0 = not there
	week, weekday          int
	hour, half, pm         int // half is the hour of h and K, -1 = not there
	minute, second, micros int64
	bc                     bool
	zone                   int64 // microseconds east of UTC
}

// Parse reads an instant in microseconds since the epoch. Text must be as in the
// pattern, names in any case, short or in full; numbers have as many digits as there
// are, unless another number follows at once. What is behind the end of the pattern is
// not looked at. A year of exactly two digits under `y` or `yy` is the one between 80
// years before and 20 after today, in days since the epoch. The error says what does
// not fit.
func (p *Pattern) Parse(text []byte, today int64) (int64, error) {
	r := reading{year: 1970, weekYear: -1, month: 1, half: -1}
	rest := text
	for i := range p.parts {
		f := &p.parts[i]
		if f.letter == 0 {
			if !bytes.HasPrefix(rest, []byte(f.text)) {
				return 0, fmt.Errorf("%q is missing at %d", f.text, len(text)-len(rest)+1)
			}
			rest = rest[len(f.text):]
			continue
		}
		rest = bytes.TrimLeft(rest, " \t")
		n, ok := p.read(&r, f, rest, today)
		if !ok {
			return 0, fmt.Errorf("no %s at %d", fieldNames[f.letter], len(text)-len(rest)+1)
		}
		rest = rest[n:]
	}
	return r.instant()
}

var fieldNames = map[byte]string{
	'G': "era", 'y': "year", 'Y': "week year", 'M': "month", 'L': "month", 'w': "week", 'W': "week of the month", 'D': "day of the year",
	'd': "day", 'F': "day of week in month", 'E': "day name", 'u': "day of the week", 'a': "AM or PM", 'H': "hour", 'k': "hour", 'K': "hour",
	'h': "hour", 'm': "minute", 's': "second", 'S': "fraction", 'z': "zone", 'Z': "zone", 'X': "zone",
}

// read reads one field and says how long it is.
func (p *Pattern) read(r *reading, f *patternPart, text []byte, today int64) (int, bool) {
	if !f.number() {
		return r.name(f, text)
	}
	digits := 0
	v := int64(0)
	for digits < len(text) && text[digits] >= '0' && text[digits] <= '9' && digits < 9 && !(f.abuts && digits == f.count) {
		v = v*10 + int64(text[digits]-'0')
		digits++
	}
	if digits == 0 || f.abuts && digits < f.count {
		return 0, false
	}
	within := func(low, high int64, to *int) bool {
		*to = int(v)
		return v >= low && v <= high
	}
	ok := true
	switch f.letter {
	case 'y', 'Y':
		if digits == 2 && f.count <= 2 {
			v = century(v, today)
		}
		if f.letter == 'Y' {
			r.weekYear = v
		}
		r.year = v
	case 'M', 'L':
		ok = within(1, 12, &r.month)
	case 'd':
		ok = within(1, 31, &r.day)
	case 'D':
		ok = within(1, 366, &r.yearDay)
	case 'w':
		ok = within(1, 53, &r.week)
	case 'W', 'F':
		ok = v >= 1 && v <= 6 // said by the date
	case 'u':
		ok = within(1, 7, &r.weekday)
	case 'H':
		ok = within(0, 23, &r.hour)
	case 'k':
		ok = within(1, 24, &r.hour)
		r.hour %= 24
	case 'K':
		ok = within(0, 11, &r.half)
	case 'h':
		ok = within(1, 12, &r.half)
		r.half %= 12
	case 'm':
		r.minute, ok = v, v < 60
	case 's':
		r.second, ok = v, v < 60
	case 'S':
		r.micros, ok = p.fractionOf(v, digits)
	}
	return digits, ok
}

// fractionOf is a fraction of a second: milliseconds, or digits behind the point, of
// which those behind the sixth are cut.
func (p *Pattern) fractionOf(v int64, digits int) (int64, bool) {
	if !p.fraction {
		return v * int64(Millisecond), v < 1000
	}
	for ; digits < 6; digits++ {
		v *= 10
	}
	for ; digits > 6; digits-- {
		v /= 10
	}
	return v, true
}

func century(v, today int64) int64 {
	now, _, _ := Civil(today)
	v += (now - 80) / 100 * 100
	if v < now-80 {
		v += 100
	}
	return v
}

// name reads a field that is a word or a zone.
func (r *reading) name(f *patternPart, text []byte) (int, bool) {
	switch f.letter {
	case 'M', 'L':
		at, n := prefixOf(text, monthNames[:])
		r.month = at + 1
		return n, n > 0
	case 'E':
		at, n := prefixOf(text, dayNames[:])
		r.weekday = at + 1
		return n, n > 0
	case 'a':
		at, n := prefixOf(text, []string{"AM", "PM"})
		r.pm = at
		return n, n > 0
	case 'G':
		at, n := prefixOf(text, []string{"AD", "BC"})
		r.bc = at == 1
		return n, n > 0
	}
	n := 0
	r.zone, n = readZone(text, f.letter != 'Z')
	return n, n > 0
}

// prefixOf finds the word that text begins with, in full or its first three letters;
// n is 0 where there is none.
func prefixOf(text []byte, words []string) (at, n int) {
	for i, w := range words {
		for _, form := range []string{w, w[:min(3, len(w))]} {
			if len(text) >= len(form) && strings.EqualFold(string(text[:len(form)]), form) {
				return i, len(form)
			}
		}
	}
	return 0, 0
}

var zoneHours = map[string]int64{
	"UTC": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}

// readZone reads a name, or an offset with or without GMT before it; n is its length,
// 0 where it is none.
func readZone(text []byte, short bool) (micros int64, n int) {
	for n < len(text) && isLetter(text[n]) {
		n++
	}
	if hours, ok := zoneHours[strings.ToUpper(string(text[:n]))]; ok {
		if hours != 0 || n == len(text) || text[n] != '+' && text[n] != '-' {
			return hours * int64(Hour), n
		}
	} else if n > 0 {
		return 0, 0
	}
	if n == len(text) || text[n] != '+' && text[n] != '-' {
		return 0, 0
	}
	sign := int64(1)
	if text[n] == '-' {
		sign = -1
	}
	pair := func(at int) (int64, bool) {
		if at+2 > len(text) {
			return 0, false
		}
		v, ok := digits(text[at : at+2])
		return int64(v), ok
	}
	hours, ok := pair(n + 1)
	if !ok || hours > 23 {
		return 0, 0
	}
	n += 3
	minutes, colon := int64(0), 0
	if n < len(text) && text[n] == ':' {
		colon = 1
	}
	if m, ok := pair(n + colon); ok && m < 60 {
		minutes, n = m, n+colon+2
	} else if !short {
		return 0, 0
	}
	return sign * (hours*int64(Hour) + minutes*int64(Minute)), n
}

// instant puts the fields together. A day of the year, or a week, says the date where
// it is there.
func (r *reading) instant() (int64, error) {
	year := r.year
	if r.bc {
		year = 1 - year
	}
	if r.day > daysIn(year, r.month) {
		return 0, fmt.Errorf("there is no day %d in that month", r.day)
	}
	days := Days(year, r.month, max(r.day, 1))
	switch {
	case r.day == 0 && r.yearDay == 0 && r.week == 0 && r.weekYear < 0 && r.weekday > 0:
		days += floorMod(int64(r.weekday-weekday(days)), 7) // the first one of the month
	case r.yearDay > 0:
		if r.yearDay > int(Days(year+1, 1, 1)-Days(year, 1, 1)) {
			return 0, fmt.Errorf("there is no day %d in that year", r.yearDay)
		}
		days = Days(year, 1, r.yearDay)
	case r.week > 0 || r.weekYear >= 0:
		first := Days(year, 1, 1)
		days = first - sunday(first) + int64(max(r.week, 1)-1)*7 + int64(r.weekday%7)
	}
	hour := int64(r.hour)
	if r.half >= 0 {
		hour = int64(r.half + 12*r.pm)
	}
	if days >= lastDay || days <= firstDay {
		return 0, ErrRange
	}
	return days*int64(Day) + hour*int64(Hour) + r.minute*int64(Minute) + r.second*int64(Second) + r.micros - r.zone, nil
}
