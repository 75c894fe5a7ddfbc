package expr

import (
	"math"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

func patternKernel(e *plan.Call, args []node) node {
	switch e.Func {
	case "CHAR_TO_TIMESTAMP", "CHAR_TO_DATE", "CHAR_TO_TIME":
		return &textToTime{pattern: patternOf{x: args[0], parse: types.ParsePattern}, text: args[1], today: args[2], of: e.Of}
	case "TO_DATE", "TO_TIMESTAMP":
		if !e.Args[0].Type().IsString() {
			return &millis{x: args[0], toTimestamp: true}
		}
		if len(args) == 2 { // text and today
			cast, _ := newCast(args[0], e.Args[0].Type(), e.Of)
			return cast
		}
		return &textToTime{pattern: patternOf{x: args[1], parse: types.ParseFormat}, text: args[0], today: args[2], of: e.Of}
	case "TIMESTAMP_TO_CHAR", "DATE_TO_CHAR", "TIME_TO_CHAR":
		return &timeToText{
			pattern: patternOf{x: args[0], parse: types.ParsePattern}, t: args[1], unit: microsOf(e.Args[1].Type()),
			null: e.Func == "TIMESTAMP_TO_CHAR",
		}
	case "DATE_FORMAT":
		return &timeToText{pattern: patternOf{x: args[1], parse: types.ParseFormat}, t: args[0], unit: 1}
	case "FROM_UNIXTIME":
		format := node(newLiteral(&plan.Literal{Value: "yyyy-MM-dd HH:mm:ss", Of: types.VarcharOf(0)}))
		if len(args) > 1 {
			format = args[1]
		}
		return &timeToText{pattern: patternOf{x: format, parse: types.ParseFormat}, t: args[0], unit: types.Second}
	}
	return nil
}

// microsOf is a value of a date-time type in microseconds.
func microsOf(t types.Type) types.Time {
	if t.Kind == types.Date {
		return types.Day
	}
	return 1
}

// patternOf is the pattern argument of a function; it is read anew only where its text
// changes.
type patternOf struct {
	x     node
	parse func(string) (*types.Pattern, error)
	text  string
	last  *types.Pattern
	err   error
}

func (p *patternOf) at(v *vec, row uint32) (*types.Pattern, error) {
	if text := v.text(row); p.last == nil && p.err == nil || p.text != string(text) {
		p.text = string(text)
		p.last, p.err = p.parse(p.text)
	}
	return p.last, p.err
}

// textToTime is CHAR_TO_TIMESTAMP and its kin.
type textToTime struct {
	pattern     patternOf
	text, today node
	of          types.Type
	out         scratch
}

func (e *textToTime) eval(c *call) *vec {
	p, x, today := e.pattern.x.eval(c), e.text.eval(c), e.today.eval(c)
	out := e.out.reset(ints, c.n)
	e.out.mergeNulls(c.n, c.sel, p, x)
	for _, i := range c.sel {
		if e.out.isNull(i) {
			continue
		}
		pattern, err := e.pattern.at(p, i)
		if err != nil {
			c.fail(i, flow.FunctionError, err.Error())
			continue
		}
		v, err := pattern.Parse(x.text(i), today.ints[int(i)&today.mask()])
		if err != nil {
			c.fail(i, flow.FunctionError, quoteText(x.text(i))+" does not fit the pattern "+e.pattern.text+": "+err.Error())
			continue
		}
		var ok bool
		if out.ints[i], ok = partOf(v, e.of.Kind); !ok {
			c.fail(i, flow.OverflowError, "the date is out of range")
		}
	}
	return out
}

// timeToText is TIMESTAMP_TO_CHAR and its kin; unit is what t counts.
type timeToText struct {
	pattern patternOf
	t       node
	unit    types.Time
	null    bool // NULL is the text null (kda-sql.md §13.3)
	out     scratch
}

func (e *timeToText) eval(c *call) *vec {
	p, t := e.pattern.x.eval(c), e.t.eval(c)
	out := e.out.reset(texts, c.n)
	if e.null {
		e.out.mergeNulls(c.n, c.sel, p)
	} else {
		e.out.mergeNulls(c.n, c.sel, p, t)
	}
	for _, i := range c.sel {
		switch {
		case e.out.isNull(i):
			e.out.setText(i, nil)
		case t.isNull(i):
			e.out.setText(i, []byte("null"))
		default:
			e.format(c, p, i, t.ints[int(i)&t.mask()])
		}
	}
	return out
}

func (e *timeToText) format(c *call, p *vec, i uint32, v int64) {
	e.out.setText(i, nil)
	pattern, err := e.pattern.at(p, i)
	micros := v * int64(e.unit)
	switch {
	case err != nil:
		c.fail(i, flow.FunctionError, err.Error())
	case micros/int64(e.unit) != v:
		c.fail(i, flow.OverflowError, "the time is out of range")
	default:
		e.out.data = pattern.AppendFormat(e.out.data, micros)
		e.out.ends[i] = int32(len(e.out.data))
	}
}

// partOf is an instant as a DATE, a TIME or, else, as it is; false where the date does
// not fit.
func partOf(v int64, of types.Kind) (int64, bool) {
	days := floorDiv(v, int64(types.Day))
	switch of {
	case types.Date:
		return days, days >= math.MinInt32 && days <= math.MaxInt32
	case types.TimeOfDay:
		return v - days*int64(types.Day), true
	}
	return v, true
}
