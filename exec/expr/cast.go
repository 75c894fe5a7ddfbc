package expr

import (
	"fmt"
	"math"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// cast converts row by row with one converter, chosen when it is compiled. A
// value that the target cannot hold is a row error (kda-sql.md §3.3).
type cast struct {
	x        node
	from, to types.Type
	convert  func(e *cast, c *call, x *vec, i uint32) string // the problem, "" = none
	out      scratch
	buf      []byte
	quiet    bool // nobody reads what is wrong: TRY_CAST
}

// unread is what is wrong with a value where nobody reads it.
const unread = "no value of the type"

func newCast(x node, from, to types.Type) (node, error) {
	if from.Kind == types.Null {
		return &nullOf{class: classOf(to)}, nil
	}
	if sameValues(from, to) {
		return x, nil
	}
	convert := converter(from, to)
	if convert == nil {
		return nil, fmt.Errorf("cast from %s to %s has no kernel", from, to)
	}
	return &cast{x: x, from: from, to: to, convert: convert}, nil
}

// sameValues tells that every value of a type is one of another, and the same between
// kernels.
func sameValues(from, to types.Type) bool {
	if from.IsInteger() && to.IsInteger() {
		low, high := bounds(from)
		least, most := bounds(to)
		return least <= low && high <= most
	}
	return from.IsApproximate() && to.Kind == types.Double
}

func (e *cast) eval(c *call) *vec {
	toFloat := e.from.IsInteger() && e.to.Kind == types.Double
	if small, ok := int32s(e.x, c); ok && toFloat && c.most() {
		out := e.out.reset(floats, c.n)
		for i, v := range small[:len(out.floats)] {
			out.floats[i] = float64(v)
		}
		return out
	}
	x := e.x.eval(c)
	out := e.out.reset(classOf(e.to), c.n)
	e.out.mergeNulls(c.n, c.sel, x)
	switch {
	case toFloat:
		// The most common one, AVG(CAST(n AS DOUBLE)): a loop of its own.
		toFloats(out.floats, x, c)
		return out
	case e.from.IsString() && e.to.Kind == types.Double:
		e.readFloats(c, x)
		return out
	case e.from.IsString() && e.to.IsInteger():
		e.readInts(c, x)
		return out
	}
	for _, i := range c.sel {
		if e.out.isNull(i) {
			if out.class == texts {
				e.out.setText(i, nil)
			}
			continue
		}
		if problem := e.convert(e, c, x, i); problem != "" {
			if out.class == texts {
				e.out.setText(i, nil)
			}
			c.fail(i, flow.CastError, problem)
		}
	}
	return out
}

func toFloats(out []float64, x *vec, c *call) {
	if !x.konst && c.most() {
		for i, v := range x.ints[:len(out)] {
			out[i] = float64(v)
		}
		return
	}
	for _, i := range c.sel {
		out[i] = float64(x.ints[int(i)&x.mask()])
	}
}

// nullOf is the untyped NULL as another type.
type nullOf struct {
	class class
	out   scratch
}

func (e *nullOf) eval(c *call) *vec {
	null := e.out.resetNull(e.class, c.n)
	for _, i := range c.sel {
		null[i] = true
	}
	return &e.out.vec
}

func converter(from, to types.Type) func(*cast, *call, *vec, uint32) string {
	fc, tc := classOf(from), classOf(to)
	switch {
	case fc == texts && tc == texts:
		return cutText
	case to.IsString():
		return formatText
	case from.IsString() && to.IsInterval():
		return parseInterval
	case from.IsString():
		return parseText
	case from.IsInterval() && to.IsInterval():
		return castInterval
	case from.IsInterval() && tc == ints && to.IsNumeric():
		return intervalNumber
	case from.IsDateTime() && to.IsDateTime():
		return castDateTime
	case fc == bools && tc == bools:
		return func(e *cast, _ *call, x *vec, i uint32) string {
			e.out.bools[i] = x.bools[int(i)&x.mask()]
			return ""
		}
	case fc == ints && tc == ints && from.IsNumeric() && to.IsNumeric():
		return castExact
	case fc == ints && tc == floats && from.IsNumeric():
		return func(e *cast, _ *call, x *vec, i uint32) string {
			return e.setFloat(i, float64(x.ints[int(i)&x.mask()])/math.Pow10(e.from.Scale))
		}
	case fc == floats && tc == floats:
		return func(e *cast, _ *call, x *vec, i uint32) string { return e.setFloat(i, x.floats[int(i)&x.mask()]) }
	case fc == floats && tc == ints && to.IsNumeric():
		return func(e *cast, _ *call, x *vec, i uint32) string { return e.setRounded(i, x.floats[int(i)&x.mask()]) }
	}
	return nil
}

func (e *cast) tooLarge() string {
	if e.quiet {
		return unread
	}
	return "the value does not fit " + e.to.String()
}

func (e *cast) setFloat(i uint32, v float64) string {
	if e.to.Kind == types.Real {
		if n := float64(float32(v)); n-n != 0 && v-v == 0 {
			return e.tooLarge()
		}
		v = float64(float32(v))
	}
	e.out.floats[i] = v
	return ""
}

// setRounded rounds half away from zero, at the target's scale.
func (e *cast) setRounded(i uint32, v float64) string {
	if v-v != 0 {
		return e.tooLarge()
	}
	v = math.Round(v * math.Pow10(e.to.Scale))
	if v < -1<<63 || v >= 1<<63 {
		return e.tooLarge()
	}
	// The bounds are compared as integers: as floats they are rounded.
	n := int64(v)
	if low, high := bounds(e.to); n < low || n > high {
		return e.tooLarge()
	}
	e.out.ints[i] = n
	return ""
}

// castExact is between integers and decimals: rescale, round half away from
// zero, check the range.
func castExact(e *cast, _ *call, x *vec, i uint32) string {
	v, ok := rescale(x.ints[int(i)&x.mask()], e.from.Scale, e.to.Scale)
	low, high := bounds(e.to)
	if !ok || v < low || v > high {
		return e.tooLarge()
	}
	e.out.ints[i] = v
	return ""
}

func rescale(v int64, from, to int) (int64, bool) {
	for ; from < to; from++ {
		if v > math.MaxInt64/10 || v < math.MinInt64/10 {
			return 0, false
		}
		v *= 10
	}
	if from == to {
		return v, true
	}
	unit := pow10(from - to)
	rest := v % unit
	v /= unit
	if rest >= unit-rest && rest > 0 {
		v++
	}
	if -rest >= unit+rest && rest < 0 {
		v--
	}
	return v, true
}

func castDateTime(e *cast, _ *call, x *vec, i uint32) string {
	v := x.ints[int(i)&x.mask()]
	day := int64(types.Day)
	switch {
	case e.from.Kind == e.to.Kind:
	case e.from.Kind == types.Date:
		if v > math.MaxInt64/day || v < math.MinInt64/day {
			return e.tooLarge()
		}
		v *= day
	case e.to.Kind == types.Date:
		v = int64(types.StepOf(types.UnitDay).Floor(types.Time(v))) / day
	default:
		v -= int64(types.StepOf(types.UnitDay).Floor(types.Time(v)))
	}
	e.out.ints[i] = v
	return ""
}
