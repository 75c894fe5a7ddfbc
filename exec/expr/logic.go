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
	l := e.l.eval(c)
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
