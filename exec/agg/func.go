package agg

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/types"
)

// Func is one aggregate over dense group ids. n is always the number of groups
// that exist; ids are below it. Columns are borrowed.
type Func interface {
	// Update adds row rows[i] of arg to group groups[i]. arg is nil for COUNT(*).
	Update(n int, groups, rows []uint32, arg arrow.Array)
	// Merge adds partial state i to group groups[i]; state is what State of
	// another Func of the same kind returned.
	Merge(n int, groups []uint32, state []arrow.Array)
	// State is the partial states of n groups as columns, for Merge.
	State(n int, mem memory.Allocator) []arrow.Array
	// Result is one value per group, and the groups whose value does not fit the
	// result type (NULL in the column).
	Result(n int, mem memory.Allocator) (arrow.Array, []uint32)
	// Bytes is the memory held.
	Bytes() int64
	// Freeze keeps the states of the first n groups as they are now, in time that does
	// not depend on their number beyond a few bits each. One at a time.
	Freeze(n int) Frozen
	// Reset forgets every group and keeps the memory for the next ones; not while
	// something is frozen.
	Reset()
}

// New makes the state of the aggregate of the SQL name, for an argument and a
// result of the types its signature says (sql/plan). An unknown name is an error.
func New(name string, arg, result types.Type) (Func, error) {
	switch name {
	case "COUNT":
		return &count{}, nil
	case "APPROX_COUNT_DISTINCT":
		return newApproxDistinct(), nil
	case "SUM", "AVG":
		if arg.IsApproximate() {
			return &sumFloat{kind: types.Of(arg.Kind).Arrow(), mean: name == "AVG"}, nil
		}
		return &sumExact{result: result, kind: result.Arrow(), mean: name == "AVG"}, nil
	case "MIN", "MAX":
		return newExtreme(arg, name == "MAX"), nil
	}
	return nil, fmt.Errorf("aggregate %s(%s) has no kernel", name, arg)
}

// grown is s with at least n elements, new ones zero.
func grown[T any](s []T, n int) []T {
	if len(s) >= n {
		return s
	}
	if cap(s) < n {
		wider := make([]T, n, max(n, 2*cap(s)))
		copy(wider, s)
		return wider
	}
	clear(s[len(s):n])
	return s[:n]
}
