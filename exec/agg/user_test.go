package agg

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// numbers is a state with a slice: the numbers of a group.
type numbers struct{ list []int64 }

// brokenNumber is a number that cannot be written.
const brokenNumber = 666

// listOf is a kernel that gives the numbers of a group in order, the sorting being done
// in the state. A negative number is an error of the result.
func listOf() *Kernel[numbers] {
	var args []arrow.Array
	var out []string
	var missing []bool
	return &Kernel[numbers]{
		Name: "LIST",
		Load: func(a []arrow.Array, _ []uint32) { args = append(args[:0], a...) },
		Step: func(s *numbers, row uint32) {
			sum := int64(0)
			for _, a := range args {
				if a.IsNull(int(row)) {
					return
				}
				sum += a.(*array.Int64).Value(int(row))
			}
			s.list = append(s.list, sum)
		},
		Merge: func(into, from *numbers) { into.list = append(into.list, from.list...) },
		Result: func(s *numbers) error {
			slices.Sort(s.list)
			bad := len(s.list) > 0 && s.list[0] < 0
			out, missing = append(out, fmt.Sprint(s.list)), append(missing, !bad)
			if bad {
				return fmt.Errorf("%d is negative", s.list[0])
			}
			return nil
		},
		Column: func(mem memory.Allocator) arrow.Array {
			b := array.NewStringBuilder(mem)
			defer b.Release()
			b.AppendValues(out, missing)
			out, missing = nil, nil
			return b.NewArray()
		},
		Encode: func(dst []byte, s *numbers) ([]byte, error) {
			for _, v := range s.list {
				if v == brokenNumber {
					return dst, errors.New("no such number")
				}
				dst = binary.AppendVarint(dst, v)
			}
			return dst, nil
		},
		Decode: func(p []byte, s *numbers) error {
			for len(p) > 0 {
				v, n := binary.Varint(p)
				if n <= 0 {
					return errors.New("a torn number")
				}
				s.list, p = append(s.list, v), p[n:]
			}
			return nil
		},
	}
}

func newList() User { return NewUserOf(listOf)() }

func TestUser(t *testing.T) {
	mem := checked(t)
	col := column(t, mem, arrow.PrimitiveTypes.Int64, 3, nil, 1, -7, 2)
	defer col.Release()
	f := newList()
	f.Update(4, []uint32{0, 0, 0, 1, 3}, rowsOf(5), col)
	res, bad := f.Result(4, mem)
	if got := strings.Join(texts(res), " "); got != "[1 3] (null) [] [2]" || !slices.Equal(bad, []uint32{1}) || f.Reason(1) != "-7 is negative" {
		t.Errorf("%s, %v, %q", got, bad, f.Reason(1))
	}
	res.Release()
	// Several arguments come as a struct, none as nil.
	tuple, err := array.NewStructArray([]arrow.Array{col, col}, []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	defer tuple.Release()
	f.Reset()
	f.Update(2, []uint32{1, 1}, []uint32{0, 1}, tuple)
	f.Update(2, []uint32{0}, []uint32{4}, nil)
	assertResult(t, mem, f, 3, "[0] [6] []")
}

// TestUserMerge: states of shards give what the rows one after the other give.
func TestUserMerge(t *testing.T) {
	mem := checked(t)
	rng := rand.New(rand.NewPCG(1, 9))
	values := make([]any, 300)
	groups := make([]uint32, len(values))
	for i := range values {
		values[i], groups[i] = rng.IntN(1000), uint32(rng.IntN(7))
	}
	col := column(t, mem, arrow.PrimitiveTypes.Int64, values...)
	defer col.Release()
	whole, merged := newList(), newList()
	whole.Update(7, groups, rowsOf(300), col)
	for from := 0; from < 300; from += 100 {
		f := newList()
		f.Update(7, groups[from:from+100], rowsOf(300)[from:from+100], col)
		state := f.State(7, mem)
		merged.Merge(7, rowsOf(7), state)
		state[0].Release()
	}
	assertSame(t, mem, whole, merged, 7, "three shards")
}

// TestUserFreeze: what a snapshot gives is the states as they were, whatever becomes of
// them meanwhile: rows, a result that sorts them, another snapshot afterwards.
func TestUserFreeze(t *testing.T) {
	mem := checked(t)
	rng := rand.New(rand.NewPCG(5, 6))
	const before, after = FrozenRange + 77, FrozenRange + 900
	f, twin := newList(), newList()
	update := func(n int, funcs ...Func) {
		groups, values := make([]uint32, 1000), make([]any, 1000)
		for i := range groups {
			groups[i], values[i] = uint32(rng.IntN(n)), rng.IntN(brokenNumber)
		}
		col := column(t, mem, arrow.PrimitiveTypes.Int64, values...)
		defer col.Release()
		for _, f := range funcs {
			f.Update(n, groups, rowsOf(1000), col)
		}
	}
	for range 10 {
		update(before, f, twin)
	}
	want := twin.State(before, mem)[0]
	defer want.Release()
	frozen := f.Freeze(before)
	var wg sync.WaitGroup
	wg.Go(func() {
		for lo := 0; lo < before; lo += FrozenRange {
			hi := min(lo+FrozenRange, before)
			got, part := frozen.Range(lo, hi).State(hi-lo, mem)[0], array.NewSlice(want, int64(lo), int64(hi))
			if !array.Equal(got, part) {
				t.Errorf("groups %d to %d are not what they were", lo, hi)
			}
			got.Release()
			part.Release()
		}
	})
	for range 3 {
		update(after, f)
	}
	res, _ := f.Result(after, mem)
	res.Release()
	wg.Wait()
	frozen.Release()
	if err := f.Err(); err != nil {
		t.Error(err)
	}
}

// TestUserFails: a state that cannot be written or read is an error, wherever it shows.
func TestUserFails(t *testing.T) {
	mem := checked(t)
	col := column(t, mem, arrow.PrimitiveTypes.Int64, 1, brokenNumber)
	defer col.Release()
	f := newList()
	f.Update(2, []uint32{0, 1}, rowsOf(2), col)
	if f.Err() != nil {
		t.Error(f.Err())
	}
	f.State(2, mem)[0].Release()
	wantErr(t, f, "aggregate LIST: a state cannot be written: no such number")

	f = newList()
	f.Update(2, []uint32{0, 1}, rowsOf(2), col)
	frozen := f.Freeze(2)
	f.Update(2, []uint32{0}, rowsOf(1), col) // has to copy what it cannot
	part := frozen.Range(0, 2).(User)
	part.State(2, mem)[0].Release()
	wantErr(t, part, "aggregate LIST: a state cannot be copied: no such number")
	frozen.Release()

	b := array.NewBinaryBuilder(mem, arrow.BinaryTypes.Binary)
	defer b.Release()
	b.Append([]byte{0x80})
	torn := b.NewArray()
	defer torn.Release()
	f = newList()
	f.Merge(1, []uint32{0}, []arrow.Array{torn})
	wantErr(t, f, "aggregate LIST: a stored state cannot be read: a torn number")
}

func wantErr(t *testing.T, f User, want string) {
	t.Helper()
	if err := f.Err(); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// TestUserBytes: the estimate is near what the states hold, for one group that grows, for
// many, and after a Reset.
func TestUserBytes(t *testing.T) {
	mem := checked(t)
	values := make([]any, 4096)
	for i := range values {
		values[i] = i
	}
	col := column(t, mem, arrow.PrimitiveTypes.Int64, values...)
	defer col.Release()
	one, many := make([]uint32, len(values)), rowsOf(len(values))
	for name, groups := range map[string][]uint32{"one": one, "many": many} {
		f := newList()
		for range 50 {
			f.Update(int(slices.Max(groups))+1, groups, rowsOf(len(values)), col)
		}
		held := int64(50 * 4096 * 8)
		if got := f.Bytes(); got < held/2 || got > 3*held {
			t.Errorf("%s: %d bytes, there are about %d", name, got, held)
		}
		f.Reset()
		f.Update(1, one[:1], rowsOf(1), col)
		if got := f.Bytes(); got > 4096*(24+16)+100 {
			t.Errorf("%s: %d bytes after a reset", name, got)
		}
	}
}

func TestSizeBehind(t *testing.T) {
	type inner struct {
		Text string
		Next *inner
	}
	text := strings.Repeat("x", 100)
	loop := &inner{Text: text}
	loop.Next = loop
	many := map[int64]string{}
	for i := range int64(1000) {
		many[i] = text
	}
	for _, c := range []struct {
		of        any
		low, high int64
	}{
		{new(int64), 0, 0},
		{&text, 100, 100},
		{&[]int64{1, 2, 3}, 24, 24},
		{&inner{Text: text, Next: &inner{Text: text}}, 224, 224},
		{&[]string{text, text}, 232, 232},
		{&[2]string{text, text}, 200, 200},
		{&[]any{int64(1), text, nil}, 3*16 + 8 + 16 + 100, 3*16 + 8 + 16 + 100},
		{&many, 1000 * (24 + 100), 1000 * (2*25 + 100)},
		{&loop, 100, 1 << 20}, // ends
	} {
		if got := sizeBehind(c.of); got < c.low || got > c.high {
			t.Errorf("%T: %d, want %d to %d", c.of, got, c.low, c.high)
		}
	}
}

// BenchmarkUser is a sum of a program, beside that of the engine.
func BenchmarkUser(b *testing.B) {
	type sum struct{ v float64 }
	kernel := func() *Kernel[sum] {
		var values []float64
		return &Kernel[sum]{
			Load: func(a []arrow.Array, _ []uint32) { values = a[0].(*array.Float64).Float64Values() },
			Step: func(s *sum, row uint32) { s.v += values[row] },
		}
	}
	batches, rows := benchBatches(1000, 16), benchSel()
	ids := make([][]uint32, len(batches))
	g := NewGroups([]arrow.DataType{arrow.BinaryTypes.String})
	for i, batch := range batches {
		ids[i] = make([]uint32, benchRows)
		g.Assign([]arrow.Array{batch.key}, rows, ids[i])
	}
	for name, f := range map[string]Func{"go": NewUserOf(kernel)(), "engine": &sumFloat{kind: arrow.PrimitiveTypes.Float64}} {
		b.Run(name, func(b *testing.B) {
			done := 0
			for b.Loop() {
				i := done % len(batches)
				f.Update(g.Len(), ids[i], rows, batches[i].price)
				done++
			}
			reportRows(b, done)
		})
	}
}
