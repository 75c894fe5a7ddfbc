package expr

import (
	"math"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// unary is the minus sign and ABS.
type unary struct {
	x   node
	fn  string
	of  types.Type
	out scratch
}

func (e *unary) eval(c *call) *vec {
	x := e.x.eval(c)
	out, m := e.out.reset(x.class, c.n), x.mask()
	e.out.mergeNulls(c.n, c.sel, x)
	if x.class == floats {
		for _, i := range c.sel {
			v := x.floats[int(i)&m]
			if e.fn == "ABS" {
				v = math.Abs(v)
			} else {
				v = -v
			}
			out.floats[i] = v
		}
		return out
	}
	low, high := bounds(e.of)
	for _, i := range c.sel {
		v := x.ints[int(i)&m]
		if e.fn == "NEG" || v < 0 {
			v = -v
		}
		out.ints[i] = v
		if (v < low || v > high || v == math.MinInt64) && !e.out.isNull(i) {
			c.fail(i, flow.OverflowError, "the result of "+e.fn+" does not fit "+e.of.String())
		}
	}
	return out
}

// round is FLOOR and CEIL of a number. Of a DECIMAL the result has no fraction
// and, as CEIL(9.9) needs it, one more whole digit.
type round struct {
	x        node
	from, of types.Type
	ceil     bool
	out      scratch
}

func (e *round) eval(c *call) *vec {
	x := e.x.eval(c)
	if x.class == ints && e.from.Scale == 0 {
		return x
	}
	out, m := e.out.reset(x.class, c.n), x.mask()
	e.out.mergeNulls(c.n, c.sel, x)
	if x.class == floats {
		for _, i := range c.sel {
			if v := x.floats[int(i)&m]; e.ceil {
				out.floats[i] = math.Ceil(v)
			} else {
				out.floats[i] = math.Floor(v)
			}
		}
		return out
	}
	one := pow10(e.from.Scale)
	for _, i := range c.sel {
		v, rest := x.ints[int(i)&m]/one, x.ints[int(i)&m]%one
		switch {
		case rest > 0 && e.ceil:
			v++
		case rest < 0 && !e.ceil:
			v--
		}
		out.ints[i] = v
	}
	return out
}
