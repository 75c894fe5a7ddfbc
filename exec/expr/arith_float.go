package expr

import "github.com/millrace-sql/millrace/exec/flow"

// arithFloat is + - * / on approximate numbers. Dividing by zero is a row error
// like everywhere; a result beyond the range is an overflow.
type arithFloat struct {
	op   string
	l, r node
	real bool
	out  scratch
}

func (e *arithFloat) eval(c *call) *vec {
	l, r := e.l.eval(c), e.r.eval(c)
	out := e.out.reset(floats, c.n)
	e.out.mergeNulls(c.n, c.sel, l, r)
	a, b, lm, rm, v := l.floats, r.floats, l.mask(), r.mask(), out.floats
	switch e.op {
	case "+":
		for _, i := range c.sel {
			v[i] = a[int(i)&lm] + b[int(i)&rm]
		}
	case "-":
		for _, i := range c.sel {
			v[i] = a[int(i)&lm] - b[int(i)&rm]
		}
	case "*":
		for _, i := range c.sel {
			v[i] = a[int(i)&lm] * b[int(i)&rm]
		}
	case "/":
		for _, i := range c.sel {
			v[i] = a[int(i)&lm] / b[int(i)&rm]
		}
	}
	if e.real {
		for _, i := range c.sel {
			v[i] = float64(float32(v[i]))
		}
	}
	// Infinity and NaN alone are not zero when taken from themselves.
	finite := true
	for _, i := range c.sel {
		finite = finite && v[i]-v[i] == 0
	}
	// x / 0 is never finite, not even 0 / 0.
	if !finite {
		e.check(c, l, r)
	}
	return out
}

// check finds the rows that became infinite or NaN although their operands were
// not.
func (e *arithFloat) check(c *call, l, r *vec) {
	name := "DOUBLE"
	if e.real {
		name = "REAL"
	}
	for _, i := range c.sel {
		a, b := l.floats[int(i)&l.mask()], r.floats[int(i)&r.mask()]
		switch v := e.out.floats[i]; {
		case e.out.isNull(i):
		case e.op == "/" && b == 0:
			c.fail(i, flow.DivideByZero, "division by zero")
		case v-v != 0 && a-a == 0 && b-b == 0:
			c.fail(i, flow.OverflowError, "the result of "+e.op+" does not fit "+name)
		}
	}
}
