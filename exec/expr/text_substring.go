package expr

import (
	"math"

	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/swar"
)

// substringConst is SUBSTRING with a constant place and length: where all texts are
// ASCII, characters need not be counted.
type substringConst struct {
	x        node
	start, n int  // characters in front, and taken
	from     bool // the form with FROM
	input    *held
	counted  node // of input, for all other texts
	out      scratch
}

// newSubstringConst is nil for what is not of that kind.
func newSubstringConst(e *plan.Call, args []node) node {
	p, ok := constantInt(args[1])
	n := int64(math.MaxInt32)
	if ok && len(args) > 2 {
		n, ok = constantInt(args[2])
	}
	if !ok || p < 1 || p > math.MaxInt32 || n < 1 || e.Of.IsBinary() {
		return nil
	}
	from, input := e.Func == "SUBSTRING FROM", &held{}
	counted := &partFunc{inputs: newInputs(append([]node{input}, args[1:]...)), apply: substring(from, false, len(args) > 2)}
	return &substringConst{x: args[0], start: int(p - 1), n: int(min(n, math.MaxInt32)), from: from, input: input, counted: counted}
}

// constantInt is the number of a node that is a literal and not NULL.
func constantInt(n node) (int64, bool) {
	lit, ok := n.(*literal)
	if !ok || lit.v.class != ints || lit.v.isNull(0) {
		return 0, false
	}
	return lit.v.ints[0], true
}

func (e *substringConst) eval(c *call) *vec {
	x := e.x.eval(c)
	if !x.packed || !c.most() || c.n == 0 || !swar.ASCII(x.data[x.starts[0]:x.ends[c.n-1]]) {
		e.input.v = x
		return e.counted.eval(c)
	}
	out := e.out.reset(texts, c.n)
	e.out.mergeNulls(c.n, c.sel, x)
	out.data = x.data // never written: no text of this node is appended
	behind := 0
	for _, i := range c.sel {
		end := int(x.ends[i])
		start := min(int(x.starts[i])+e.start, end)
		behind |= b2i(start == end)
		out.starts[i], out.ends[i] = int32(start), int32(min(start+e.n, end))
	}
	if behind != 0 && !e.from {
		// A start behind the end is NULL in this form.
		null := e.out.nulls(c.n)
		for _, i := range c.sel {
			null[i] = null[i] || out.starts[i] == x.ends[i]
		}
	}
	return out
}
