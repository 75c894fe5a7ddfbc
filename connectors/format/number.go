package format

import (
	"math"
	"strconv"

	"github.com/millrace-sql/millrace/sql/swar"
)

// tens[i] is 10^i.
var tens = [20]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19}

// floatTens[i] is 10^i: the powers of ten that a float64 holds exactly.
var floatTens = [23]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// number is mant * 10^-scale, negated when neg. long: the text has more digits
// than mant holds or an exponent out of reason; only the text tells.
type number struct {
	mant  uint64
	scale int
	neg   bool
	long  bool
}

// padding is how many bytes the short ways may look at from the start of a value.
const padding = 32

// scanNumber reads the JSON number at b[i:] and returns the index after it, or
// -1 where there is none. It does not look at what follows the number. The short
// way is for numbers without exponent, at most 15 digits before the point and 7
// after it.
func scanNumber(b []byte, i int) (number, int) {
	var p []byte
	if len(b)-i >= padding {
		p = b[i : i+padding]
	} else {
		// Near the end of b: zeros after it end any number.
		var tail [padding]byte
		copy(tail[:], b[i:])
		p = tail[:]
	}
	k := 0
	if p[0] == '-' {
		k = 1
	}
	first := swar.Load(p, k)
	values, others := swar.Digits(first)
	digits := swar.First(others)
	if digits == 0 || first&0xff == '0' && digits > 1 {
		return scanNumberText(b, i, true)
	}
	mant := swar.Leading(values, digits)
	k += digits
	if others == 0 {
		values, others = swar.Digits(swar.Load(p, k))
		if others == 0 {
			return scanNumberText(b, i, true)
		}
		if digits = swar.First(others); digits > 0 {
			mant = mant*tens[digits] + swar.Leading(values, digits)
			k += digits
		}
	}
	neg, scale := p[0] == '-', 0
	if p[k&(padding-1)] == '.' {
		k++
		values, others = swar.Digits(swar.Load(p, k))
		scale = swar.First(others)
		if scale == 0 || others == 0 || mant > 1e12 {
			return scanNumberText(b, i, true)
		}
		mant = mant*tens[scale] + swar.Leading(values, scale)
		k += scale
	}
	if p[k&(padding-1)]|0x20 == 'e' {
		return scanNumberText(b, i, true)
	}
	return number{mant: mant, scale: scale, neg: neg}, i + k
}

// scanNumberText reads a number of any length. strict is JSON's grammar; else a
// plus sign, leading zeros and a missing part on one side of the point are
// allowed.
func scanNumberText(b []byte, i int, strict bool) (number, int) {
	var n number
	if i < len(b) && (b[i] == '-' || (b[i] == '+' && !strict)) {
		n.neg = b[i] == '-'
		i++
	}
	start := i
	for i < len(b) && isDigit(b[i]) {
		n.digit(b[i], 0)
		i++
	}
	whole := i - start
	if strict && (whole == 0 || (whole > 1 && b[start] == '0')) {
		return n, -1
	}
	if i < len(b) && b[i] == '.' {
		i++
		start = i
		for i < len(b) && isDigit(b[i]) {
			n.digit(b[i], 1)
			i++
		}
		whole += i - start
		if strict && i == start {
			return n, -1
		}
	}
	if whole == 0 {
		return n, -1
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		return n.exponent(b, i+1)
	}
	return n, i
}

func isDigit(c byte) bool { return c-'0' <= 9 }

// digit appends a digit, scale places after the one before.
func (n *number) digit(c byte, scale int) {
	if n.mant > (math.MaxUint64-9)/10 {
		n.long = true
		return
	}
	n.mant = n.mant*10 + uint64(c-'0')
	n.scale += scale
}

// exponent reads what follows the e.
func (n number) exponent(b []byte, i int) (number, int) {
	neg := false
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		neg = b[i] == '-'
		i++
	}
	start, exp := i, 0
	for i < len(b) && isDigit(b[i]) {
		if exp < 1e6 {
			exp = exp*10 + int(b[i]-'0')
		}
		i++
	}
	if i == start {
		return n, -1
	}
	if exp > 400 {
		n.long = true
	}
	if neg {
		exp = -exp
	}
	n.scale -= exp
	return n, i
}

// simple holds for numbers that float64 has exactly, or as the quotient of two
// that it has exactly: one rounding is all there is.
func (n number) simple() bool {
	return !n.long && n.mant <= 1<<53 && uint(n.scale) < uint(len(floatTens))
}

// simpleFloat is the nearest DOUBLE of a simple number.
func (n number) simpleFloat() float64 {
	f := float64(int64(n.mant)) / floatTens[n.scale]
	if n.neg {
		f = -f
	}
	return f
}

// float64 is the nearest DOUBLE; text is the number as written. false: there is
// none.
func (n number) float64(text []byte) (float64, bool) {
	if n.simple() {
		return n.simpleFloat(), true
	}
	f, err := strconv.ParseFloat(string(text), 64)
	return f, err == nil
}

// float32 is the nearest REAL.
func (n number) float32(text []byte) (float32, bool) {
	if n.long || n.mant > 1<<24 || n.scale > 10 || n.scale < 0 {
		f, err := strconv.ParseFloat(string(text), 32)
		return float32(f), err == nil
	}
	f := float32(int32(n.mant)) / float32(floatTens[n.scale])
	if n.neg {
		f = -f
	}
	return f, true
}

// unscaled is the number times 10^scale as an integer: rounded half away from
// zero, exact where no digit was lost; ok is false when its magnitude is above
// max.
func (n number) unscaled(text []byte, scale int, max uint64) (v int64, exact, ok bool) {
	mag, exact := n.mant, true
	switch drop := n.scale - scale; {
	case n.long:
		mag, exact, ok = digitsAt(text, scale, max)
	case drop == 0:
		ok = mag <= max
	case drop < 0:
		ok = mag == 0 || (-drop < len(tens) && mag <= max/tens[-drop])
		if ok && mag != 0 {
			mag *= tens[-drop]
		}
	case drop >= len(tens):
		// mant is below 2e19: less than half of the last place.
		mag, exact, ok = 0, mag == 0, true
	default:
		rest := mag % tens[drop]
		mag /= tens[drop]
		exact = rest == 0
		if rest >= tens[drop]-rest {
			mag++
		}
		ok = mag <= max
	}
	if n.neg {
		return -int64(mag), exact, ok
	}
	return int64(mag), exact, ok
}

// digitsAt does the work of unscaled on the text itself, digit by digit.
func digitsAt(text []byte, scale int, max uint64) (mag uint64, exact, ok bool) {
	end, point := len(text), -1
	exp := 0
	for i, c := range text {
		if c == '.' {
			point = i
		}
		if c|0x20 == 'e' {
			end = i
			var e number
			e, _ = e.exponent(text, i+1)
			exp = -e.scale
			break
		}
	}
	if point < 0 {
		point = end
	}
	// left counts the digits that still belong to the result.
	left := exp + scale
	for _, c := range text[:point] {
		if isDigit(c) {
			left++
		}
	}
	exact, ok = true, true
	for _, c := range text[:end] {
		if !isDigit(c) {
			continue
		}
		d := uint64(c - '0')
		switch {
		case left > 0:
			if d > max || mag > (max-d)/10 {
				return 0, false, false
			}
			mag = mag*10 + d
		default:
			exact = exact && d == 0
			if left == 0 && d >= 5 {
				mag++
			}
		}
		left--
	}
	for ; left > 0 && mag != 0; left-- {
		if mag > max/10 {
			return 0, false, false
		}
		mag *= 10
	}
	return mag, exact, mag <= max
}
