package expr

// logic is AND and OR in three-valued logic (kda-sql.md §4.3). The right side is
// computed only where the left does not decide: `x <> 0 AND 10 / x > 1` cannot
// divide by zero.
type logic struct {
	l, r node
	or   bool
	out  scratch
	rest selection
}

func (e *logic) eval(c *call) *vec {
	return e.apply(c, e.l.eval(c))
}

// apply takes a left side that is computed already.
func (e *logic) apply(c *call, l *vec) *vec {
	out := e.out.reset(bools, c.n)
	// decided is the value that settles the result alone.
	decided := e.or
	rest := sized(e.rest, len(c.sel))[:0]
	for _, i := range c.sel {
		if !l.isNull(i) && l.bools[int(i)&l.mask()] == decided {
			out.bools[i] = decided
			continue
		}
		rest = append(rest, i)
	}
	e.rest = selection(rest)
	if len(rest) == 0 {
		return out
	}
	sel := c.sel
	c.sel = rest
	r := e.r.eval(c)
	c.sel = sel
	for _, i := range rest {
		switch {
		case !r.isNull(i) && r.bools[int(i)&r.mask()] == decided:
			out.bools[i] = decided
		case l.isNull(i) || r.isNull(i):
			e.out.nulls(c.n)[i] = true
			out.bools[i] = false
		default:
			out.bools[i] = !decided
		}
	}
	return out
}

// pick is picker.pick. Where a NULL is on the left the right side counts in other rows
// than those picked, so that only the left side may go without values.
func (e *logic) pick(c *call) ([]uint32, *vec) {
	p, ok := e.l.(picker)
	if !ok || e.or {
		return nil, e.eval(c)
	}
	taken, l := p.pick(c)
	if l != nil {
		return nil, e.apply(c, l)
	}
	sel := c.sel
	c.sel = taken
	var both []uint32
	var r *vec
	if q, ok := e.r.(picker); ok {
		both, r = q.pick(c)
	} else {
		r = e.r.eval(c)
	}
	c.sel = sel
	if r == nil {
		return both, nil
	}
	return nil, e.within(c, r, taken)
}

// within is the conjunction of a left side that is TRUE for the rows taken and FALSE
// for the others with r, which is known for those taken.
func (e *logic) within(c *call, r *vec, taken []uint32) *vec {
	out, m := e.out.reset(bools, c.n), r.mask()
	clear(out.bools)
	for _, i := range taken {
		out.bools[i] = r.bools[int(i)&m]
	}
	e.out.mergeNulls(c.n, taken, r)
	return out
}

type not struct {
	x   node
	out scratch
}

func (e *not) eval(c *call) *vec {
	x := e.x.eval(c)
	out, m := e.out.reset(bools, c.n), x.mask()
	for _, i := range c.sel {
		out.bools[i] = !x.bools[int(i)&m]
	}
	e.out.mergeNulls(c.n, c.sel, x)
	return out
}

// isNull is IS NULL and, for booleans, IS UNKNOWN.
type isNull struct {
	x   node
	out scratch
}

func (e *isNull) eval(c *call) *vec {
	x := e.x.eval(c)
	out := e.out.reset(bools, c.n)
	for _, i := range c.sel {
		out.bools[i] = x.isNull(i)
	}
	return out
}

// isTruth is IS TRUE and IS FALSE: never NULL.
type isTruth struct {
	x    node
	want bool
	out  scratch
}

func (e *isTruth) eval(c *call) *vec {
	x := e.x.eval(c)
	out, m := e.out.reset(bools, c.n), x.mask()
	for _, i := range c.sel {
		out.bools[i] = !x.isNull(i) && x.bools[int(i)&m] == e.want
	}
	return out
}
