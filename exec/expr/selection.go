package expr

// selection is a reusable list of rows.
type selection []uint32

// picker is a condition that gives the rows for which it is TRUE without a column of
// booleans between: sel, if it is FALSE for all others; otherwise v, its values. Both
// are valid until the next call.
type picker interface {
	node
	pick(c *call) (sel []uint32, v *vec)
}

// pick is the rows of c.sel for which a condition is TRUE.
func (s *selection) pick(n node, c *call) []uint32 {
	if p, ok := n.(picker); ok {
		sel, v := p.pick(c)
		if v == nil {
			return sel
		}
		return s.where(v, c.sel)
	}
	return s.where(n.eval(c), c.sel)
}

// where is the rows of sel for which v is TRUE.
func (s *selection) where(v *vec, sel []uint32) []uint32 {
	out := sized(*s, len(sel))
	n, m := 0, v.mask()
	switch {
	case v.null != nil:
		for _, i := range sel {
			out[n] = i
			n += b2i(v.bools[int(i)&m] && !v.null[int(i)&m])
		}
	case !v.konst && len(sel) == len(v.bools):
		for i, is := range v.bools {
			out[n] = uint32(i)
			n += b2i(is)
		}
	default:
		for _, i := range sel {
			out[n] = i
			n += b2i(v.bools[int(i)&m])
		}
	}
	*s = out
	return out[:n]
}

// b2i compiles to a flag move: the loops above have no branch on data.
func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// All is the rows 0..n-1. The slice is shared: it must not be written.
func All(n int) []uint32 {
	if n <= len(allRows) {
		return allRows[:n:n]
	}
	out := make([]uint32, n)
	for i := range out {
		out[i] = uint32(i)
	}
	return out
}

var allRows = func() []uint32 {
	out := make([]uint32, 8192)
	for i := range out {
		out[i] = uint32(i)
	}
	return out
}()
