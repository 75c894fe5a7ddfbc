package expr

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// literal is a constant.
type literal struct{ v vec }

func newLiteral(e *plan.Literal) *literal {
	l := &literal{vec{class: classOf(e.Of), konst: true, ints: []int64{0}, floats: []float64{0}, bools: []bool{false}, starts: []int32{0}, ends: []int32{0}}}
	switch v := e.Value.(type) {
	case nil:
		l.v.null = []bool{true}
	case int64:
		l.v.ints[0] = v
	case float64:
		l.v.floats[0] = v
	case bool:
		l.v.bools[0] = v
	case string:
		l.v.data, l.v.ends[0] = []byte(v), int32(len(v))
	case []byte:
		l.v.data, l.v.ends[0] = v, int32(len(v))
	}
	return l
}

func (l *literal) eval(*call) *vec { return &l.v }

// column reads an input column: without a copy where Arrow's layout is the
// class's own, widened otherwise.
type column struct {
	index int
	of    types.Type
	out   scratch
}

func (e *column) eval(c *call) *vec { return e.read(c.rec.Column(e.index), c) }

func (e *column) read(a arrow.Array, c *call) *vec {
	v := e.load(a, c)
	e.loadNulls(a, c)
	return v
}

// int32s is the values of a column of INTEGER that has no NULL, as they stand in
// Arrow: for kernels that would only read what eval widens.
func int32s(n node, c *call) ([]int32, bool) {
	e, ok := n.(*column)
	if !ok {
		return nil, false
	}
	a, ok := c.rec.Column(e.index).(*array.Int32)
	if !ok || a.NullN() > 0 {
		return nil, false
	}
	return a.Int32Values(), true
}

func (e *column) loadNulls(a arrow.Array, c *call) {
	if a.NullN() > 0 && a.DataType().ID() != arrow.NULL {
		null := e.out.nulls(c.n)
		bitmap, offset := a.NullBitmapBytes(), a.Data().Offset()
		for _, i := range c.sel {
			at := offset + int(i)
			null[i] = bitmap[at>>3]&(1<<(at&7)) == 0
		}
	}
}

func (e *column) load(a arrow.Array, c *call) *vec {
	s := &e.out
	// A column always has the same Arrow type, so the slices of a scratch that
	// borrows are replaced by the next batch, never written through.
	switch a := a.(type) {
	case *array.Int64:
		return s.borrowInts(a.Int64Values())
	case *array.Timestamp:
		return s.borrowInts(arrow.Int64Traits.CastFromBytes(arrow.TimestampTraits.CastToBytes(a.TimestampValues())))
	case *array.Time64:
		return s.borrowInts(arrow.Int64Traits.CastFromBytes(arrow.Time64Traits.CastToBytes(a.Time64Values())))
	case *array.Duration:
		return s.borrowInts(arrow.Int64Traits.CastFromBytes(arrow.DurationTraits.CastToBytes(a.DurationValues())))
	case *array.Int8:
		widen(s.reset(ints, c.n).ints, a.Int8Values(), c.sel)
	case *array.Int16:
		widen(s.reset(ints, c.n).ints, a.Int16Values(), c.sel)
	case *array.Int32:
		widen(s.reset(ints, c.n).ints, a.Int32Values(), c.sel)
	case *array.Date32:
		widen(s.reset(ints, c.n).ints, a.Date32Values(), c.sel)
	case *array.MonthInterval:
		widen(s.reset(ints, c.n).ints, a.MonthIntervalValues(), c.sel)
	case *array.Decimal128:
		out, values := s.reset(ints, c.n).ints, a.Values()
		for _, i := range c.sel {
			out[i] = int64(values[i].LowBits())
		}
	case *array.Float64:
		s.class, s.konst, s.null, s.vec.floats = floats, false, nil, a.Float64Values()
	case *array.Float32:
		out, values := s.reset(floats, c.n).floats, a.Float32Values()
		for _, i := range c.sel {
			out[i] = float64(values[i])
		}
	case *array.Boolean:
		out := s.reset(bools, c.n).bools
		for _, i := range c.sel {
			out[i] = a.Value(int(i))
		}
	case *array.String:
		s.borrowText(a.ValueOffsets(), a.Data())
	case *array.Binary:
		s.borrowText(a.ValueOffsets(), a.Data())
	default:
		// An all-NULL column of the null type.
		null := (&e.out).resetNull(classOf(e.of), c.n)
		for i := range null {
			null[i] = true
		}
	}
	return &s.vec
}

func (s *scratch) borrowInts(values []int64) *vec {
	s.class, s.konst, s.null, s.vec.ints = ints, false, nil, values
	return &s.vec
}

func (s *scratch) borrowText(offsets []int32, d arrow.ArrayData) {
	s.class, s.konst, s.null, s.packed = texts, false, nil, true
	s.starts, s.ends, s.data = nil, nil, nil
	if len(offsets) > 0 {
		s.starts, s.ends = offsets[:len(offsets)-1], offsets[1:]
	}
	if b := d.Buffers()[2]; b != nil {
		s.data = b.Bytes()
	}
}

func (s *scratch) resetNull(c class, n int) []bool {
	v := s.reset(c, n)
	if c == texts {
		clear(v.starts)
		clear(v.ends)
	}
	return s.nulls(n)
}

func widen[T ~int8 | ~int16 | ~int32](out []int64, values []T, sel []uint32) {
	if most(sel, len(out)) {
		for i, v := range values[:len(out)] {
			out[i] = int64(v)
		}
		return
	}
	for _, i := range sel {
		out[i] = int64(values[i])
	}
}
