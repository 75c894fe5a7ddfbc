package expr

import "github.com/millrace-sql/millrace/sql/types"

// extract is one field of a date, time or interval (kda-sql.md §13.4).
type extract struct {
	x     node
	field func(v int64) int64
	out   scratch
}

func (e *extract) eval(c *call) *vec {
	x := e.x.eval(c)
	out, m := e.out.reset(ints, c.n), x.mask()
	e.out.mergeNulls(c.n, c.sel, x)
	if e.out.null == nil {
		for _, i := range c.sel {
			out.ints[i] = e.field(x.ints[int(i)&m])
		}
		return out
	}
	for _, i := range c.sel {
		if !e.out.null[i] {
			out.ints[i] = e.field(x.ints[int(i)&m])
		}
	}
	return out
}

// fieldOf is the function from a value of type t to a field of it; of SECOND in
// thousandths.
func fieldOf(name string, t types.Type) func(int64) int64 {
	if t.IsInterval() {
		return intervalField(name, t)
	}
	days := func(v int64) int64 { return v }
	if t.Kind != types.Date {
		days = func(v int64) int64 { return floorDiv(v, int64(types.Day)) }
	}
	if f := dateField(name); f != nil {
		return func(v int64) int64 { return f(days(v)) }
	}
	clock := func(unit, of types.Time) func(int64) int64 {
		return func(v int64) int64 { return (v - floorDiv(v, int64(of))*int64(of)) / int64(unit) }
	}
	switch name {
	case "EPOCH":
		if t.Kind == types.Date {
			return func(v int64) int64 { return v * int64(types.Day/types.Second) }
		}
		return func(v int64) int64 { return floorDiv(v, int64(types.Second)) }
	case "HOUR":
		return clock(types.Hour, types.Day)
	case "MINUTE":
		return clock(types.Minute, types.Hour)
	}
	return clock(types.Millisecond, types.Minute) // SECOND and MILLISECOND
}

// namedField is the field that a function is named after; of SECOND the whole one.
func namedField(name string, t types.Type) func(int64) int64 {
	switch name {
	case "DAYOFYEAR":
		name = "DOY"
	case "DAYOFMONTH":
		name = "DAY"
	case "DAYOFWEEK":
		name = "DOW"
	case "SECOND":
		millis := fieldOf(name, t)
		return func(v int64) int64 { return millis(v) / 1000 }
	}
	return fieldOf(name, t)
}

// dateField is a field of days since 1970; nil for the others.
func dateField(name string) func(int64) int64 {
	civil := func(f func(y int64, m, d int) int64) func(int64) int64 {
		return func(days int64) int64 { return f(types.Civil(days)) }
	}
	switch name {
	case "YEAR":
		return civil(func(y int64, _, _ int) int64 { return y })
	case "QUARTER":
		return civil(func(_ int64, m, _ int) int64 { return int64(m+2) / 3 })
	case "MONTH":
		return civil(func(_ int64, m, _ int) int64 { return int64(m) })
	case "DAY":
		return civil(func(_ int64, _, d int) int64 { return int64(d) })
	case "DOY":
		return func(days int64) int64 { y, _, _ := types.Civil(days); return days - types.Days(y, 1, 1) + 1 }
	case "DOW":
		return func(days int64) int64 { return isoWeekday(days)%7 + 1 }
	case "ISODOW":
		return isoWeekday
	case "WEEK":
		return isoWeek
	}
	return nil
}

// isoWeekday counts from Monday, 1, to Sunday, 7. 1970-01-01 was a Thursday.
func isoWeekday(days int64) int64 { return days + 3 - floorDiv(days+3, 7)*7 + 1 }

// isoWeek is the week of ISO 8601: the one that has the year's first Thursday is 1.
func isoWeek(days int64) int64 {
	thursday := days - isoWeekday(days) + 4
	y, _, _ := types.Civil(thursday)
	return (thursday-types.Days(y, 1, 1))/7 + 1
}

func intervalField(name string, t types.Type) func(int64) int64 {
	unit, _ := types.ParseUnit(name)
	from, _ := t.Units()
	length, divisor := unitOf(unit), int64(0)
	if unit > from {
		divisor = unitOf(unit - 1)
	}
	if unit == types.UnitSecond {
		length = int64(types.Millisecond)
	}
	return func(v int64) int64 {
		if divisor > 0 {
			v %= divisor
		}
		return v / length
	}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
