package expr

import (
	"bytes"
	"cmp"
)

// compareOp is a comparison; NULL where an operand is. Strings compare byte by
// byte, which for UTF-8 is by code point.
type compareOp struct {
	op    string
	l, r  node
	class class
	out   scratch
}

func (e *compareOp) eval(c *call) *vec {
	return e.apply(c, e.l.eval(c), e.r.eval(c))
}

// apply compares operands that are computed already.
func (e *compareOp) apply(c *call, l, r *vec) *vec {
	out := e.out.reset(bools, c.n)
	switch e.class {
	case ints:
		compareAll(e.op, out.bools, l.ints, r.ints, l.mask(), r.mask(), c.sel)
	case floats:
		compareFloats(e.op, out.bools, l.floats, r.floats, l.mask(), r.mask(), c.sel)
	case bools:
		for _, i := range c.sel {
			out.bools[i] = verdict(e.op, b2i(l.bools[int(i)&l.mask()])-b2i(r.bools[int(i)&r.mask()]))
		}
	case texts:
		for _, i := range c.sel {
			if l.isNull(i) || r.isNull(i) {
				continue
			}
			out.bools[i] = verdict(e.op, bytes.Compare(l.text(i), r.text(i)))
		}
	}
	e.out.mergeNulls(c.n, c.sel, l, r)
	return out
}

func compareAll[T int64 | float64](op string, out []bool, l, r []T, lm, rm int, sel []uint32) {
	switch op {
	case "=":
		for _, i := range sel {
			out[i] = l[int(i)&lm] == r[int(i)&rm]
		}
	case "<>":
		for _, i := range sel {
			out[i] = l[int(i)&lm] != r[int(i)&rm]
		}
	case "<":
		for _, i := range sel {
			out[i] = l[int(i)&lm] < r[int(i)&rm]
		}
	case "<=":
		for _, i := range sel {
			out[i] = l[int(i)&lm] <= r[int(i)&rm]
		}
	case ">":
		for _, i := range sel {
			out[i] = l[int(i)&lm] > r[int(i)&rm]
		}
	case ">=":
		for _, i := range sel {
			out[i] = l[int(i)&lm] >= r[int(i)&rm]
		}
	}
}

// compareFloats orders NaN above every number and equal to itself, as MIN, MAX
// and ORDER BY do; where there is none the loop is the plain one.
func compareFloats(op string, out []bool, l, r []float64, lm, rm int, sel []uint32) {
	nan := false
	for _, i := range sel {
		a, b := l[int(i)&lm], r[int(i)&rm]
		nan = nan || a != a || b != b
	}
	if !nan {
		compareAll(op, out, l, r, lm, rm, sel)
		return
	}
	for _, i := range sel {
		out[i] = verdict(op, CompareFloats(l[int(i)&lm], r[int(i)&rm]))
	}
}

// CompareFloats is the total order of floats: NaN last.
func CompareFloats(a, b float64) int {
	switch {
	case a != a && b != b:
		return 0
	case a != a:
		return 1
	case b != b:
		return -1
	}
	return cmp.Compare(a, b)
}

func verdict(op string, order int) bool {
	switch op {
	case "=":
		return order == 0
	case "<>":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

// distinct is IS DISTINCT FROM: inequality for which NULL is a value.
type distinct struct {
	eq  compareOp
	out scratch
}

func (e *distinct) eval(c *call) *vec {
	l, r := e.eq.l.eval(c), e.eq.r.eval(c)
	eq := e.eq.apply(c, l, r)
	out := e.out.reset(bools, c.n)
	for _, i := range c.sel {
		if ln, rn := l.isNull(i), r.isNull(i); ln || rn {
			out.bools[i] = ln != rn
		} else {
			out.bools[i] = !eq.bools[i]
		}
	}
	return out
}
