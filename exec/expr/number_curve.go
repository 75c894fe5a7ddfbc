package expr

import (
	"math"

	"github.com/millrace-sql/millrace/exec/flow"
)

// curves are the functions of one float. One outside the domain gives NaN, or at
// its edge an infinity.
var curves = map[string]func(float64) float64{
	"SQRT": math.Sqrt, "CBRT": math.Cbrt, "EXP": math.Exp, "LN": ln, "LOG": ln, "LOG10": log10, "LOG2": math.Log2,
	"SIN": math.Sin, "COS": math.Cos, "TAN": math.Tan, "ASIN": math.Asin, "ACOS": math.Acos, "ATAN": math.Atan,
	"DEGREES": func(x float64) float64 { return x * (180 / math.Pi) },
	"RADIANS": func(x float64) float64 { return x * (math.Pi / 180) },
}

var curves2 = map[string]func(x, y float64) float64{
	"POWER": power, "ATAN2": math.Atan2,
	"LOG": func(base, x float64) float64 {
		switch {
		case base <= 0 || base == 1 || x <= 0:
			return math.NaN()
		case base == 2:
			return math.Log2(x)
		case base == 10:
			return log10(x)
		}
		y := ln(x) / ln(base)
		if k := math.Round(y); math.Abs(y-k) < 1e-9 && math.Pow(base, k) == x {
			return k // LOG(3, 9) is 2
		}
		return y
	},
}

// ln is the natural logarithm, the same on every machine and right to one in the last
// place: math.Log is another routine on some.
func ln(x float64) float64 {
	if !(x > 0) || math.IsInf(x, 1) {
		return math.Log(x)
	}
	f, e := math.Frexp(x)
	if f < math.Sqrt2/2 {
		f, e = f*2, e-1
	}
	// f - 1 is exact. The high part of ln 2 has room for the factor.
	const high, low = 6.93147180369123816490e-01, 1.90821492927058770002e-10
	return float64(e)*high + (math.Log1p(f-1) + float64(e)*low)
}

// log10 is ln in tens, exact where x is a power of ten. math.Log10 is wrong for the
// smallest numbers on some machines.
func log10(x float64) float64 {
	y := ln(x) * (1 / math.Ln10)
	if k := math.Round(y); math.Abs(y-k) < 1e-9 && math.Pow(10, k) == x {
		return k
	}
	return y
}

// power is math.Pow, which takes the logarithm where y has a fraction: of a number below
// the normal ones the factor 2^54 goes first.
func power(x, y float64) float64 {
	if x > 0 && x < 0x1p-1022 {
		return math.Pow(x*0x1p54, y) * math.Pow(2, -54*y)
	}
	return math.Pow(x, y)
}

type curve struct {
	x    node
	f    func(float64) float64
	name string
	out  scratch
}

func (e *curve) eval(c *call) *vec {
	x := e.x.eval(c)
	out, m := e.out.reset(floats, c.n), x.mask()
	e.out.mergeNulls(c.n, c.sel, x)
	finite := true
	for _, i := range c.sel {
		v := e.f(x.floats[int(i)&m])
		out.floats[i] = v
		finite = finite && v-v == 0
	}
	if finite {
		return out
	}
	for _, i := range c.sel {
		if a, v := x.floats[int(i)&m], out.floats[i]; v-v != 0 && a-a == 0 && !e.out.isNull(i) {
			// Only EXP leaves the range from within its domain.
			e.out.outside(c, i, e.name, v != v || math.IsInf(v, -1))
		}
	}
	return out
}

// outside reports a result that is no number: of an argument outside the domain,
// or beyond the range of DOUBLE.
func (s *scratch) outside(c *call, i uint32, name string, domain bool) {
	if domain {
		c.fail(i, flow.FunctionError, name+" is not defined for this value")
		return
	}
	c.fail(i, flow.OverflowError, "the result of "+name+" does not fit DOUBLE")
}

type curve2 struct {
	x, y node
	f    func(x, y float64) float64
	name string
	out  scratch
}

func (e *curve2) eval(c *call) *vec {
	x, y := e.x.eval(c), e.y.eval(c)
	out, xm, ym := e.out.reset(floats, c.n), x.mask(), y.mask()
	e.out.mergeNulls(c.n, c.sel, x, y)
	finite := true
	if e.name == "POWER" && y.konst && y.floats[0] == 2 {
		// The square is by far the most common power.
		for _, i := range c.sel {
			v := x.floats[int(i)&xm]
			out.floats[i] = v * v
			finite = finite && v*v-v*v == 0
		}
	} else {
		for _, i := range c.sel {
			v := e.f(x.floats[int(i)&xm], y.floats[int(i)&ym])
			out.floats[i] = v
			finite = finite && v-v == 0
		}
	}
	if finite {
		return out
	}
	for _, i := range c.sel {
		a, b, v := x.floats[int(i)&xm], y.floats[int(i)&ym], out.floats[i]
		if v-v != 0 && a-a == 0 && b-b == 0 && !e.out.isNull(i) {
			e.out.outside(c, i, e.name, v != v || e.name == "POWER" && a == 0)
		}
	}
	return out
}
