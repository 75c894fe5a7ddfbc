package agg

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/types"
)

var (
	integer = types.Of(types.Integer)
	bigint  = types.Of(types.BigInt)
	double  = types.Of(types.Double)
	money   = types.DecimalOf(5, 2)
	wide    = types.DecimalOf(18, 2)
	varchar = types.VarcharOf(0)
)

// TestAggregates has four groups: 4, NULL, 9 (kda-sql.md §13.1), only NULLs, no
// row at all, and one of its own.
func TestAggregates(t *testing.T) {
	for _, c := range []struct {
		name        string
		arg, result types.Type
		own         []any
		numbers     bool
		want        string
	}{
		{"COUNT", integer, bigint, []any{1, nil}, true, "2 0 0 1"},
		{"SUM", integer, bigint, []any{-1, -2}, true, "13 (null) (null) -3"},
		{"AVG", integer, integer, []any{-1, -2}, true, "6 (null) (null) -1"},
		{"AVG", integer, integer, []any{10, 25}, true, "6 (null) (null) 17"},
		{"MIN", integer, integer, []any{-5, 7, -5}, true, "4 (null) (null) -5"},
		{"MAX", integer, integer, []any{-5, -7}, true, "9 (null) (null) -5"},
		{"MAX", types.Of(types.TinyInt), types.Of(types.TinyInt), []any{-128}, true, "9 (null) (null) -128"},
		{"MIN", types.Of(types.SmallInt), types.Of(types.SmallInt), []any{32767}, true, "4 (null) (null) 32767"},
		{"SUM", types.Of(types.TinyInt), bigint, []any{127, 127, 127}, true, "13 (null) (null) 381"},
		{"MIN", bigint, bigint, []any{math.MaxInt64}, true, "4 (null) (null) 9223372036854775807"},
		{"MAX", bigint, bigint, []any{math.MinInt64}, true, "9 (null) (null) -9223372036854775808"},
		{"SUM", double, double, []any{0.5, -2.25}, true, "13 (null) (null) -1.75"},
		{"AVG", double, double, []any{1, 2}, true, "6.5 (null) (null) 1.5"},
		{"AVG", types.Of(types.Real), types.Of(types.Real), []any{1, 2}, true, "6.5 (null) (null) 1.5"},
		{"MAX", double, double, []any{-3.5, -4}, true, "9 (null) (null) -3.5"},
		{"MIN", types.Of(types.Real), types.Of(types.Real), []any{2.5}, true, "4 (null) (null) 2.5"},
		{"SUM", money, wide, []any{"1.25", "-0.05"}, true, "13 (null) (null) 1.2"},
		// 0.05 / 2 = 0.025 and -0.05 / 2: half away from zero.
		{"AVG", money, money, []any{"0.02", "0.03"}, true, "6.5 (null) (null) 0.03"},
		{"AVG", money, money, []any{"-0.02", "-0.03"}, true, "6.5 (null) (null) -0.03"},
		{"AVG", money, money, []any{"0.01", "0.01", "0.02"}, true, "6.5 (null) (null) 0.01"},
		{"MIN", money, money, []any{"-9.99", "9.99"}, true, "4 (null) (null) -9.99"},
		{"MAX", varchar, varchar, []any{"b", "a", "ba", ""}, false, "(null) (null) ba"},
		{"MIN", varchar, varchar, []any{"b", "", nil}, false, "(null) (null) "},
		{"MIN", types.Of(types.Date), types.Of(types.Date), []any{"2021-03-09", "1969-12-31"}, false, "(null) (null) 1969-12-31"},
		{"MAX", types.Of(types.TimeOfDay), types.Of(types.TimeOfDay), []any{"07:05:09", "23:00:00"}, false, "(null) (null) 23:00:00.000000"},
		{"COUNT", varchar, bigint, []any{"", nil}, false, "0 0 1"},
	} {
		t.Run(fmt.Sprintf("%s(%s) of %v", c.name, c.arg, c.own), func(t *testing.T) {
			mem := checked(t)
			var values []any
			var groups []uint32
			n := uint32(3)
			if c.numbers {
				values, groups, n = []any{4, nil, 9}, []uint32{0, 0, 0}, 4
			}
			// The group before the last but one has only NULLs, the one behind it nothing.
			values, groups = append(values, nil), append(groups, n-3)
			for _, v := range c.own {
				values, groups = append(values, v), append(groups, n-1)
			}
			col := column(t, mem, c.arg.Arrow(), values...)
			defer col.Release()
			for _, cut := range []int{1, 2, len(groups)} {
				f := newFunc(t, c.name, c.arg, c.result)
				rows := rowsOf(len(groups))
				for i := 0; i < len(groups); i += cut {
					end := min(i+cut, len(groups))
					f.Update(int(slices.Max(groups[:end]))+1, groups[i:end], rows[i:end], col)
				}
				assertResult(t, mem, f, int(n), c.want)
			}
		})
	}
}

func newFunc(t *testing.T, name string, arg, result types.Type) Func {
	t.Helper()
	f, err := New(name, arg, result)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func assertResult(t *testing.T, mem memory.Allocator, f Func, n int, want string) {
	t.Helper()
	res, over := f.Result(n, mem)
	defer res.Release()
	got := ""
	for i, s := range texts(res) {
		if i > 0 {
			got += " "
		}
		got += s
	}
	if got != want || len(over) > 0 {
		t.Errorf("result %q, overflow %v, want %q", got, over, want)
	}
}

func TestCountStar(t *testing.T) {
	mem := checked(t)
	f := newFunc(t, "COUNT", types.Of(types.Null), bigint)
	f.Update(2, []uint32{1, 0, 1}, rowsOf(3), nil)
	assertResult(t, mem, f, 3, "1 2 0")
}

func TestUnknownAggregate(t *testing.T) {
	if _, err := New("MEDIAN", double, double); err == nil {
		t.Error("no error")
	}
}

// TestOverflow: only the sum itself counts, not the way to it.
func TestOverflow(t *testing.T) {
	mem := checked(t)
	top := column(t, mem, bigint.Arrow(), math.MaxInt64, math.MaxInt64, math.MinInt64, 1, math.MinInt64, -1)
	defer top.Release()
	f := newFunc(t, "SUM", bigint, bigint)
	// Group 0: Max + Max + Min = 2^63 - 2, fits. Group 1: Max + 1, does not. Group 2: Min - 1 does not.
	f.Update(3, []uint32{0, 0, 0, 1, 1, 2, 2}, []uint32{0, 1, 2, 0, 3, 4, 5}, top)
	res, over := f.Result(3, mem)
	defer res.Release()
	if res.ValueStr(0) != "9223372036854775806" || !slices.Equal(over, []uint32{1, 2}) || !res.IsNull(1) || !res.IsNull(2) {
		t.Errorf("%v, overflow %v", res, over)
	}
	// A mean of what overflows as a sum is still a mean.
	mean := newFunc(t, "AVG", bigint, bigint)
	mean.Update(2, []uint32{0, 0, 1, 1}, []uint32{0, 1, 2, 4}, top)
	assertResult(t, mem, mean, 2, "9223372036854775807 -9223372036854775808")
}

func TestDecimalOverflow(t *testing.T) {
	mem := checked(t)
	col := column(t, mem, types.DecimalOf(18, 0).Arrow(), "999999999999999999", "1", "-1")
	defer col.Release()
	f := newFunc(t, "SUM", types.DecimalOf(18, 0), types.DecimalOf(18, 0))
	f.Update(2, []uint32{0, 0, 1, 1, 1}, []uint32{0, 1, 0, 1, 2}, col)
	res, over := f.Result(2, mem)
	defer res.Release()
	if !slices.Equal(over, []uint32{0}) || res.ValueStr(1) != "999999999999999999" {
		t.Errorf("%v, overflow %v", res, over)
	}
}

func TestRealOverflow(t *testing.T) {
	mem := checked(t)
	col := column(t, mem, arrow.PrimitiveTypes.Float32, "3e38", "3e38", "-3e38")
	defer col.Release()
	f := newFunc(t, "SUM", types.Of(types.Real), types.Of(types.Real))
	f.Update(2, []uint32{0, 0, 1, 1, 1}, []uint32{0, 1, 0, 1, 2}, col)
	res, over := f.Result(2, mem)
	defer res.Release()
	if !slices.Equal(over, []uint32{0}) || res.(*array.Float32).Value(1) != 3e38 {
		t.Errorf("%v, overflow %v", res, over)
	}
}

// TestNaN: above every number, below no other NaN, whatever the order.
func TestNaN(t *testing.T) {
	mem := checked(t)
	for _, values := range [][]any{{"NaN", 1, 2}, {1, "NaN", 2}, {2, 1, "NaN"}} {
		col := column(t, mem, double.Arrow(), values...)
		for name, want := range map[string]string{"MIN": "1", "MAX": "NaN"} {
			f := newFunc(t, name, double, double)
			f.Update(1, []uint32{0, 0, 0}, rowsOf(3), col)
			assertResult(t, mem, f, 1, want)
		}
		col.Release()
	}
}

// TestMergeIsUpdate cuts random rows into shards, merges their states in shard
// order and compares with one Update over the shards' rows one after the other;
// sums of whole numbers against math/big.
func TestMergeIsUpdate(t *testing.T) {
	mem := checked(t)
	rng := rand.New(rand.NewPCG(3, 4))
	for round := range 200 {
		const n = 5
		rows := rng.IntN(60)
		groups := make([]uint32, rows)
		ints, floats, strs := make([]any, rows), make([]any, rows), make([]any, rows)
		exact := make([]*big.Int, n)
		for i := range rows {
			groups[i] = uint32(rng.IntN(n))
			if rng.IntN(4) == 0 {
				continue
			}
			v := int64(rng.Uint64()) >> rng.IntN(64)
			ints[i], floats[i], strs[i] = v, rng.NormFloat64(), fmt.Sprint(rng.IntN(30))
			if exact[groups[i]] == nil {
				exact[groups[i]] = new(big.Int)
			}
			exact[groups[i]].Add(exact[groups[i]], big.NewInt(v))
		}
		for _, col := range []struct {
			name        string
			arg, result types.Type
			values      []any
		}{
			{"COUNT", bigint, bigint, ints}, {"SUM", bigint, bigint, ints}, {"AVG", bigint, bigint, ints},
			{"MIN", bigint, bigint, ints}, {"MAX", bigint, bigint, ints},
			{"MIN", double, double, floats}, {"MAX", double, double, floats},
			{"MIN", varchar, varchar, strs}, {"MAX", varchar, varchar, strs},
		} {
			a := column(t, mem, col.arg.Arrow(), col.values...)
			whole := newFunc(t, col.name, col.arg, col.result)
			whole.Update(n, groups, rowsOf(rows), a)
			merged := newFunc(t, col.name, col.arg, col.result)
			mergeShards(t, mem, rng, merged, col.name, col.arg, col.result, n, groups, a)
			assertSame(t, mem, whole, merged, n, fmt.Sprintf("round %d %s(%s)", round, col.name, col.arg))
			if col.name == "SUM" {
				assertSums(t, mem, whole, exact)
			}
			a.Release()
		}
	}
}

// mergeShards gives each row to a random shard and merges the shards' states.
func mergeShards(t *testing.T, mem memory.Allocator, rng *rand.Rand, into Func, name string, arg, result types.Type, n int, groups []uint32, a arrow.Array) {
	shards := 1 + rng.IntN(4)
	rows, ids := make([][]uint32, shards), make([][]uint32, shards)
	for i, g := range groups {
		s := rng.IntN(shards)
		rows[s], ids[s] = append(rows[s], uint32(i)), append(ids[s], g)
	}
	for s := range shards {
		f := newFunc(t, name, arg, result)
		f.Update(n, ids[s], rows[s], a)
		state := f.State(n, mem)
		into.Merge(n, rowsOf(n), state)
		for _, c := range state {
			c.Release()
		}
	}
}

func assertSame(t *testing.T, mem memory.Allocator, a, b Func, n int, what string) {
	t.Helper()
	x, xo := a.Result(n, mem)
	y, yo := b.Result(n, mem)
	defer x.Release()
	defer y.Release()
	if !slices.Equal(texts(x), texts(y)) || !slices.Equal(xo, yo) {
		t.Errorf("%s: %v %v and merged %v %v", what, x, xo, y, yo)
	}
}

func assertSums(t *testing.T, mem memory.Allocator, f Func, exact []*big.Int) {
	t.Helper()
	res, over := f.Result(len(exact), mem)
	defer res.Release()
	for g, want := range exact {
		switch {
		case want == nil:
			if !res.IsNull(g) || slices.Contains(over, uint32(g)) {
				t.Errorf("group %d of NULLs: %s", g, res.ValueStr(g))
			}
		case !want.IsInt64():
			if !slices.Contains(over, uint32(g)) {
				t.Errorf("group %d: %s is no overflow", g, want)
			}
		case res.ValueStr(g) != want.String():
			t.Errorf("group %d: %s, want %s", g, res.ValueStr(g), want)
		}
	}
}

// TestFloatMergeOrder: states of floats merge to the same bits as a fixed order
// of additions, shard after shard.
func TestFloatMergeOrder(t *testing.T) {
	mem := checked(t)
	shards := [][]any{{1e16, 1.0}, {-1e16, 0.25}, {0.1}}
	// 1 and 0.25 are lost beside 1e16, whose neighbours are 2 apart.
	const want = 0.1
	total := newFunc(t, "SUM", double, double)
	for _, values := range shards {
		col := column(t, mem, double.Arrow(), values...)
		f := newFunc(t, "SUM", double, double)
		f.Update(1, make([]uint32, len(values)), rowsOf(len(values)), col)
		state := f.State(1, mem)
		total.Merge(1, []uint32{0}, state)
		for _, c := range append(state, col) {
			c.Release()
		}
	}
	res, _ := total.Result(1, mem)
	defer res.Release()
	if got := res.(*array.Float64).Value(0); got != want {
		t.Errorf("%v, want %v", got, want)
	}
}
