package agg

import (
	"math"
	"math/bits"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/types"
)

// sumExact is SUM and AVG of integers and decimals. It adds in 128 bits, so the
// result does not depend on the order of the rows: only a sum that itself does
// not fit is an overflow.
type sumExact struct {
	result  types.Type
	kind    arrow.DataType // of the result
	mean    bool
	cells   cells[exactCell]
	scratch []int64 // decimals as whole numbers; the values of a result
}

// exactCell keeps sum and count in one cache line.
type exactCell struct {
	sum   int128
	count int64
}

type int128 struct {
	lo uint64
	hi int64
}

func (s *int128) add(v int64) { s.merge(int128{uint64(v), v >> 63}) }

func (s *int128) merge(v int128) {
	lo, carry := bits.Add64(s.lo, v.lo, 0)
	s.lo, s.hi = lo, s.hi+v.hi+int64(carry)
}

// int64 is the value, false where it does not fit.
func (s int128) int64() (int64, bool) { return int64(s.lo), s.hi == int64(s.lo)>>63 }

// div is s / n with n > 0, and the remainder's magnitude; the quotient is cut
// towards zero and always fits for a mean of 64-bit values.
func (s int128) div(n int64) (quotient int64, rest uint64) {
	lo, hi := s.lo, uint64(s.hi)
	if s.hi < 0 {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	q, r := bits.Div64(hi, lo, uint64(n))
	if s.hi < 0 {
		return -int64(q), r
	}
	return int64(q), r
}

func (s *sumExact) Update(n int, groups, rows []uint32, arg arrow.Array) {
	s.cells.write(n, groups)
	switch a := arg.(type) {
	case *array.Int8:
		addInts(s, a.Int8Values(), groups, rows, arg)
	case *array.Int16:
		addInts(s, a.Int16Values(), groups, rows, arg)
	case *array.Int32:
		addInts(s, a.Int32Values(), groups, rows, arg)
	case *array.Int64:
		addInts(s, a.Int64Values(), groups, rows, arg)
	case *array.Decimal128:
		s.scratch = unscaled(s.scratch, a, rows)
		addInts(s, s.scratch, groups, rows, arg)
	}
}

// unscaled is the rows' values of a decimal column, at their own places; the
// type has at most 18 digits, so the low word is the whole value.
func unscaled(dst []int64, a *array.Decimal128, rows []uint32) []int64 {
	dst = sized(dst, a.Len())
	values := a.Values()
	for _, r := range rows {
		dst[r] = int64(values[r].LowBits())
	}
	return dst
}

func addInts[T int8 | int16 | int32 | int64](s *sumExact, values []T, groups, rows []uint32, arg arrow.Array) {
	cells, rows := s.cells.live, rows[:len(groups)]
	if arg.NullN() == 0 {
		for i, g := range groups {
			c := &cells[g]
			c.sum.add(int64(values[rows[i]]))
			c.count++
		}
		return
	}
	for i, g := range groups {
		if r := rows[i]; arg.IsValid(int(r)) {
			cells[g].sum.add(int64(values[r]))
			cells[g].count++
		}
	}
}

func (s *sumExact) Merge(n int, groups []uint32, state []arrow.Array) {
	cells := s.cells.write(n, groups)
	sums, counts := state[0].(*array.Decimal128).Values(), state[1].(*array.Int64).Int64Values()
	for i, g := range groups {
		cells[g].sum.merge(int128{sums[i].LowBits(), sums[i].HighBits()})
		cells[g].count += counts[i]
	}
}

// sumKind is the type of a partial sum.
var sumKind = &arrow.Decimal128Type{Precision: 38}

func (s *sumExact) State(n int, mem memory.Allocator) []arrow.Array {
	cells := s.cells.write(n, nil)
	sums := newBuilder(sumKind, n, mem)
	out := arrow.Decimal128Traits.CastFromBytes(sums.room(1, n*arrow.Decimal128SizeBytes))
	s.scratch = sized(s.scratch, n)
	for g := range out {
		c := &cells[g]
		out[g] = decimal128.New(c.sum.hi, c.sum.lo)
		s.scratch[g] = c.count
	}
	return []arrow.Array{sums.array(), int64Column(s.scratch, mem)}
}

func (s *sumExact) Result(n int, mem memory.Allocator) (arrow.Array, []uint32) {
	cells := s.cells.write(n, nil)
	col := newBuilder(s.kind, n, mem)
	s.scratch = sized(s.scratch, n)
	var overflow []uint32
	for g := range n {
		if cells[g].count == 0 {
			s.scratch[g] = 0
			col.null(g)
			continue
		}
		v, ok := cells[g].sum.int64()
		if s.mean {
			v, ok = s.average(g), true
		}
		s.scratch[g] = v
		if !ok || !fits(v, s.result) {
			overflow = append(overflow, uint32(g))
			col.null(g)
		}
	}
	col.ints(s.scratch)
	return col.array(), overflow
}

func (s *sumExact) Freeze(n int) Frozen {
	s.cells.freeze(n)
	return frozenFunc{func(lo, hi int) Func {
		return &sumExact{result: s.result, kind: s.kind, mean: s.mean, cells: s.cells.frozen(lo, hi)}
	}, s.cells.release}
}

func (s *sumExact) Reset() { s.cells.reset() }

// average of integers is cut towards zero ([S] in §13.1); of decimals it keeps
// the scale and rounds half away from zero, as CAST does.
func (s *sumExact) average(g int) int64 {
	c := &s.cells.live[g]
	q, rest := c.sum.div(c.count)
	if s.result.Kind == types.Decimal && rest*2 >= uint64(c.count) {
		if c.sum.hi < 0 {
			return q - 1
		}
		return q + 1
	}
	return q
}

func fits(v int64, t types.Type) bool {
	if t.Kind != types.Decimal {
		return true
	}
	limit := int64(math.Pow10(t.Precision))
	return v < limit && v > -limit
}

func (s *sumExact) Bytes() int64 { return s.cells.bytes() }
