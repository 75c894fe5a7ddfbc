package agg

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// column builds an array from Go values; nil is NULL. The test releases it.
func column(t testing.TB, mem memory.Allocator, dt arrow.DataType, values ...any) arrow.Array {
	t.Helper()
	b := array.NewBuilder(mem, dt)
	defer b.Release()
	for _, v := range values {
		if v == nil {
			b.AppendNull()
			continue
		}
		if err := b.AppendValueFromString(fmt.Sprint(v)); err != nil {
			t.Fatal(err)
		}
	}
	return b.NewArray()
}

func checked(t *testing.T) *memory.CheckedAllocator {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	t.Cleanup(func() { mem.AssertSize(t, 0) })
	return mem
}

func rowsOf(n int) []uint32 {
	rows := make([]uint32, n)
	for i := range rows {
		rows[i] = uint32(i)
	}
	return rows
}

func texts(a arrow.Array) []string {
	out := make([]string, a.Len())
	for i := range out {
		out[i] = a.ValueStr(i)
	}
	return out
}

func TestGroupsOneColumn(t *testing.T) {
	str, i64 := arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int64
	long, longer := "a key that is longer than sixteen bytes", "a key that is longer than sixteen byteS"
	for _, c := range []struct {
		name   string
		dt     arrow.DataType
		values []any
		want   []uint32
	}{
		{"strings", str, []any{"b", "a", "b", "", "a"}, []uint32{0, 1, 0, 2, 1}},
		{"null is not the empty string", str, []any{"", nil, "", nil}, []uint32{0, 1, 0, 1}},
		{"null first", str, []any{nil, "x", nil}, []uint32{0, 1, 0}},
		{"long", str, []any{long, longer, long, "short", longer}, []uint32{0, 1, 0, 2, 1}},
		{"every length from 1 to 18 is told apart", str, []any{"x", "xx", "xxx", "xxxx", "xxxxx", "xxxxxxx", "xxxxxxxx", "xxxxxxxxx", "xxxxxxxxxxxxxxx", "xxxxxxxxxxxxxxxx", "xxxxxxxxxxxxxxxxx", "xxxxxxxxxxxxxxxxxx", "xxx"}, []uint32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 2}},
		{"integers", i64, []any{-1, 0, nil, 0, math.MinInt64, -1}, []uint32{0, 1, 2, 1, 3, 0}},
		{"narrow", arrow.PrimitiveTypes.Int8, []any{-128, 127, -128}, []uint32{0, 1, 0}},
		{"booleans", arrow.FixedWidthTypes.Boolean, []any{true, false, nil, true}, []uint32{0, 1, 2, 0}},
		{"dates", arrow.FixedWidthTypes.Date32, []any{"2021-03-09", "2021-03-10", "2021-03-09"}, []uint32{0, 1, 0}},
		{"times", arrow.FixedWidthTypes.Time64us, []any{"07:05:09", "00:00:00", "07:05:09"}, []uint32{0, 1, 0}},
		{"timestamps", &arrow.TimestampType{Unit: arrow.Microsecond}, []any{"1969-12-31 23:59:59", "2021-03-09 07:05:09", "1969-12-31 23:59:59"}, []uint32{0, 1, 0}},
		{"short integers", arrow.PrimitiveTypes.Int16, []any{-32768, 32767, -32768}, []uint32{0, 1, 0}},
		{"integers of four bytes", arrow.PrimitiveTypes.Int32, []any{-5, 5, -5}, []uint32{0, 1, 0}},
		{"reals", arrow.PrimitiveTypes.Float32, []any{1.5, -1.5, 1.5}, []uint32{0, 1, 0}},
		{"binaries", arrow.BinaryTypes.Binary, []any{"AA==", "AAA=", "AA=="}, []uint32{0, 1, 0}},
		{"the NULL type", arrow.Null, []any{nil, nil}, []uint32{0, 0}},
		{"decimals", &arrow.Decimal128Type{Precision: 5, Scale: 2}, []any{"-1.50", "1.50", "-1.50"}, []uint32{0, 1, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			mem := checked(t)
			col := column(t, mem, c.dt, c.values...)
			defer col.Release()
			g := NewGroups([]arrow.DataType{c.dt})
			ids := make([]uint32, col.Len())
			for round := range 2 {
				g.Assign([]arrow.Array{col}, rowsOf(col.Len()), ids)
				if !slices.Equal(ids, c.want) {
					t.Fatalf("round %d: ids %v, want %v", round, ids, c.want)
				}
			}
			g.Find([]arrow.Array{col}, rowsOf(col.Len()), ids)
			if !slices.Equal(ids, c.want) {
				t.Fatalf("found %v, want %v", ids, c.want)
			}
			assertKeys(t, g, mem, [][]arrow.Array{{col}}, c.want)
		})
	}
}

// assertKeys checks that the columns of g are the first row of each group.
func assertKeys(t *testing.T, g *Groups, mem memory.Allocator, batches [][]arrow.Array, ids []uint32) {
	t.Helper()
	keys := g.Columns(mem)
	for c, col := range keys {
		next := 0
		got := texts(col)
		row := 0
		for _, b := range batches {
			for i := range b[c].Len() {
				if int(ids[row]) == next {
					if got[next] != b[c].ValueStr(i) {
						t.Errorf("key %d column %d is %s, want %s", next, c, got[next], b[c].ValueStr(i))
					}
					next++
				}
				row++
			}
		}
		if next != col.Len() {
			t.Errorf("column %d has %d keys, want %d", c, col.Len(), next)
		}
		col.Release()
	}
}

func TestGroupsFloats(t *testing.T) {
	mem := checked(t)
	b := array.NewFloat64Builder(mem)
	defer b.Release()
	negativeZero := math.Copysign(0, -1)
	otherNaN := math.Float64frombits(math.Float64bits(math.NaN()) ^ 1)
	b.AppendValues([]float64{0, negativeZero, math.NaN(), otherNaN, 1, math.Inf(1), math.Inf(-1)}, nil)
	col := b.NewArray()
	defer col.Release()
	g := NewGroups([]arrow.DataType{arrow.PrimitiveTypes.Float64})
	ids := make([]uint32, 7)
	g.Assign([]arrow.Array{col}, rowsOf(7), ids)
	if want := []uint32{0, 0, 1, 1, 2, 3, 4}; !slices.Equal(ids, want) {
		t.Errorf("ids %v, want %v", ids, want)
	}
}

func TestGroupsManyColumns(t *testing.T) {
	mem := checked(t)
	// ("a", "bc") and ("ab", "c") have equal bytes when run together.
	a := column(t, mem, arrow.BinaryTypes.String, "a", "ab", "a", nil, "", nil, "a")
	b := column(t, mem, arrow.BinaryTypes.String, "bc", "c", "bc", "x", "x", "x", nil)
	n := column(t, mem, arrow.PrimitiveTypes.Int32, 1, 1, 1, nil, 0, nil, 1)
	for _, c := range []arrow.Array{a, b, n} {
		defer c.Release()
	}
	want := []uint32{0, 1, 0, 2, 3, 2, 4}
	g := NewGroups([]arrow.DataType{a.DataType(), b.DataType(), n.DataType()})
	ids := make([]uint32, 7)
	g.Assign([]arrow.Array{a, b, n}, rowsOf(7), ids)
	if !slices.Equal(ids, want) {
		t.Fatalf("ids %v, want %v", ids, want)
	}
	assertKeys(t, g, mem, [][]arrow.Array{{a, b, n}}, want)
}

// TestGroupsNullType: such a column has no bitmap, yet all of it is NULL.
func TestGroupsNullType(t *testing.T) {
	none := array.NewNull(3)
	defer none.Release()
	mem := checked(t)
	n := column(t, mem, arrow.PrimitiveTypes.Int32, 1, 2, 1)
	defer n.Release()
	g := NewGroups([]arrow.DataType{arrow.Null, n.DataType()})
	ids := make([]uint32, 3)
	g.Assign([]arrow.Array{none, n}, rowsOf(3), ids)
	if !slices.Equal(ids, []uint32{0, 1, 0}) {
		t.Errorf("ids %v", ids)
	}
	f := newFunc(t, "COUNT", integer, bigint)
	f.Update(2, ids, rowsOf(3), none)
	assertResult(t, mem, f, 2, "0 0")
}

func TestGroupsWithoutKey(t *testing.T) {
	g := NewGroups(nil)
	ids := []uint32{9, 9, 9}
	g.Assign(nil, rowsOf(3), ids)
	if g.Len() != 1 || !slices.Equal(ids, []uint32{0, 0, 0}) {
		t.Errorf("%d groups, ids %v", g.Len(), ids)
	}
}

func TestGroupsSelectionAndSlices(t *testing.T) {
	mem := checked(t)
	whole := column(t, mem, arrow.BinaryTypes.String, "x", "a", nil, "b", "a", "y")
	defer whole.Release()
	col := array.NewSlice(whole, 1, 5)
	defer col.Release()
	g := NewGroups([]arrow.DataType{whole.DataType()})
	ids := make([]uint32, 3)
	g.Assign([]arrow.Array{col}, []uint32{0, 1, 3}, ids)
	if !slices.Equal(ids, []uint32{0, 1, 0}) {
		t.Errorf("ids %v", ids)
	}
	g.Find([]arrow.Array{col}, []uint32{2, 3, 1}, ids)
	if !slices.Equal(ids, []uint32{NoGroup, 0, 1}) {
		t.Errorf("found %v", ids)
	}
}

// TestGroupsGrow goes through every growth of the table up to a million keys,
// and again after Reset, against a Go map.
func TestGroupsGrow(t *testing.T) {
	const keys, batch = 1_000_000, 8192
	rng := rand.New(rand.NewPCG(1, 2))
	g := NewGroups([]arrow.DataType{arrow.PrimitiveTypes.Int64})
	ids := make([]uint32, batch)
	for range 2 {
		known := map[int64]uint32{}
		for g.Len() < keys {
			b := array.NewInt64Builder(memory.DefaultAllocator)
			for range batch {
				b.Append(rng.Int64N(4 * keys))
			}
			col := b.NewInt64Array()
			g.Assign([]arrow.Array{col}, rowsOf(batch), ids)
			for i, v := range col.Int64Values() {
				want, ok := known[v]
				if !ok {
					want = uint32(len(known))
					known[v] = want
				}
				if ids[i] != want {
					t.Fatalf("key %d has id %d, want %d", v, ids[i], want)
				}
			}
		}
		if g.Len() != len(known) || g.Bytes() < keys*8 {
			t.Fatalf("%d groups in %d bytes, want %d", g.Len(), g.Bytes(), len(known))
		}
		g.Reset()
		if g.Len() != 0 {
			t.Fatal("keys left after Reset")
		}
	}
}
