package op

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/exec/window"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// spanSearch is the assigner of any monotonic function of the rowtime, as FLOOR((s.ROWTIME -
// TIMESTAMP '1970-01-01 00:00:00') SECOND / 15 TO SECOND) or CEIL(s.ROWTIME TO DAY) +
// INTERVAL '6' HOUR: the span of a row is as far to both sides as the function has the value
// that it has there. It is found by asking the function, so it is right for every function
// that does not go back; it costs some ten evaluations of a few dozen instants, once for each
// span.
type spanSearch struct {
	of   *expr.Evaluator
	mem  memory.Allocator
	from types.Time // the row whose span is looked for
}

// The instants that SQL can write: nothing is asked beyond them.
const (
	firstInstant = -62_135_596_800 * types.Second // 0001-01-01
	lastInstant  = 253_402_300_800 * types.Second // 10000-01-01
)

// fanOut is how many instants are asked at once.
const fanOut = 32

var instantSchema = arrow.NewSchema([]arrow.Field{{Name: types.RowTimeName, Type: types.Of(types.Timestamp).Arrow()}}, nil)

func newSpanSearch(of plan.Expr, mem memory.Allocator) (*spanSearch, error) {
	e, err := expr.Compile(of)
	return &spanSearch{of: e, mem: mem}, err
}

// Assign is the span of a row at t.
func (s *spanSearch) Assign(t types.Time) window.Span {
	s.from = t
	end := s.edge(1, lastInstant)
	start := s.edge(-1, firstInstant) + 1
	if end >= lastInstant {
		end = types.MaxTime
	}
	if start <= firstInstant+1 {
		start = types.MinTime
	}
	return window.Span{Start: start, End: end}
}

// edge is the instant nearest to the row, on the side of dir, where the function has
// another value; limit where it has none before that.
func (s *spanSearch) edge(dir, limit types.Time) types.Time {
	// The distances 1, 2, 4, ... find the stretch in which the value changes.
	var at []types.Time
	for step := types.Time(1); step < (limit-s.from)*dir; step *= 2 {
		at = append(at, s.from+dir*step)
	}
	if at = append(at, limit); (limit-s.from)*dir <= 0 {
		return s.from + dir
	}
	same, other := s.from, limit
	for {
		k := slices.Index(s.same(at), false)
		switch {
		case k < 0:
			same = at[len(at)-1]
		case k == 0:
			other = at[0]
		default:
			same, other = at[k-1], at[k]
		}
		gap := (other - same) * dir
		if gap <= 1 {
			return other
		}
		at = at[:0]
		for i := types.Time(1); i < fanOut && i*gap/fanOut < gap; i++ {
			if next := same + dir*max(i*gap/fanOut, i); len(at) == 0 || next != at[len(at)-1] {
				at = append(at, next)
			}
			if (other-at[len(at)-1])*dir <= 1 {
				break
			}
		}
	}
}

// same tells for each instant whether the function has the row's value there. An instant
// that it cannot be computed for has another one.
func (s *spanSearch) same(at []types.Time) []bool {
	build := array.NewTimestampBuilder(s.mem, types.Of(types.Timestamp).Arrow().(*arrow.TimestampType))
	defer build.Release()
	for _, t := range append([]types.Time{s.from}, at...) {
		build.Append(arrow.Timestamp(t))
	}
	times := build.NewArray()
	rec := newRecord(instantSchema, []arrow.Array{times}, times.Len())
	defer rec.Release()
	values, errs := s.of.Array(rec, nil, s.mem)
	defer values.Release()
	out := make([]bool, len(at))
	for i := range out {
		out[i] = sameValue(values, 0, values, i+1)
	}
	for _, e := range errs {
		if e.Row > 0 {
			out[e.Row-1] = false
		}
	}
	return out
}

// sameValue tells whether two values are not distinct.
func sameValue(a arrow.Array, i int, b arrow.Array, j int) bool {
	if a.IsNull(i) || b.IsNull(j) {
		return a.IsNull(i) == b.IsNull(j)
	}
	return compareValues(a, i, b, j) == 0
}

// sameRun is how many of the first rows have one value in a column.
func sameRun(col arrow.Array, rows []uint32) int {
	n := 1
	for n < len(rows) && sameValue(col, int(rows[n-1]), col, int(rows[n])) {
		n++
	}
	return n
}
