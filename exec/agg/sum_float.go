package agg

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/types"
)

// sumFloat is SUM and AVG of REAL and DOUBLE. A REAL result that was finite
// before it was narrowed is an overflow; a DOUBLE sum follows IEEE 754. It adds in float64, one row after
// the other in stream order and then shard by shard: the same log gives the
// same bits for any batch size.
type sumFloat struct {
	kind  types.Kind
	mean  bool
	cells []floatCell
}

// floatCell keeps sum and count in one cache line.
type floatCell struct {
	sum   float64
	count int64
}

func (s *sumFloat) grow(n int) { s.cells = grown(s.cells, n) }

func (s *sumFloat) Update(n int, groups, rows []uint32, arg arrow.Array) {
	s.grow(n)
	switch a := arg.(type) {
	case *array.Float32:
		addFloats(s, a.Float32Values(), groups, rows, arg)
	case *array.Float64:
		addFloats(s, a.Float64Values(), groups, rows, arg)
	}
}

func addFloats[T float32 | float64](s *sumFloat, values []T, groups, rows []uint32, arg arrow.Array) {
	cells, rows := s.cells, rows[:len(groups)]
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
	s.grow(n)
	sums, counts := state[0].(*array.Float64).Float64Values(), state[1].(*array.Int64).Int64Values()
	for i, g := range groups {
		s.cells[g].sum += sums[i]
		s.cells[g].count += counts[i]
	}
}

func (s *sumFloat) State(n int, mem memory.Allocator) []arrow.Array {
	s.grow(n)
	sums, counts := array.NewFloat64Builder(mem), array.NewInt64Builder(mem)
	defer sums.Release()
	defer counts.Release()
	sums.Reserve(n)
	counts.Reserve(n)
	for _, c := range s.cells[:n] {
		sums.UnsafeAppend(c.sum)
		counts.UnsafeAppend(c.count)
	}
	return []arrow.Array{sums.NewArray(), counts.NewArray()}
}

func (s *sumFloat) Result(n int, mem memory.Allocator) (arrow.Array, []uint32) {
	s.grow(n)
	b := array.NewBuilder(mem, types.Of(s.kind).Arrow())
	defer b.Release()
	b.Reserve(n)
	var overflow []uint32
	for g := range n {
		v, count := s.cells[g].sum, s.cells[g].count
		if s.mean {
			v /= float64(count)
		}
		if count == 0 {
			b.AppendNull()
			continue
		}
		switch b := b.(type) {
		case *array.Float64Builder:
			b.Append(v)
		case *array.Float32Builder:
			if narrow := float32(v); narrow-narrow == 0 || v-v != 0 {
				b.Append(narrow)
			} else {
				overflow = append(overflow, uint32(g))
				b.AppendNull()
			}
		}
	}
	return b.NewArray(), overflow
}
