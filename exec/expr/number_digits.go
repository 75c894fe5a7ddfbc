package expr

import (
	"math"
	"strconv"
	"strings"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// digits is ROUND and TRUNCATE at n digits behind the point.
type digits struct {
	x, n     node // n nil = 0
	from, of types.Type
	truncate bool
	out      scratch
}

func newDigits(e *plan.Call, args []node) node {
	d := &digits{x: args[0], from: e.Args[0].Type(), of: e.Of, truncate: e.Func == "TRUNCATE"}
	if len(args) > 1 {
		d.n = args[1]
	} else if d.from.IsInteger() {
		return args[0]
	}
	return d
}

var noDigits = literal{vec{class: ints, konst: true, ints: []int64{0}}}

func (e *digits) eval(c *call) *vec {
	x, n := e.x.eval(c), &noDigits.v
	if e.n != nil {
		n = e.n.eval(c)
	}
	out, xm, nm := e.out.reset(x.class, c.n), x.mask(), n.mask()
	e.out.mergeNulls(c.n, c.sel, x, n)
	if x.class == floats {
		for _, i := range c.sel {
			if e.out.isNull(i) {
				continue
			}
			v := roundFloat(x.floats[int(i)&xm], n.ints[int(i)&nm], e.truncate)
			if e.of.Kind == types.Real {
				v = float64(float32(v))
			}
			if v == 0 {
				v = 0 // without a sign
			}
			if out.floats[i] = v; v-v != 0 && x.floats[int(i)&xm]-x.floats[int(i)&xm] == 0 {
				c.fail(i, flow.OverflowError, "the rounded value does not fit "+e.of.String())
			}
		}
		return out
	}
	low, high := bounds(e.of)
	less := pow10(e.from.Scale - e.of.Scale)
	for _, i := range c.sel {
		v, ok := roundWhole(x.ints[int(i)&xm], int64(e.from.Scale), n.ints[int(i)&nm], e.truncate)
		v /= less
		out.ints[i] = v
		if (!ok || v < low || v > high) && !e.out.isNull(i) {
			c.fail(i, flow.OverflowError, "the rounded value does not fit "+e.of.String())
		}
	}
	return out
}

// roundWhole rounds an unscaled number, half away from zero; it keeps the scale.
func roundWhole(v, scale, n int64, truncate bool) (int64, bool) {
	if n >= scale {
		return v, true
	}
	if n < scale-19 {
		return 0, true
	}
	unit := uint64(1)
	for ; n < scale; n++ {
		unit *= 10
	}
	m := magnitude(v)
	rest := m % unit
	m -= rest
	if !truncate && rest >= unit-rest {
		m += unit
	}
	return signed(m, v < 0), m <= math.MaxInt64 || v < 0 && m == 1<<63
}

// roundFloat rounds the number that a float prints as: 2.675 to 2.68, although
// the float is a little less. A multiple of 10^-n and the middle between two are
// what their nearest floats are.
func roundFloat(v float64, n int64, truncate bool) float64 {
	if v-v != 0 || v == 0 {
		return v
	}
	if n > 22 {
		return roundPrinted(v, n, truncate)
	}
	if n < -308 {
		return math.Copysign(0, v)
	}
	a := math.Abs(v)
	if n >= 0 {
		unit := math.Pow10(int(n))
		if a*unit >= 1<<52 {
			return v // no digit of it is behind the n-th
		}
		var k float64
		if truncate {
			k = math.Floor(a * unit)
			if (k+1)/unit <= a {
				k++
			} else if k/unit > a {
				k--
			}
		} else {
			k = math.Floor(a*unit + 0.5)
			if (2*k+1)/(2*unit) <= a {
				k++
			} else if (2*k-1)/(2*unit) > a {
				k--
			}
		}
		return math.Copysign(k/unit, v)
	}
	unit := math.Pow10(int(-n))
	if truncate {
		return math.Copysign(math.Floor(a/unit)*unit, v)
	}
	return math.Copysign(math.Floor(a/unit+0.5)*unit, v)
}

// roundPrinted is for more digits than a float can count by.
func roundPrinted(v float64, n int64, truncate bool) float64 {
	if n > 400 {
		return v // the least float has 324 digits in front
	}
	text := strconv.FormatFloat(v, 'f', int(n), 64)
	if truncate {
		text = strconv.FormatFloat(v, 'f', -1, 64)
		if at := strings.IndexByte(text, '.'); at >= 0 && len(text)-at-1 > int(n) {
			text = text[:at+1+int(n)]
		}
	}
	out, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return v
	}
	return out
}
