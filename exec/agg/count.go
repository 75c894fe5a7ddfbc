package agg

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// count is COUNT(*) and COUNT(x): rows, or rows where x is not NULL.
type count struct{ rows cells[int64] }

func (c *count) Update(n int, groups, rows []uint32, arg arrow.Array) {
	counts := c.rows.write(n, groups)
	if arg != nil && arg.DataType().ID() == arrow.NULL {
		return // such an array has no bitmap to ask
	}
	if arg == nil || arg.NullN() == 0 {
		for _, g := range groups {
			counts[g]++
		}
		return
	}
	for i, g := range groups {
		if arg.IsValid(int(rows[i])) {
			counts[g]++
		}
	}
}

func (c *count) Merge(n int, groups []uint32, state []arrow.Array) {
	counts, more := c.rows.write(n, groups), state[0].(*array.Int64).Int64Values()
	for i, g := range groups {
		counts[g] += more[i]
	}
}

func (c *count) State(n int, mem memory.Allocator) []arrow.Array {
	a, _ := c.Result(n, mem)
	return []arrow.Array{a}
}

func (c *count) Result(n int, mem memory.Allocator) (arrow.Array, []uint32) {
	return int64Column(c.rows.write(n, nil)[:n], mem), nil
}

func (c *count) Freeze(n int) Frozen {
	c.rows.freeze(n)
	return frozenFunc{func(lo, hi int) Func {
		return &count{rows: c.rows.frozen(lo, hi)}
	}, c.rows.release}
}

func (c *count) Reset() { c.rows.reset() }

func int64Column(values []int64, mem memory.Allocator) arrow.Array {
	c := newBuilder(arrow.PrimitiveTypes.Int64, len(values), mem)
	c.ints(values)
	return c.array()
}

func (c *count) Bytes() int64 { return c.rows.bytes() }
