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
	sel   selection
}

func (e *compareOp) eval(c *call) *vec {
	return e.apply(c, e.l.eval(c), e.r.eval(c))
}

// apply compares operands that are computed already.
func (e *compareOp) apply(c *call, l, r *vec) *vec {
	out := e.out.reset(bools, c.n)
	e.out.mergeNulls(c.n, c.sel, l, r)
	switch e.class {
	case ints:
		e.compareInts(out.bools, c, l, r)
	case floats:
		e.compareFloats(out.bools, c, l, r)
	case bools:
		for _, i := range c.sel {
			out.bools[i] = verdict(e.op, b2i(l.bools[int(i)&l.mask()])-b2i(r.bools[int(i)&r.mask()]))
		}
	case texts:
		if x, k, ok := e.againstText(l, r); ok {
			k.compareAll(out.bools, x, c.sel)
			break
		}
		for _, i := range c.sel {
			if l.isNull(i) || r.isNull(i) {
				continue
			}
			out.bools[i] = verdict(e.op, bytes.Compare(l.text(i), r.text(i)))
		}
	}
	return out
}

func (e *compareOp) compareInts(out []bool, c *call, l, r *vec) {
	rel := relationOf(e.op)
	if l.konst && !r.konst {
		l, r, rel = r, l, rel.mirrored()
	}
	switch {
	case !l.konst && c.most() && r.konst:
		compareConst(rel, out, l.ints[:c.n], r.ints[0])
	case !l.konst && c.most():
		compareDense(rel, out, l.ints[:c.n], r.ints[:c.n])
	default:
		compareSparse(rel, out, l.ints, r.ints, l.mask(), r.mask(), c.sel)
	}
}

// compareFloats orders NaN above every number and equal to itself, as MIN, MAX
// and ORDER BY do; where there is none the loop is the plain one.
func (e *compareOp) compareFloats(out []bool, c *call, l, r *vec) {
	rel := relationOf(e.op)
	if l.konst && !r.konst {
		l, r, rel = r, l, rel.mirrored()
	}
	if r.konst && r.floats[0] == r.floats[0] {
		// A NaN of the column is unequal, not less and not less or equal: rel says so.
		if !l.konst && c.most() {
			compareConst(rel, out, l.floats[:c.n], r.floats[0])
		} else {
			compareSparse(rel, out, l.floats, r.floats, l.mask(), r.mask(), c.sel)
		}
		return
	}
	lm, rm, nan := l.mask(), r.mask(), false
	for _, i := range c.sel {
		a, b := l.floats[int(i)&lm], r.floats[int(i)&rm]
		nan = nan || a != a || b != b
	}
	switch {
	case nan:
	case !l.konst && !r.konst && c.most():
		compareDense(rel, out, l.floats[:c.n], r.floats[:c.n])
		return
	default:
		compareSparse(rel, out, l.floats, r.floats, lm, rm, c.sel)
		return
	}
	for _, i := range c.sel {
		out[i] = rel.holds(CompareFloats(l.floats[int(i)&lm], r.floats[int(i)&rm]))
	}
}

// pick is picker.pick.
func (e *compareOp) pick(c *call) ([]uint32, *vec) {
	if small, ok := int32s(e.l, c); ok {
		if k, ok := constantInt(e.r); ok && k == int64(int32(k)) {
			e.sel = sized(e.sel, len(c.sel))
			return pickConst(relationOf(e.op), e.sel, small, int32(k), c), nil
		}
	}
	l, r := e.l.eval(c), e.r.eval(c)
	if l.null != nil || r.null != nil {
		return nil, e.apply(c, l, r)
	}
	rel, x, k := relationOf(e.op), l, r
	if l.konst {
		x, k, rel = r, l, rel.mirrored()
	}
	out := sized(e.sel, len(c.sel))
	e.sel = out
	switch {
	case !k.konst || x.konst:
	case e.class == ints:
		return pickConst(rel, out, x.ints, k.ints[0], c), nil
	case e.class == floats && k.floats[0] == k.floats[0]:
		return pickConst(rel, out, x.floats, k.floats[0], c), nil
	case e.class == texts:
		if x, k, ok := e.againstText(l, r); ok {
			return k.pick(out, x, c.sel), nil
		}
	}
	return nil, e.apply(c, l, r)
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
