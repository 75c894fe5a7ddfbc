package agg

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// count is COUNT(*) and COUNT(x): rows, or rows where x is not NULL.
type count struct{ rows []int64 }

func (c *count) Update(n int, groups, rows []uint32, arg arrow.Array) {
	c.rows = grown(c.rows, n)
	if arg != nil && arg.DataType().ID() == arrow.NULL {
		return // such an array has no bitmap to ask
	}
	if arg == nil || arg.NullN() == 0 {
		for _, g := range groups {
			c.rows[g]++
		}
		return
	}
	for i, g := range groups {
		if arg.IsValid(int(rows[i])) {
			c.rows[g]++
		}
	}
}

func (c *count) Merge(n int, groups []uint32, state []arrow.Array) {
	c.rows = grown(c.rows, n)
	counts := state[0].(*array.Int64).Int64Values()
	for i, g := range groups {
		c.rows[g] += counts[i]
	}
}

func (c *count) State(n int, mem memory.Allocator) []arrow.Array {
	a, _ := c.Result(n, mem)
	return []arrow.Array{a}
}

func (c *count) Result(n int, mem memory.Allocator) (arrow.Array, []uint32) {
	c.rows = grown(c.rows, n)
	return int64Column(c.rows[:n], mem), nil
}

func (c *count) Reset() { c.rows = c.rows[:0] }

func int64Column(values []int64, mem memory.Allocator) arrow.Array {
	c := newBuilder(arrow.PrimitiveTypes.Int64, len(values), mem)
	c.ints(values)
	return c.array()
}
