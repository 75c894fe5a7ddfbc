package expr

import "github.com/millrace-sql/millrace/exec/flow"

// arithFloat is + - * / on approximate numbers. Dividing by zero is a row error
// like everywhere; a result beyond the range is an overflow.
type arithFloat struct {
	op   string
	l, r node
	real bool
	out  scratch
	// later: the operation that this is an operand of checks it. lv and rv are what it
	// then looks at.
	later  bool
	lv, rv *vec
	// Constants, as many as there are rows.
	left, right spread
}

func (e *arithFloat) eval(c *call) *vec {
	l, r := e.l.eval(c), e.r.eval(c)
	out := e.out.reset(floats, c.n)
	e.out.mergeNulls(c.n, c.sel, l, r)
	if c.most() && !(l.konst && r.konst) {
		e.dense(out.floats, e.left.floatsOf(l, c.n), e.right.floatsOf(r, c.n))
	} else {
		e.sparse(out.floats, c, l, r)
	}
	e.lv, e.rv = l, r
	// x / 0 is never finite, not even 0 / 0.
	if !e.later && !e.finite(out.floats, c) {
		e.check(c)
	}
	return out
}

// newArithFloat leaves the check of an operand to the operation where no infinity or NaN
// of the operand can become a number: everywhere but in a divisor.
func newArithFloat(op string, l, r node, real bool) *arithFloat {
	e := &arithFloat{op: op, l: l, r: r, real: real}
	if x, ok := l.(*arithFloat); ok {
		x.later = true
	}
	if x, ok := r.(*arithFloat); ok {
		x.later = op != "/"
	}
	return e
}

func (e *arithFloat) dense(out, a, b []float64) {
	a, b = a[:len(out)], b[:len(out)]
	switch e.op {
	case "+":
		for i := range out {
			out[i] = a[i] + b[i]
		}
	case "-":
		for i := range out {
			out[i] = a[i] - b[i]
		}
	case "*":
		for i := range out {
			out[i] = a[i] * b[i]
		}
	case "/":
		for i := range out {
			out[i] = a[i] / b[i]
		}
	}
	if e.real {
		for i, v := range out {
			out[i] = float64(float32(v))
		}
	}
}

func (e *arithFloat) sparse(v []float64, c *call, l, r *vec) {
	a, b, lm, rm := l.floats, r.floats, l.mask(), r.mask()
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
}

// finite tells that there is no infinity or NaN, which alone are not zero when taken
// from themselves; dead rows may count.
func (e *arithFloat) finite(v []float64, c *call) bool {
	var d0, d1, d2, d3 float64 // so that no addition waits for the one before
	if c.most() {
		for ; len(v) >= 4; v = v[4:] {
			d0, d1, d2, d3 = d0+(v[0]-v[0]), d1+(v[1]-v[1]), d2+(v[2]-v[2]), d3+(v[3]-v[3])
		}
		for _, x := range v {
			d0 += x - x
		}
		return d0+d1+d2+d3 == 0
	}
	for _, i := range c.sel {
		d0 += v[i] - v[i]
	}
	return d0 == 0
}

// check finds the rows that became infinite or NaN although their operands were
// not.
func (e *arithFloat) check(c *call) {
	for _, n := range []node{e.l, e.r} {
		if x, ok := n.(*arithFloat); ok && x.later {
			x.check(c)
		}
	}
	name := "DOUBLE"
	if e.real {
		name = "REAL"
	}
	l, r := e.lv, e.rv
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
