package expr

import (
	"math"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

func numberKernel(e *plan.Call, args []node) node {
	switch e.Func {
	case "ABS":
		return &unary{x: args[0], fn: e.Func, of: e.Of}
	case "FLOOR", "CEIL":
		return &round{x: args[0], from: e.Args[0].Type(), of: e.Of, ceil: e.Func == "CEIL"}
	case "ROUND", "TRUNCATE":
		return newDigits(e, args)
	case "MOD":
		return &mod{l: args[0], r: args[1]}
	case "SIGN":
		return &wholeFunc{inputs: newInputs(args), apply: sign}
	case "STEP":
		return &stepInt{x: args[0], by: args[1], of: e.Of}
	case "WIDTH_BUCKET":
		return &wholeFunc{inputs: newInputs(args), apply: widthBucket}
	case "PI":
		return newLiteral(&plan.Literal{Value: math.Pi, Of: types.Of(types.Double)})
	}
	if f, ok := curves[e.Func]; ok && len(args) == 1 {
		return &curve{x: args[0], f: f, name: e.Func}
	}
	if f, ok := curves2[e.Func]; ok {
		return &curve2{x: args[0], y: args[1], f: f, name: e.Func}
	}
	return nil
}

func sign(v []*vec, i uint32) (int64, outcome) {
	x := v[0]
	if x.class == floats {
		f := x.floats[int(i)&x.mask()]
		if f != f {
			return 0, "SIGN is not defined for this value"
		}
		return int64(b2i(f > 0) - b2i(f < 0)), ""
	}
	n := x.ints[int(i)&x.mask()]
	return int64(b2i(n > 0) - b2i(n < 0)), ""
}

// stepInt is STEP of a whole number: the multiple at or below, also of negative
// ones (C24).
type stepInt struct {
	x, by node
	of    types.Type
	out   scratch
}

func (e *stepInt) eval(c *call) *vec {
	x, by := e.x.eval(c), e.by.eval(c)
	out, xm, bm := e.out.reset(ints, c.n), x.mask(), by.mask()
	e.out.mergeNulls(c.n, c.sel, x, by)
	low, _ := bounds(e.of)
	for _, i := range c.sel {
		v, n := x.ints[int(i)&xm], by.ints[int(i)&bm]
		if n <= 0 {
			if !e.out.isNull(i) {
				c.fail(i, flow.FunctionError, "STEP by a number that is not positive")
			}
			continue
		}
		rest := v % n
		if rest < 0 {
			rest += n
		}
		out.ints[i] = v - rest
		if v < low+rest && !e.out.isNull(i) {
			c.fail(i, flow.OverflowError, "the result of STEP does not fit "+e.of.String())
		}
	}
	return out
}

func widthBucket(v []*vec, i uint32) (int64, outcome) {
	x, low, high := v[0].floats[int(i)&v[0].mask()], v[1].floats[int(i)&v[1].mask()], v[2].floats[int(i)&v[2].mask()]
	n := v[3].ints[int(i)&v[3].mask()]
	if n <= 0 || n == math.MaxInt64 || x != x || !(low < high) && !(low > high) || low-low != 0 || high-high != 0 {
		return 0, "WIDTH_BUCKET needs two different bounds and a positive number of parts"
	}
	if low > high {
		x, low, high = -x, -low, -high
	}
	switch {
	case x < low:
		return 0, ""
	case x >= high:
		return n + 1, ""
	}
	// The halves keep the difference of large bounds within the range.
	return min(int64((x/2-low/2)/(high/2-low/2)*float64(n)), n-1) + 1, ""
}
