package expr

import (
	"math"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// timeFloor is FLOOR, CEIL and STEP of a TIMESTAMP or DATE.
type timeFloor struct {
	x    node
	step types.Step
	ceil bool
	date bool
	out  scratch
}

func (e *timeFloor) eval(c *call) *vec {
	x := e.x.eval(c)
	out, m := e.out.reset(ints, c.n), x.mask()
	e.out.mergeNulls(c.n, c.sel, x)
	unit := types.Time(1)
	if e.date {
		unit = types.Day
	}
	// Neighbouring rows mostly share a bucket: [start, end) of the last one.
	var start, end types.Time
	for _, i := range c.sel {
		t := types.Time(x.ints[int(i)&m]) * unit
		if e.ceil {
			out.ints[i] = int64(e.step.Ceil(t) / unit)
			continue
		}
		if t < start || t >= end {
			start = e.step.Floor(t)
			end = e.step.Next(start)
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
	out         scratch
}

func (e *millis) eval(c *call) *vec {
	x := e.x.eval(c)
	out, m := e.out.reset(ints, c.n), x.mask()
	e.out.mergeNulls(c.n, c.sel, x)
	for _, i := range c.sel {
		v := x.ints[int(i)&m]
		if !e.toTimestamp {
			out.ints[i] = int64(types.Time(v).Millis() / types.Millisecond)
			continue
		}
		out.ints[i] = v * int64(types.Millisecond)
		if out.ints[i]/int64(types.Millisecond) != v && !e.out.isNull(i) {
			c.fail(i, flow.OverflowError, "the milliseconds are out of the range of TIMESTAMP")
		}
	}
	return out
}
