package expr

import (
	"math"
	"math/bits"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// bounds is the range of a whole-number type; beyond it a value is an overflow,
// which makes a row error, never a wrapped number (kda-sql.md §21.2).
func bounds(t types.Type) (low, high int64) {
	switch t.Kind {
	case types.TinyInt:
		return math.MinInt8, math.MaxInt8
	case types.SmallInt:
		return math.MinInt16, math.MaxInt16
	case types.Integer:
		return math.MinInt32, math.MaxInt32
	case types.Decimal:
		limit := pow10(t.Precision) - 1
		return -limit, limit
	}
	return math.MinInt64, math.MaxInt64
}

func pow10(n int) int64 {
	out := int64(1)
	for range n {
		out *= 10
	}
	return out
}

func newArithmetic(e *plan.Call, args []node) node {
	if e.Of.IsApproximate() {
		return newArithFloat(e.Func, args[0], args[1], e.Of.Kind == types.Real)
	}
	a := &arithInt{op: e.Func, l: args[0], r: args[1], of: e.Of}
	if e.Func == "/" && e.Of.Kind == types.Decimal {
		// quotient = l / r * 10^(scale + r.scale - l.scale), unscaled.
		a.up = pow10(e.Of.Scale + e.Args[1].Type().Scale - e.Args[0].Type().Scale)
	}
	if e.Func == "*" && e.Of.Kind == types.Decimal {
		if cut := e.Args[0].Type().Scale + e.Args[1].Type().Scale - e.Of.Scale; cut > 0 {
			a.down = pow10(cut)
		}
	}
	return a
}

// arithInt is + - * / on integers, unscaled decimals and intervals, checked.
type arithInt struct {
	op   string
	l, r node
	of   types.Type
	up   int64 // scale-up of a decimal quotient's dividend; 0 = integer division
	down int64 // scale-down of a decimal product; 0 = none
	out  scratch
	// Constants, as many as there are rows.
	left, right spread
}

func (e *arithInt) eval(c *call) *vec {
	l := e.l.eval(c)
	out := e.out.reset(ints, c.n)
	if small, ok := int32s(e.r, c); ok && c.most() && e.denseSmall(out.ints, e.left.intsOf(l, c.n), small) {
		e.out.mergeNulls(c.n, c.sel, l)
		return out
	}
	r := e.r.eval(c)
	e.out.mergeNulls(c.n, c.sel, l, r)
	if c.most() && !(l.konst && r.konst) && e.dense(out.ints, l, r) {
		return out
	}
	low, high := bounds(e.of)
	lm, rm := l.mask(), r.mask()
	switch e.op {
	case "+":
		for _, i := range c.sel {
			a, b := l.ints[int(i)&lm], r.ints[int(i)&rm]
			s := a + b
			out.ints[i] = s
			if (a^s)&(b^s) < 0 || s < low || s > high {
				e.overflow(c, i)
			}
		}
	case "-":
		for _, i := range c.sel {
			a, b := l.ints[int(i)&lm], r.ints[int(i)&rm]
			d := a - b
			out.ints[i] = d
			if (a^b)&(a^d) < 0 || d < low || d > high {
				e.overflow(c, i)
			}
		}
	case "*":
		for _, i := range c.sel {
			p, ok := e.product(l.ints[int(i)&lm], r.ints[int(i)&rm])
			out.ints[i] = p
			if !ok || p < low || p > high {
				e.overflow(c, i)
			}
		}
	case "/":
		e.divide(c, l, r)
	}
	return out
}

func (e *arithInt) divide(c *call, l, r *vec) {
	low, high := bounds(e.of)
	lm, rm := l.mask(), r.mask()
	for _, i := range c.sel {
		b := r.ints[int(i)&rm]
		if b == 0 {
			if !e.out.isNull(i) {
				c.fail(i, flow.DivideByZero, "division by zero")
			}
			continue
		}
		q, ok := e.quotient(l.ints[int(i)&lm], b)
		e.out.ints[i] = q
		if !ok || q < low || q > high {
			e.overflow(c, i)
		}
	}
}

func (e *arithInt) overflow(c *call, i uint32) {
	if !e.out.isNull(i) {
		c.fail(i, flow.OverflowError, "the result of "+e.op+" does not fit "+e.of.String())
	}
}

func (e *arithInt) product(a, b int64) (int64, bool) {
	negative := a < 0 != (b < 0)
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	if e.down == 0 {
		return signed(lo, negative), hi == 0 && (lo <= math.MaxInt64 || negative && lo == 1<<63)
	}
	if hi >= uint64(e.down) {
		return 0, false
	}
	q, rest := bits.Div64(hi, lo, uint64(e.down))
	if rest*2 >= uint64(e.down) {
		q++
	}
	return signed(q, negative), q <= math.MaxInt64
}

// quotient of integers is cut towards zero (9/4 = 2); of decimals it is rounded
// half away from zero at the result's scale.
func (e *arithInt) quotient(a, b int64) (int64, bool) {
	if e.up == 0 {
		return signed(magnitude(a)/magnitude(b), a < 0 != (b < 0)), a != math.MinInt64 || b != -1
	}
	hi, lo := bits.Mul64(magnitude(a), uint64(e.up))
	d := magnitude(b)
	if hi >= d {
		return 0, false
	}
	q, rest := bits.Div64(hi, lo, d)
	if rest >= d-rest {
		q++
	}
	return signed(q, a < 0 != (b < 0)), q <= math.MaxInt64
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

func signed(v uint64, negative bool) int64 {
	if negative {
		return -int64(v)
	}
	return int64(v)
}

// mod has the sign of the dividend.
type mod struct {
	l, r node
	out  scratch
}

func (e *mod) eval(c *call) *vec {
	l, r := e.l.eval(c), e.r.eval(c)
	out := e.out.reset(ints, c.n)
	e.out.mergeNulls(c.n, c.sel, l, r)
	for _, i := range c.sel {
		b := r.ints[int(i)&r.mask()]
		if b == 0 {
			if !e.out.isNull(i) {
				c.fail(i, flow.DivideByZero, "MOD by zero")
			}
			continue
		}
		out.ints[i] = l.ints[int(i)&l.mask()] % b
	}
	return out
}
