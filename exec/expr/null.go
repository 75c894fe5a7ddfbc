package expr

import (
	"bytes"

	"github.com/millrace-sql/millrace/sql/plan"
)

func nullKernel(e *plan.Call, args []node) node {
	switch e.Func {
	case "COALESCE", "IFNULL":
		return &coalesce{args: args, class: classOf(e.Of)}
	case "NULLIF":
		return &nullIf{eq: compareOp{op: "=", l: args[0], r: args[1], class: classOf(e.Args[0].Type())}}
	case "IF":
		return &caseOp{conds: args[:1], thens: args[1:2], other: args[2], class: classOf(e.Of)}
	case "GREATEST", "LEAST":
		return &extreme{inputs: newInputs(args), class: classOf(e.Of), least: e.Func == "LEAST"}
	}
	return nil
}

// tryCast is a cast whose failures are NULL.
type tryCast struct {
	x    node
	held *held
	cast node // of held
	out  scratch
}

func (e *tryCast) eval(c *call) *vec {
	// What fails in computing the operand fails still.
	e.held.v = e.x.eval(c)
	before := len(c.errs)
	v := e.cast.eval(c)
	failed := c.errs[before:]
	if len(failed) == 0 {
		return v
	}
	e.out.vec, e.out.null = *v, nil
	null := e.out.nulls(c.n)
	if v.null != nil {
		for _, i := range c.sel {
			null[i] = v.isNull(i)
		}
	}
	for _, f := range failed {
		null[f.Row] = true
	}
	c.errs = c.errs[:before]
	return &e.out.vec
}

// extreme is GREATEST and LEAST: NULL where an argument is.
type extreme struct {
	inputs
	class class
	least bool
	out   scratch
}

func (e *extreme) eval(c *call) *vec {
	v := e.inputs.eval(c)
	out := e.out.reset(e.class, c.n)
	e.out.mergeNulls(c.n, c.sel, v...)
	switch e.class {
	case ints:
		pickInts(out.ints, v, e.least, c.sel)
	case floats:
		for _, i := range c.sel {
			out.floats[i] = v[0].floats[int(i)&v[0].mask()]
		}
		for _, x := range v[1:] {
			m := x.mask()
			for _, i := range c.sel {
				if order := CompareFloats(x.floats[int(i)&m], out.floats[i]); order < 0 == e.least && order != 0 {
					out.floats[i] = x.floats[int(i)&m]
				}
			}
		}
	case bools:
		for _, i := range c.sel {
			// The least is the conjunction, the greatest the disjunction.
			out.bools[i] = e.least
			for _, x := range v {
				if x.bools[int(i)&x.mask()] != e.least {
					out.bools[i] = !e.least
				}
			}
		}
	case texts:
		e.pickTexts(v, c.sel)
	}
	return out
}

func pickInts(out []int64, v []*vec, least bool, sel []uint32) {
	m := v[0].mask()
	for _, i := range sel {
		out[i] = v[0].ints[int(i)&m]
	}
	for _, x := range v[1:] {
		m := x.mask()
		if least {
			for _, i := range sel {
				out[i] = min(out[i], x.ints[int(i)&m])
			}
			continue
		}
		for _, i := range sel {
			out[i] = max(out[i], x.ints[int(i)&m])
		}
	}
}

func (e *extreme) pickTexts(v []*vec, sel []uint32) {
	for _, i := range sel {
		if e.out.isNull(i) {
			e.out.setText(i, nil)
			continue
		}
		best := v[0].text(i)
		for _, x := range v[1:] {
			if s := x.text(i); bytes.Compare(s, best) < 0 == e.least {
				best = s
			}
		}
		e.out.setText(i, best)
	}
}
