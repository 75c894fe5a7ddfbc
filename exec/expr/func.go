package expr

import (
	"math"

	"github.com/millrace-sql/millrace/exec/flow"
)

// A function of one row says with an outcome that there is no value: noValue is
// NULL, any other text but "" what is wrong.
type outcome string

const noValue outcome = "\x00"

// maxText is the length in bytes that REPEAT and its kin may make of one value.
const maxText = 1 << 20

const tooLong outcome = "the result is longer than 1 MiB"

// inputs is the arguments of a function.
type inputs struct {
	args []node
	v    []*vec
}

func newInputs(args []node) inputs { return inputs{args, make([]*vec, len(args))} }

func (in *inputs) eval(c *call) []*vec {
	for k, a := range in.args {
		in.v[k] = a.eval(c)
	}
	return in.v
}

// settle records that row i has no value.
func (s *scratch) settle(c *call, i uint32, o outcome) {
	if o == noValue {
		s.nulls(c.n)[i] = true
		return
	}
	c.fail(i, flow.FunctionError, string(o))
}

// textFunc builds a text for each row: apply appends it to dst, which holds the
// rows before it.
type textFunc struct {
	inputs
	apply func(v []*vec, dst []byte, i uint32) ([]byte, outcome)
	// takesNull: apply looks at NULLs itself.
	takesNull bool
	out       scratch
}

func (e *textFunc) eval(c *call) *vec {
	v := e.inputs.eval(c)
	out := e.out.reset(texts, c.n)
	if !e.takesNull {
		e.out.mergeNulls(c.n, c.sel, v...)
	}
	dst := out.data
	for _, i := range c.sel {
		start := len(dst)
		if !e.out.isNull(i) {
			var o outcome
			dst, o = e.apply(v, dst, i)
			if len(dst) > math.MaxInt32 {
				o = "the texts of these rows are longer than 2 GiB"
			}
			if o != "" {
				dst = dst[:start]
				e.out.settle(c, i, o)
			}
		}
		out.starts[i], out.ends[i] = int32(start), int32(len(dst))
	}
	out.data, out.packed = dst, len(c.sel) == c.n
	return out
}

// partFunc takes a part of its argument number of for each row: apply gives the
// offsets. Nothing is copied.
type partFunc struct {
	inputs
	of    int
	apply func(v []*vec, s []byte, i uint32) (from, to int, o outcome)
	out   scratch
}

func (e *partFunc) eval(c *call) *vec {
	v := e.inputs.eval(c)
	out := e.out.reset(texts, c.n)
	e.out.mergeNulls(c.n, c.sel, v...)
	x := v[e.of]
	out.data = x.data // never written: no other text of this node is appended
	for _, i := range c.sel {
		if e.out.isNull(i) {
			out.starts[i], out.ends[i] = 0, 0
			continue
		}
		from, to, o := e.apply(v, x.text(i), i)
		if o != "" {
			from, to = 0, 0
			e.out.settle(c, i, o)
		}
		start := x.starts[int(i)&x.mask()]
		out.starts[i], out.ends[i] = start+int32(from), start+int32(to)
	}
	return out
}

// wholeFunc computes a whole number, or with class bools a condition that is TRUE
// for 1.
type wholeFunc struct {
	inputs
	class class
	apply func(v []*vec, i uint32) (int64, outcome)
	out   scratch
}

func (e *wholeFunc) eval(c *call) *vec {
	v := e.inputs.eval(c)
	out := e.out.reset(e.class, c.n)
	e.out.mergeNulls(c.n, c.sel, v...)
	for _, i := range c.sel {
		if e.out.isNull(i) {
			continue
		}
		n, o := e.apply(v, i)
		if o != "" {
			e.out.settle(c, i, o)
			continue
		}
		if e.class == bools {
			out.bools[i] = n != 0
		} else {
			out.ints[i] = n
		}
	}
	return out
}

// held is a column that is computed already, as the input of another node.
type held struct{ v *vec }

func (h *held) eval(*call) *vec { return h.v }

// constant is the text of a node that is a literal and not NULL.
func constant(n node) ([]byte, bool) {
	lit, ok := n.(*literal)
	if !ok || lit.v.class != texts || lit.v.isNull(0) {
		return nil, false
	}
	return lit.v.text(0), true
}
