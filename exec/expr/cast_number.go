package expr

import (
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/swar"
)

// The numbers that texts mostly hold are read here, digits and perhaps a point, all
// others by parseText, which is the one that knows what a number is.

// maxPlain is how many digits a plain number has: no float loses one of them.
const maxPlain = 15

func (e *cast) readFloats(c *call, x *vec) {
	for _, i := range c.sel {
		if e.out.isNull(i) {
			continue
		}
		if mant, scale, ok := plainNumber(x.text(i)); ok {
			e.out.floats[i] = float64(mant) / floatTens[scale]
		} else if problem := parseText(e, c, x, i); problem != "" {
			c.fail(i, flow.CastError, problem)
		}
	}
}

func (e *cast) readInts(c *call, x *vec) {
	low, high := bounds(e.to)
	for _, i := range c.sel {
		if e.out.isNull(i) {
			continue
		}
		k := int(i) & x.mask()
		from, to := int(x.starts[k]), int(x.ends[k])
		if v, ok := fewDigits(x.data, from, to); ok && v <= high {
			e.out.ints[i] = v
		} else if v, scale, ok := plainNumber(x.data[from:to]); ok && scale == 0 && low <= v && v <= high {
			e.out.ints[i] = v
		} else if problem := parseText(e, c, x, i); problem != "" {
			c.fail(i, flow.CastError, problem)
		}
	}
}

// floatTens[i] is 10^i.
var floatTens = [maxPlain + 1]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// fewDigits reads data[from:to], one to eight digits with eight bytes from the first on.
func fewDigits(data []byte, from, to int) (int64, bool) {
	n := to - from
	if uint(n-1) >= 8 || from > len(data)-8 {
		return 0, false
	}
	// Zeros in front make eight digits of fewer.
	shift := uint(64 - 8*n)
	values, others := swar.Digits(swar.Load(data, from)<<shift | '0'*swar.Lows>>(64-shift))
	return int64(swar.Eight(values)), others == 0
}

// plainNumber reads digits with a point among or behind them and perhaps a minus sign in
// front: mant / 10^scale. -0 is none: it is a float of its own.
func plainNumber(s []byte) (mant int64, scale int, ok bool) {
	if len(s) == 0 || len(s) > maxPlain {
		return 0, 0, false
	}
	digits := s
	if s[0] == '-' {
		digits = s[1:]
	}
	point := len(digits) - 1
	for i, c := range digits {
		if d := c - '0'; d <= 9 {
			mant = mant*10 + int64(d)
		} else if c == '.' && i > 0 && point == len(digits)-1 {
			point = i
		} else {
			return 0, 0, false
		}
	}
	if scale = len(digits) - 1 - point; len(digits) < len(s) {
		return -mant, scale, mant != 0
	}
	return mant, scale, len(digits) > 0
}
