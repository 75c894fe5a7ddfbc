package agg

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/millrace-sql/millrace/sql/types"
)

// TestReset fills an aggregate again and again, with other numbers of groups, and
// compares it with one that was never used.
func TestReset(t *testing.T) {
	mem := checked(t)
	rng := rand.New(rand.NewPCG(7, 8))
	decimal, real := types.Type{Kind: types.Decimal, Precision: 10, Scale: 2}, types.Of(types.Real)
	varchar := types.Type{Kind: types.Varchar, Precision: 20}
	for _, c := range []struct {
		arg   types.Type
		value func() any
	}{
		{types.Of(types.BigInt), func() any { return rng.IntN(1000) - 500 }},
		{types.Of(types.SmallInt), func() any { return rng.IntN(1000) - 500 }},
		{decimal, func() any { return fmt.Sprintf("%d.%02d", rng.IntN(1000)-500, rng.IntN(100)) }},
		{types.Of(types.Double), func() any { return rng.NormFloat64() }},
		{real, func() any { return float32(rng.IntN(100)) }},
		{varchar, func() any { return fmt.Sprint(rng.IntN(1000)) }},
	} {
		for _, name := range []string{"COUNT", "SUM", "AVG", "MIN", "MAX"} {
			result := c.arg
			if name == "COUNT" {
				result = types.Of(types.BigInt)
			}
			if c.arg.IsString() && (name == "SUM" || name == "AVG") {
				continue
			}
			used := newFunc(t, name, c.arg, result)
			for round := range 30 {
				n := 1 + rng.IntN(40)
				values, groups := make([]any, rng.IntN(80)), []uint32{}
				for i := range values {
					groups = append(groups, uint32(rng.IntN(n)))
					if rng.IntN(3) > 0 {
						values[i] = c.value()
					}
				}
				a := column(t, mem, c.arg.Arrow(), values...)
				fresh := newFunc(t, name, c.arg, result)
				used.Reset()
				for _, f := range []Func{used, fresh} {
					f.Update(n, groups, rowsOf(len(values)), a)
				}
				a.Release()
				assertSame(t, mem, used, fresh, n+3, fmt.Sprintf("round %d %s(%s)", round, name, c.arg))
			}
		}
	}
}

// TestGroupsEveryType takes keys of every type back out, as the only column and
// among others.
func TestGroupsEveryType(t *testing.T) {
	for _, c := range []struct {
		kind   types.Type
		values []any // distinct
	}{
		{types.Of(types.Boolean), []any{true, nil, false}},
		{types.Of(types.TinyInt), []any{-128, nil, 127, 0}},
		{types.Of(types.SmallInt), []any{-32768, nil, 32767}},
		{types.Of(types.Integer), []any{-1 << 31, 1<<31 - 1, nil}},
		{types.Of(types.BigInt), []any{nil, -1 << 63, 1<<63 - 1}},
		{types.Type{Kind: types.Decimal, Precision: 18, Scale: 3}, []any{"-999999999999999.999", nil, "0.001", "999999999999999.999"}},
		{types.Of(types.Real), []any{float32(1.5), nil, float32(-1e30)}},
		{types.Of(types.Double), []any{1.1, nil, -1e300}},
		{types.Of(types.Varchar), []any{"", nil, "x", "a string of more than sixteen bytes"}},
		{types.Of(types.Date), []any{"2026-01-02", nil, "1960-12-31"}},
		{types.Of(types.TimeOfDay), []any{"01:02:03", nil, "23:59:59"}},
		{types.Of(types.Timestamp), []any{"2026-01-02 03:04:05.678", nil, "1960-01-01 00:00:00"}},
		{types.Of(types.DayInterval), []any{"1s", nil, "-2h0m0s"}},
	} {
		t.Run(c.kind.String(), func(t *testing.T) {
			mem := checked(t)
			a := column(t, mem, c.kind.Arrow(), c.values...)
			defer a.Release()
			for _, keys := range [][]arrow.Array{{a}, {a, a}, {a, a, a}} {
				kinds := make([]arrow.DataType, len(keys))
				for i := range kinds {
					kinds[i] = a.DataType()
				}
				g := NewGroups(kinds)
				for range 2 {
					g.Reset()
					ids := make([]uint32, a.Len())
					g.Assign(keys, rowsOf(a.Len()), ids)
					for _, out := range g.Columns(mem) {
						if !arrow.TypeEqual(out.DataType(), a.DataType()) || !slices.Equal(texts(out), texts(a)) || out.NullN() != 1 {
							t.Errorf("%d keys: %s come out as %s", len(keys), a, out)
						}
						out.Release()
					}
				}
			}
		})
	}
}
