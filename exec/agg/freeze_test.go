package agg

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/millrace-sql/millrace/sql/types"
)

// TestFreeze takes a snapshot of every aggregate, goes on changing and adding
// groups while another goroutine reads it, and wants what a copy made before says.
func TestFreeze(t *testing.T) {
	for _, c := range []struct {
		name        string
		arg, result types.Type
		value       func(r *rand.Rand) any
	}{
		{"COUNT", integer, bigint, number},
		{"SUM", integer, bigint, number},
		{"AVG", double, double, number},
		{"MIN", integer, integer, number},
		{"MAX", double, double, number},
		{"MAX", varchar, varchar, text},
	} {
		t.Run(c.name+" of "+c.arg.String(), func(t *testing.T) { testFreeze(t, c.name, c.arg, c.result, c.value) })
	}
}

func number(r *rand.Rand) any {
	if r.IntN(9) == 0 {
		return nil
	}
	return r.IntN(1000)
}

func text(r *rand.Rand) any {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	at := r.IntN(20)
	return letters[at : at+r.IntN(6)]
}

func testFreeze(t *testing.T, name string, arg, result types.Type, value func(r *rand.Rand) any) {
	mem := checked(t)
	r := rand.New(rand.NewPCG(1, 2))
	const before, after = 2*FrozenRange + 77, 3 * FrozenRange
	f, twin := mustFunc(t, name, arg, result), mustFunc(t, name, arg, result)
	update := func(n int, funcs ...Func) {
		groups, rows, values := make([]uint32, 1000), make([]uint32, 1000), make([]any, 1000)
		for i := range groups {
			groups[i], rows[i], values[i] = uint32(r.IntN(n)), uint32(i), value(r)
		}
		col := column(t, mem, arg.Arrow(), values...)
		defer col.Release()
		for _, f := range funcs {
			f.Update(n, groups, rows, col)
		}
	}
	for range 20 {
		update(before, f, twin)
	}
	frozen := f.Freeze(before)
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range 2 * (before/FrozenRange + 1) { // twice: a write may have to be repeated
			lo := i % (before/FrozenRange + 1) * FrozenRange
			hi := min(lo+FrozenRange, before)
			got, want := frozen.Range(lo, hi).State(hi-lo, mem), twin.State(before, mem)
			for c := range got {
				part := array.NewSlice(want[c], int64(lo), int64(hi))
				if !array.Equal(got[c], part) {
					t.Errorf("state %d of groups %d to %d differs from the copy", c, lo, hi)
				}
				for _, a := range []arrow.Array{got[c], want[c], part} {
					a.Release()
				}
			}
		}
	})
	for range 30 {
		update(after, f)
	}
	wg.Wait()
	frozen.Release()
	if s := f.State(after, mem); s[0].Len() != after {
		t.Errorf("the state goes on with %d groups, want %d", s[0].Len(), after)
	} else {
		for _, a := range s {
			a.Release()
		}
	}
}

func mustFunc(t *testing.T, name string, arg, result types.Type) Func {
	t.Helper()
	f, err := New(name, arg, result)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestFreezeGroups reads keys in ranges while others are added.
func TestFreezeGroups(t *testing.T) {
	mem := checked(t)
	kinds := []arrow.DataType{varchar.Arrow(), bigint.Arrow()}
	g := NewGroups(kinds)
	assign := func(from, to int) {
		names, numbers := array.NewStringBuilder(mem), array.NewInt64Builder(mem)
		defer names.Release()
		defer numbers.Release()
		rows := make([]uint32, to-from)
		for i := range rows {
			rows[i] = uint32(i)
			numbers.Append(int64(from + i))
			if i%7 == 0 {
				names.AppendNull()
			} else {
				names.Append("a key of more than sixteen bytes"[:i%32])
			}
		}
		a, b := names.NewArray(), numbers.NewArray()
		defer a.Release()
		defer b.Release()
		g.Assign([]arrow.Array{a, b}, rows, make([]uint32, len(rows)))
	}
	assign(0, 10_000)
	f := g.Freeze()
	whole := g.Columns(mem)
	var wg sync.WaitGroup
	wg.Go(func() {
		for lo := 0; lo < f.Len(); lo += FrozenRange {
			hi := min(lo+FrozenRange, f.Len())
			for i, col := range f.Range(lo, hi).Columns(mem) {
				part := array.NewSlice(whole[i], int64(lo), int64(hi))
				if !array.Equal(col, part) {
					t.Errorf("key column %d of groups %d to %d differs", i, lo, hi)
				}
				col.Release()
				part.Release()
			}
		}
	})
	assign(10_000, 30_000)
	wg.Wait()
	for _, c := range whole {
		c.Release()
	}
}
