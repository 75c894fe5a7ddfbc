package expr

import "github.com/millrace-sql/millrace/sql/plan"

// caseOp is CASE: each branch is computed only for the rows that take it.
type caseOp struct {
	conds, thens []node
	other        node
	class        class
	out          scratch
	taken, left  selection
	spare        selection
}

func (k *compiler) newCase(e *plan.Case) (node, error) {
	out := &caseOp{class: classOf(e.Of)}
	for _, w := range e.Whens {
		pair, err := k.compileAll([]plan.Expr{w.Cond, w.Then})
		if err != nil {
			return nil, err
		}
		out.conds, out.thens = append(out.conds, pair[0]), append(out.thens, pair[1])
	}
	var err error
	out.other, err = k.compile(e.Else)
	return out, err
}

func (e *caseOp) eval(c *call) *vec {
	sel := c.sel
	e.out.reset(e.class, c.n)
	for k, cond := range e.conds {
		if len(c.sel) == 0 {
			break
		}
		v := cond.eval(c)
		e.split(v, c.sel)
		c.sel = e.taken
		if len(e.taken) > 0 {
			e.out.take(e.thens[k].eval(c), c)
		}
		// The buffers change places: left is read while the next split fills spare.
		c.sel = e.left
		e.left, e.spare = e.spare, e.left
	}
	if len(c.sel) > 0 {
		e.out.take(e.other.eval(c), c)
	}
	c.sel = sel
	return &e.out.vec
}

// split sorts sel into the rows where v is TRUE and all others.
func (e *caseOp) split(v *vec, sel []uint32) {
	taken, left := sized(e.taken, len(sel)), sized(e.left, len(sel))
	t, l, m := 0, 0, v.mask()
	// Both get every row, and keep it if it is theirs: no branch on data.
	if v.null == nil {
		for _, i := range sel {
			taken[t], left[l] = i, i
			is := b2i(v.bools[int(i)&m])
			t, l = t+is, l+1-is
		}
	} else {
		for _, i := range sel {
			taken[t], left[l] = i, i
			is := b2i(v.bools[int(i)&m] && !v.null[int(i)&m])
			t, l = t+is, l+1-is
		}
	}
	e.taken, e.left = taken[:t], left[:l]
}

// coalesce asks each argument only for the rows still NULL.
type coalesce struct {
	args  []node
	class class
	out   scratch
	rest  [2]selection
}

func (e *coalesce) eval(c *call) *vec {
	sel := c.sel
	e.out.reset(e.class, c.n)
	for k, a := range e.args {
		e.out.take(a.eval(c), c)
		if e.out.null == nil {
			break
		}
		buf := &e.rest[k&1]
		rest := sized(*buf, len(c.sel))[:0]
		for _, i := range c.sel {
			if e.out.null[i] {
				rest = append(rest, i)
			}
		}
		*buf = selection(rest)
		if c.sel = rest; len(rest) == 0 {
			break
		}
	}
	c.sel = sel
	return &e.out.vec
}

// nullIf is the left side of eq, NULL where both sides are equal.
type nullIf struct {
	eq  compareOp
	out scratch
}

func (e *nullIf) eval(c *call) *vec {
	a, b := e.eq.l.eval(c), e.eq.r.eval(c)
	eq := e.eq.apply(c, a, b)
	e.out.reset(a.class, c.n)
	e.out.take(a, c)
	null := e.out.nulls(c.n)
	for _, i := range c.sel {
		null[i] = null[i] || eq.bools[i] && !eq.isNull(i)
	}
	return &e.out.vec
}
