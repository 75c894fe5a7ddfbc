package expr

import (
	"math"
	"strings"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

func timeKernel(e *plan.Call, args []node) node {
	switch e.Func {
	case "CURRENT_ROW_TIMESTAMP":
		return &rowTimestamp{}
	case "TO_TIMESTAMP_LTZ":
		m := &millis{x: args[0], toTimestamp: true}
		if len(args) > 1 {
			precision, ok := e.Args[1].(*plan.Literal) // the binder takes nothing else
			m.seconds = ok && precision.Value == int64(0)
		}
		return m
	case "TSDIFF":
		return &tsdiff{l: args[0], r: args[1], micros: e.Args[0].Type().Kind == types.Timestamp}
	case "YEAR", "QUARTER", "MONTH", "WEEK", "DAYOFYEAR", "DAYOFMONTH", "DAYOFWEEK", "HOUR", "MINUTE", "SECOND":
		return &extract{x: args[0], field: namedField(e.Func, e.Args[0].Type())}
	case "UNIX_TIMESTAMP":
		return &millis{x: args[0]}
	case "DATE AND TIME":
		return &dateAndTime{date: args[0], time: args[1]}
	}
	if field, ok := strings.CutPrefix(e.Func, "EXTRACT "); ok {
		return &extract{x: args[0], field: fieldOf(field, e.Args[0].Type())}
	}
	return nil
}

// rowTimestamp is CURRENT_ROW_TIMESTAMP: one reading of the clock for a batch, which
// the driver gives to the evaluator.
type rowTimestamp struct{ out scratch }

func (e *rowTimestamp) eval(c *call) *vec {
	out := e.out.reset(ints, c.n)
	for _, i := range c.sel {
		out.ints[i] = int64(c.now)
	}
	return out
}

// dateAndTime is a time of day on a date.
type dateAndTime struct {
	date, time node
	out        scratch
}

func (e *dateAndTime) eval(c *call) *vec {
	date, clock := e.date.eval(c), e.time.eval(c)
	out := e.out.reset(ints, c.n)
	e.out.mergeNulls(c.n, c.sel, date, clock)
	for _, i := range c.sel {
		out.ints[i] = date.ints[int(i)&date.mask()]*int64(types.Day) + clock.ints[int(i)&clock.mask()]
	}
	return out
}

// timeFloor is FLOOR, CEIL and STEP of a TIMESTAMP, DATE or interval.
type timeFloor struct {
	x    node
	step types.Step
	ceil bool
	of   types.Kind
	out  scratch
}

func (e *timeFloor) eval(c *call) *vec {
	x := e.x.eval(c)
	out, m := e.out.reset(ints, c.n), x.mask()
	e.out.mergeNulls(c.n, c.sel, x)
	unit, step := types.Time(1), e.step
	switch e.of {
	case types.Date:
		unit = types.Day
	case types.MonthInterval:
		step = types.Step{Micros: types.Time(step.Months)} // of plain months, no calendar
	}
	// Neighbouring rows mostly share a bucket: [start, end) of the last one.
	var start, end types.Time
	for _, i := range c.sel {
		t := types.Time(x.ints[int(i)&m]) * unit
		if e.ceil {
			out.ints[i] = int64(step.Ceil(t) / unit)
			continue
		}
		if t < start || t >= end {
			start = step.Floor(t)
			end = step.Next(start)
		}
		out.ints[i] = int64(start / unit)
	}
	return out
}

// shift moves a date-time by an interval. TIME wraps around midnight; a DATE
// takes the whole days of the interval.
type shift struct {
	t, by  node
	of     types.Type
	months bool
	out    scratch
}

func (e *shift) eval(c *call) *vec {
	t, by := e.t.eval(c), e.by.eval(c)
	out := e.out.reset(ints, c.n)
	e.out.mergeNulls(c.n, c.sel, t, by)
	for _, i := range c.sel {
		r, ok := e.move(t.ints[int(i)&t.mask()], by.ints[int(i)&by.mask()])
		out.ints[i] = r
		if !ok && !e.out.isNull(i) {
			c.fail(i, flow.OverflowError, "the moved "+e.of.String()+" is out of range")
		}
	}
	return out
}

// maxMonths is a quarter of a million years: what two TIMESTAMPs can be apart
// without leaving 64 bits twice.
const maxMonths = 250_000 * 12

func (e *shift) move(v, d int64) (r int64, ok bool) {
	day := int64(types.Day)
	switch {
	case e.months && e.of.Kind == types.Date:
		if v > math.MaxInt64/day || v < math.MinInt64/day || d > maxMonths || d < -maxMonths {
			return 0, false
		}
		r = int64(types.AddMonths(types.Time(v*day), d)) / day
		return r, (r < v) == (d < 0)
	case e.months:
		if d > maxMonths || d < -maxMonths {
			return 0, false
		}
		r = int64(types.AddMonths(types.Time(v), d))
		return r, (r < v) == (d < 0)
	case e.of.Kind == types.Date:
		r = v + d/day
		return r, r >= math.MinInt32 && r <= math.MaxInt32
	case e.of.Kind == types.TimeOfDay:
		return ((v+d%day)%day + day) % day, true
	}
	r = v + d
	return r, (v^r)&(d^r) >= 0
}

// millis is TO_TIMESTAMP and UNIX_TIMESTAMP: milliseconds since 1970, cut
// towards the past.
type millis struct {
	x           node
	toTimestamp bool
	seconds     bool // instead of milliseconds
	out         scratch
}

func (e *millis) eval(c *call) *vec {
	x := e.x.eval(c)
	out, m := e.out.reset(ints, c.n), x.mask()
	e.out.mergeNulls(c.n, c.sel, x)
	unit := int64(types.Millisecond)
	if e.seconds {
		unit = int64(types.Second)
	}
	for _, i := range c.sel {
		v := x.ints[int(i)&m]
		if !e.toTimestamp {
			out.ints[i] = int64(types.Time(v).Millis() / types.Millisecond)
			continue
		}
		out.ints[i] = v * unit
		if out.ints[i]/unit != v && !e.out.isNull(i) {
			c.fail(i, flow.OverflowError, "the number is out of the range of TIMESTAMP")
		}
	}
	return out
}

// tsdiff is the milliseconds from l to r, cut to whole ones.
type tsdiff struct {
	l, r   node
	micros bool
	out    scratch
}

func (e *tsdiff) eval(c *call) *vec {
	l, r := e.l.eval(c), e.r.eval(c)
	out := e.out.reset(ints, c.n)
	e.out.mergeNulls(c.n, c.sel, l, r)
	for _, i := range c.sel {
		a, b := r.ints[int(i)&r.mask()], l.ints[int(i)&l.mask()]
		if e.micros {
			a, b = floorDiv(a, int64(types.Millisecond)), floorDiv(b, int64(types.Millisecond))
		}
		d := a - b
		out.ints[i] = d
		if (a^b)&(a^d) < 0 && !e.out.isNull(i) {
			c.fail(i, flow.OverflowError, "the difference does not fit BIGINT")
		}
	}
	return out
}
