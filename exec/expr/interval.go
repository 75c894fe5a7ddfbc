package expr

import (
	"math"
	"math/bits"
	"strconv"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

func intervalKernel(e *plan.Call, args []node) node {
	switch e.Func {
	case "BETWEEN TIMES":
		return &difference{l: args[0], r: args[1], from: e.Args[0].Type(), of: e.Of}
	case "SCALE *", "SCALE /":
		return &scaleInterval{iv: args[0], n: args[1], by: e.Args[1].Type(), divide: e.Func == "SCALE /"}
	}
	return nil
}

// difference is (a - b) qualifier of two dates, times or timestamps
// (kda-sql.md §5.1).
type difference struct {
	l, r node
	from types.Type
	of   types.Type
	out  scratch
}

func (e *difference) eval(c *call) *vec {
	l, r := e.l.eval(c), e.r.eval(c)
	out := e.out.reset(ints, c.n)
	e.out.mergeNulls(c.n, c.sel, l, r)
	for _, i := range c.sel {
		a, b := l.ints[int(i)&l.mask()], r.ints[int(i)&r.mask()]
		ok := true
		if e.from.Kind == types.Date {
			a, b = a*int64(types.Day), b*int64(types.Day) // of 32 bits: no TIMESTAMP is out of reach by more than the check below tells
			ok = a/int64(types.Day) == l.ints[int(i)&l.mask()] && b/int64(types.Day) == r.ints[int(i)&r.mask()]
		}
		d := a - b
		if e.of.Kind == types.MonthInterval {
			d = types.MonthsBetween(types.Time(a), types.Time(b))
		} else {
			ok = ok && (a^b)&(a^d) >= 0
		}
		out.ints[i] = types.CutInterval(d, e.of)
		if !ok && !e.out.isNull(i) {
			c.fail(i, flow.OverflowError, "the difference does not fit "+e.of.String())
		}
	}
	return out
}

// scaleInterval is an interval times or divided by a number, cut to whole
// microseconds or months.
type scaleInterval struct {
	iv, n  node
	by     types.Type
	divide bool
	out    scratch
}

func (e *scaleInterval) eval(c *call) *vec {
	iv, n := e.iv.eval(c), e.n.eval(c)
	out := e.out.reset(ints, c.n)
	e.out.mergeNulls(c.n, c.sel, iv, n)
	for _, i := range c.sel {
		if e.out.isNull(i) {
			continue
		}
		v, problem := e.scale(iv.ints[int(i)&iv.mask()], n, int(i)&n.mask())
		out.ints[i] = v
		switch problem {
		case "":
		case flow.DivideByZero:
			c.fail(i, problem, "division by zero")
		default:
			c.fail(i, problem, "the interval is out of range")
		}
	}
	return out
}

// scale gives the class of what went wrong, "" for nothing.
func (e *scaleInterval) scale(v int64, n *vec, at int) (int64, string) {
	if n.class == floats {
		f := float64(v) * n.floats[at]
		if e.divide {
			if n.floats[at] == 0 {
				return 0, flow.DivideByZero
			}
			f = float64(v) / n.floats[at]
		}
		// 2^63 is a float, the greatest int64 is not.
		if !(f > -1<<63 && f < 1<<63) {
			return 0, flow.OverflowError
		}
		return int64(f), ""
	}
	m, unit := n.ints[at], pow10(e.by.Scale)
	times, over := m, unit
	if e.divide {
		times, over = unit, m
	}
	if over == 0 {
		return 0, flow.DivideByZero
	}
	negative := (v < 0) != (m < 0)
	hi, lo := bits.Mul64(magnitude(v), magnitude(times))
	d := magnitude(over)
	if hi >= d {
		return 0, flow.OverflowError
	}
	q, _ := bits.Div64(hi, lo, d)
	if q > math.MaxInt64 {
		return 0, flow.OverflowError
	}
	return signed(q, negative), ""
}

// castInterval is between intervals of one family: cut to the target's fields.
func castInterval(e *cast, _ *call, x *vec, i uint32) string {
	v := types.CutInterval(x.ints[int(i)&x.mask()], e.to)
	if e.to.Scale > 0 || e.to.Precision > 0 { // written by CAST, not implied
		if problem := leadingFits(v, e.to); problem != "" {
			return problem
		}
		_, to := e.to.Units()
		if unit := pow10(6 - e.to.Scale); to == types.UnitSecond {
			v -= v % unit
		}
	}
	e.out.ints[i] = v
	return ""
}

// leadingFits tells what is wrong with a value whose first field has more digits than
// the type's precision.
func leadingFits(v int64, t types.Type) string {
	from, _ := t.Units()
	first := types.IntervalOf(from, from)
	if n := countDigits(types.CutInterval(v, first) / unitOf(from)); n > t.Precision {
		return "the interval needs " + from.String() + "(" + strconv.Itoa(n) + ")"
	}
	return ""
}

func countDigits(v int64) int {
	n := 1
	for u := magnitude(v); u >= 10; u /= 10 {
		n++
	}
	return n
}

// unitOf is a unit in the smallest one of its family.
func unitOf(u types.Unit) int64 {
	switch u {
	case types.UnitYear:
		return 12
	case types.UnitMonth:
		return 1
	}
	return int64(u.Micros())
}

// parseInterval reads a literal's value.
func parseInterval(e *cast, _ *call, x *vec, i uint32) string {
	v, problem := types.ParseInterval(x.text(i), e.to, e.to.Precision, e.to.Scale)
	e.out.ints[i] = v
	return problem
}

// intervalNumber is an interval of one field as a number of that unit: the whole
// digits must fit, the fraction as far as the scale goes (kda-sql.md §3.3).
func intervalNumber(e *cast, _ *call, x *vec, i uint32) string {
	from, _ := e.from.Units()
	v, unit := x.ints[int(i)&x.mask()], unitOf(from)
	whole, rest := v/unit, v%unit
	scaled, ok := rescale(whole, 0, e.to.Scale)
	if from == types.UnitSecond {
		var fraction int64
		fraction, _ = rescale(rest, 6, e.to.Scale)
		scaled += fraction
	}
	low, high := bounds(e.to)
	if !ok || scaled < low || scaled > high {
		return e.tooLarge()
	}
	e.out.ints[i] = scaled
	return ""
}

// cutFields shortens an interval's text to whole fields of at most n characters; false
// where not even the first one fits.
func cutFields(b []byte, n int) ([]byte, bool) {
	if n == 0 || len(b) <= n {
		return b, true
	}
	for at := n; at > 1; at-- {
		if c := b[at]; c == ':' || c == ' ' || c == '-' || c == '.' {
			return b[:at], true
		}
	}
	return nil, false
}
