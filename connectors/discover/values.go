package discover

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/millrace-sql/millrace/sql/types"
)

// values is what the samples of one place have in common.
type values struct {
	objects, arrays, texts, numbers, bools int

	longest int // characters of the longest one, as text

	fractions, exponents int  // numbers with a point; with an exponent
	scale                int  // digits behind the point, of those
	uneven               bool // they have not all as many
	digits               int  // most before the point
	large, huge          bool // beyond INTEGER; beyond BIGINT

	dates, times, words int // texts that are DATE, TIMESTAMP, BOOLEAN
}

// some is how many samples are there.
func (v *values) some() int { return v.objects + v.arrays + v.texts + v.numbers + v.bools }

func (v *values) length(text []byte) { v.longest = max(v.longest, utf8.RuneCount(text)) }

// number takes the spelling of a JSON number.
func (v *values) number(text []byte) {
	v.numbers++
	v.length(text)
	s := strings.TrimPrefix(string(text), "-")
	if strings.ContainsAny(s, "eE") {
		v.exponents++
		return
	}
	whole, fraction, point := strings.Cut(s, ".")
	v.digits = max(v.digits, len(whole))
	if point {
		v.uneven = v.uneven || v.fractions > 0 && v.scale != len(fraction)
		v.fractions++
		v.scale = len(fraction)
		return
	}
	n, err := strconv.ParseInt(string(text), 10, 64)
	v.huge = v.huge || err != nil
	v.large = v.large || n != int64(int32(n))
}

// text takes a character string.
func (v *values) text(text []byte) {
	v.texts++
	v.length(text)
	if _, err := types.ParseDate(text); err == nil {
		v.dates++
	} else if _, err := types.ParseTimestamp(text); err == nil {
		v.times++
	} else if bytes.EqualFold(text, []byte("true")) || bytes.EqualFold(text, []byte("false")) {
		v.words++
	}
}

// isNumber tells a field of text that is a number and loses nothing as one:
// leading zeros and signs are for identifiers.
func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	digits := func() int {
		n := 0
		for n < len(s) && s[n]-'0' <= 9 {
			n++
		}
		return n
	}
	n := digits()
	if n == 0 || n > 1 && s[0] == '0' {
		return false
	}
	if s = s[n:]; strings.HasPrefix(s, ".") {
		s = s[1:]
		if n = digits(); n == 0 {
			return false
		}
		s = s[n:]
	}
	if s != "" && s[0]|0x20 == 'e' {
		s = s[1:]
		if s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		if n = digits(); n == 0 {
			return false
		}
		s = s[n:]
	}
	return s == ""
}

// maxScale is the most digits behind the point that make a DECIMAL: amounts of
// money. More are measurements.
const maxScale = 4

// typ is the type of a column of these values.
func (v *values) typ() types.Type {
	switch n := v.some(); {
	case n == 0:
		return types.VarcharOf(0)
	case n == v.bools, n == v.words:
		return types.Of(types.Boolean)
	case n == v.numbers:
		return v.numeric()
	case n == v.dates:
		return types.Of(types.Date)
	case n == v.times:
		return types.Of(types.Timestamp)
	}
	return varchar(v.longest)
}

func (v *values) numeric() types.Type {
	switch {
	case v.exponents == 0 && v.fractions == 0 && !v.large && !v.huge:
		return types.Of(types.Integer)
	case v.exponents == 0 && v.fractions == 0 && !v.huge:
		return types.Of(types.BigInt)
	case v.fractions == v.numbers && v.fractions > 1 && !v.uneven && v.scale <= maxScale && v.digits+v.scale < types.MaxPrecision:
		return types.DecimalOf(types.MaxPrecision, v.scale)
	}
	return types.Of(types.Double)
}

// varchar is the length rounded up to a power of two, from 4; beyond what can be
// declared it is any.
func varchar(length int) types.Type {
	n := 4
	for n < length {
		n *= 2
	}
	if n > 65535 {
		n = 0
	}
	return types.VarcharOf(n)
}
