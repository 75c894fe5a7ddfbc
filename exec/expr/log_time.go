package expr

import (
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// fieldTime is a DATE, TIME or TIMESTAMP of a record, by a pattern.
type fieldTime struct {
	pattern     *types.Pattern
	shown       string
	text, today node
	of          types.Type
	out         scratch
}

func (e *fieldTime) eval(c *call) *vec {
	x, today := e.text.eval(c), e.today.eval(c)
	out := e.out.reset(ints, c.n)
	e.out.mergeNulls(c.n, c.sel, x)
	for _, i := range c.sel {
		if e.out.isNull(i) {
			continue
		}
		v, err := e.pattern.Parse(x.text(i), today.ints[int(i)&today.mask()])
		if err != nil {
			c.fail(i, flow.CastError, quoteText(x.text(i))+" does not fit the pattern "+e.shown+": "+err.Error())
			continue
		}
		var ok bool
		if out.ints[i], ok = partOf(v, e.of.Kind); !ok {
			c.fail(i, flow.CastError, quoteText(x.text(i))+" is out of range for DATE")
		}
	}
	return out
}
