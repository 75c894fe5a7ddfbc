package agg

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// sumFloat is SUM and AVG of REAL and DOUBLE. A REAL result that was finite
// before it was narrowed is an overflow; a DOUBLE sum follows IEEE 754. It adds in float64, one row after
// the other in stream order and then shard by shard: the same log gives the
// same bits for any batch size.
type sumFloat struct {
	kind   arrow.DataType // of the result
	mean   bool
	cells  cells[floatCell]
	values []float64 // scratch of a REAL result
	counts []int64   // scratch of State
}

// floatCell keeps sum and count in one cache line.
type floatCell struct {
	sum   float64
	count int64
}

func (s *sumFloat) Update(n int, groups, rows []uint32, arg arrow.Array) {
	s.cells.write(n, groups)
	switch a := arg.(type) {
	case *array.Float32:
		addFloats(s, a.Float32Values(), groups, rows, arg)
	case *array.Float64:
		addFloats(s, a.Float64Values(), groups, rows, arg)
	}
}

func addFloats[T float32 | float64](s *sumFloat, values []T, groups, rows []uint32, arg arrow.Array) {
	cells, rows := s.cells.live, rows[:len(groups)]
	if arg.NullN() == 0 {
		for i, g := range groups {
			c := &cells[g]
			c.sum += float64(values[rows[i]])
			c.count++
		}
		return
	}
	for i, g := range groups {
		if r := rows[i]; arg.IsValid(int(r)) {
			cells[g].sum += float64(values[r])
			cells[g].count++
		}
	}
}

func (s *sumFloat) Merge(n int, groups []uint32, state []arrow.Array) {
	cells := s.cells.write(n, groups)
	sums, counts := state[0].(*array.Float64).Float64Values(), state[1].(*array.Int64).Int64Values()
	for i, g := range groups {
		cells[g].sum += sums[i]
		cells[g].count += counts[i]
	}
}

func (s *sumFloat) State(n int, mem memory.Allocator) []arrow.Array {
	cells := s.cells.write(n, nil)
	sums := newBuilder(arrow.PrimitiveTypes.Float64, n, mem)
	out := sums.floats()
	s.counts = sized(s.counts, n)
	for g, c := range cells[:n] {
		out[g], s.counts[g] = c.sum, c.count
	}
	return []arrow.Array{sums.array(), int64Column(s.counts, mem)}
}

func (s *sumFloat) Result(n int, mem memory.Allocator) (arrow.Array, []uint32) {
	s.cells.write(n, nil)
	col := newBuilder(s.kind, n, mem)
	if s.kind.ID() == arrow.FLOAT32 {
		s.values = sized(s.values, n)
		s.finish(col, s.values)
		overflow := s.overflow(col, s.values)
		col.reals(s.values)
		return col.array(), overflow
	}
	s.finish(col, col.floats())
	return col.array(), nil
}

// finish writes the sums or means; without a row it is NULL.
func (s *sumFloat) finish(col *builder, out []float64) {
	for g := range out {
		c := &s.cells.live[g]
		v := c.sum
		if s.mean {
			v /= float64(c.count)
		}
		if out[g] = v; c.count == 0 {
			col.null(g)
		}
	}
}

// overflow makes NULL what is finite but not so as a REAL, and names the groups.
func (s *sumFloat) overflow(col *builder, values []float64) (groups []uint32) {
	for g, v := range values {
		if narrow := float32(v); narrow-narrow != 0 && v-v == 0 && s.cells.live[g].count > 0 {
			groups = append(groups, uint32(g))
			col.null(g)
		}
	}
	return groups
}

func (s *sumFloat) Freeze(n int) Frozen {
	s.cells.freeze(n)
	return frozenFunc{func(lo, hi int) Func {
		return &sumFloat{kind: s.kind, mean: s.mean, cells: s.cells.frozen(lo, hi)}
	}, s.cells.release}
}

func (s *sumFloat) Reset() { s.cells.reset() }

func (s *sumFloat) Bytes() int64 { return s.cells.bytes() }
