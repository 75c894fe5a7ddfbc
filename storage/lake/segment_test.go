package lake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/millrace-sql/millrace/sql/types"
)

// restored is a writer that goes on from a token.
func restored(t testing.TB, tab *Table, epoch uint64, token []byte) *Writer {
	t.Helper()
	w := mustWriter(t, tab, testWriter)
	if err := w.Commit(context.Background(), epoch, token); err != nil {
		t.Fatal(err)
	}
	return w
}

func mustClose(t testing.TB, w *Writer) {
	t.Helper()
	if err := w.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// Rows of all types come back from segments as they went in, however they were appended.
func TestSegmentsOfAllTypes(t *testing.T) {
	s := allTypes()
	for _, n := range []int{0, 2, 300, 4900} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			mem := checked(t)
			b := NewMem()
			all := newRecord(mem, s, typeRows()...)
			defer all.Release()
			rec := all.NewSlice(1, int64(n)+1) // arrays with an offset
			defer rec.Release()
			var odd []uint32
			want := lines(rec)
			for i := 1; i < n; i += 2 {
				odd = append(odd, uint32(i))
				want = append(want, want[i])
			}
			tab := mustOpen(t, b, "t", Options{Schema: s})
			w := mustWriter(t, tab, testWriter)
			if err := w.Append(context.Background(), rec, nil); err != nil {
				t.Fatal(err)
			}
			var token []byte
			if len(odd) > 0 {
				if err := w.Append(context.Background(), rec, odd); err != nil {
					t.Fatal(err)
				}
			}
			token, err := w.Prepare(context.Background(), 1)
			if err != nil || len(token) == 0 != (n == 0) {
				t.Fatal(token, err)
			}
			mustClose(t, w)
			if err := mustWriter(t, tab, testWriter).Publish(context.Background(), 1, token); err != nil {
				t.Fatal(err)
			}
			got, _ := mustScan(t, tab, ScanOptions{Schema: s, Mem: mem}, 1000)
			wantLines(t, got, want...)
		})
	}
}

// A dictionary, with nulls as indexes and as values, is written out.
func TestSegmentsOfDictionaries(t *testing.T) {
	ctx := context.Background()
	mem := checked(t)
	dt := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}
	values := array.NewStringBuilder(mem)
	defer values.Release()
	values.AppendValues([]string{"x", "", "zz"}, []bool{true, false, true})
	dict := values.NewArray()
	defer dict.Release()
	indexes := array.NewInt8Builder(mem)
	defer indexes.Release()
	indexes.AppendValues([]int8{2, 0, 1, 0, 2}, []bool{true, true, true, false, true})
	codes := indexes.NewArray()
	defer codes.Release()
	col := array.NewDictionaryArray(dt, codes, dict)
	defer col.Release()
	rec := array.NewRecord(arrow.NewSchema([]arrow.Field{{Name: "S", Type: dt}}, nil), []arrow.Array{col}, 5)
	defer rec.Release()
	s := types.NewSchema(types.Field{Name: "S", Type: types.Of(types.Varchar)})
	tab := mustOpen(t, NewMem(), "t", Options{Schema: s})
	w := mustWriter(t, tab, testWriter)
	token := mustStage(t, w, 1, rec)
	mustClose(t, w)
	if err := mustWriter(t, tab, testWriter).Publish(ctx, 1, token); err != nil {
		t.Fatal(err)
	}
	got, _ := mustScan(t, tab, ScanOptions{Schema: s, Mem: mem}, 10)
	wantLines(t, got, "zz", "x", "(null)", "(null)", "zz")
}

// Files grow over checkpoints and stops until they are old enough, counted from their first row.
func TestFilesGrowUntilTheyAreOld(t *testing.T) {
	mem := checked(t)
	b := NewMem()
	clock := types.Time(0)
	o := dayOptions()
	o.Now = func() types.Time { return clock }
	files := func() (out []int64) {
		snap, err := mustOpen(t, b, "t", Options{}).Snapshot(context.Background(), 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range snap.Files {
			out = append(out, f.Rows)
		}
		return out
	}
	var token []byte
	for e := range uint64(7) { // every 10 s, a run each
		w := restored(t, mustOpen(t, b, "t", o), e, token)
		rows := [][]any{{0, int(e), "A"}}
		if e >= 3 {
			rows = append(rows, []any{1, int(e), "A"})
		}
		rec := newRecord(mem, daySchema, rows...)
		if clock = types.Time(e) * 10_000_000; e == 6 {
			clock = 60_000_000
		}
		token = mustStage(t, w, e+1, rec)
		rec.Release()
		mustClose(t, w)
		if got := files(); e < 6 && len(got) > 0 {
			t.Fatalf("epoch %d: files of %v rows", e+1, got)
		}
	}
	if got := files(); !slices.Equal(got, []int64{7}) {
		t.Fatalf("files of %v rows", got)
	}
	w := restored(t, mustOpen(t, b, "t", o), 7, token)
	clock = 90_000_000
	w2, err := w.Prepare(context.Background(), 8)
	if err == nil {
		err = w.Commit(context.Background(), 8, w2)
	}
	if got := files(); err != nil || !slices.Equal(got, []int64{7, 4}) {
		t.Fatalf("files of %v rows, %v", got, err)
	}
	if left := keysOf(t, b, stagingFolder+"/"); len(left) > 0 || len(w2) == 0 {
		t.Fatal(left)
	}
}

// A negative interval finishes every file at every Prepare, and so does a number of segments that is too large.
func TestFilesThatCannotGrow(t *testing.T) {
	mem := checked(t)
	rec := newRecord(mem, daySchema, []any{0, 1, "A"})
	defer rec.Release()
	b := NewMem()
	o := dayOptions()
	o.RollInterval = -1
	w := mustWriter(t, mustOpen(t, b, "t", o), testWriter)
	for e := range uint64(3) {
		mustStage(t, w, e+1, rec)
		if got, _ := mustScan(t, mustOpen(t, b, "t", Options{}), ScanOptions{Schema: daySchema, Mem: mem}, 10); len(got) != int(e)+1 {
			t.Fatal(got)
		}
	}
	o.RollInterval = time.Hour
	b = NewMem()
	w = mustWriter(t, mustOpen(t, b, "t", o), testWriter)
	for e := range uint64(maxSegments + 1) {
		mustStage(t, w, e+1, rec)
	}
	got, stats := mustScan(t, mustOpen(t, b, "t", Options{}), ScanOptions{Schema: daySchema, Mem: mem}, 1000)
	if len(got) != maxSegments+1 || stats.Files != 1 || len(keysOf(t, b, stagingFolder+"/")) != 0 {
		t.Fatalf("%d rows in %d files", len(got), stats.Files)
	}
}

// Files that end by their size in the middle of an epoch leave exactly the other rows to restore.
func TestSizesAndSegmentsTogether(t *testing.T) {
	ctx := context.Background()
	mem := checked(t)
	b := NewMem()
	s := types.NewSchema(types.Field{Name: "DAY", Type: types.Of(types.Date)}, types.Field{Name: "TEXT", Type: types.Of(types.Varchar)})
	o := Options{Schema: s, PartitionedBy: []string{"DAY"}, Compression: None, FileBytes: 500 << 10}
	var want []string
	var token []byte
	n := 0
	for e := range uint64(12) {
		w := mustWriter(t, mustOpen(t, b, "t", o), testWriter)
		if err := w.Commit(ctx, e, token); err != nil {
			t.Fatal(err)
		}
		for range 5 {
			var rows [][]any
			for i := range 200 + 100*int(e) {
				n++
				text := fmt.Sprintf("%0200d", n)
				rows = append(rows, []any{i * i % 2, text})
				want = append(want, fmt.Sprintf("1970-01-%02d|%s", i*i%2+1, text))
			}
			rec := newRecord(mem, s, rows...)
			if err := w.Append(ctx, rec, nil); err != nil {
				t.Fatal(err)
			}
			rec.Release()
		}
		var err error
		if token, err = w.Prepare(ctx, e+1); err != nil {
			t.Fatal(err)
		}
		if e%3 == 1 {
			err = w.Commit(ctx, e+1, token)
		}
		mustClose(t, w)
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := mustWriter(t, mustOpen(t, b, "t", o), testWriter).Publish(ctx, 12, token); err != nil {
			t.Fatal(err)
		}
	}
	got, stats := mustScan(t, mustOpen(t, b, "t", Options{}), ScanOptions{Schema: s, Mem: mem}, 10000)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) { // too much to print
		t.Fatalf("%d rows, %d of them distinct, in %d files; want %d", len(got), len(slices.Compact(got)), stats.Files, len(want))
	}
	if stats.Files < 10 {
		t.Fatalf("%+v", stats)
	}
}

// Publish, broken off anywhere and repeated by another process, shows every row once and leaves nothing.
func TestPublishFaults(t *testing.T) {
	ctx := context.Background()
	for _, after := range []bool{false, true} {
		for n := 1; ; n++ {
			r := newRun(t, NewMem(), "t")
			r.bucket = r.base
			r.keep = func(e uint64) bool { return e < 6 } // epoch 5 has files and segments
			if err := r.live(); !errors.Is(err, errNotKept) {
				t.Fatal(err)
			}
			f := &faulty{Bucket: r.base, left: n, after: after, stop: true}
			err := mustWriter(t, mustOpen(t, f, "t", r.options()), testWriter).Publish(ctx, r.root.epoch, r.root.token)
			if err != nil && !errors.Is(err, errFault) {
				t.Fatal(err)
			}
			if err != nil {
				err = mustWriter(t, mustOpen(t, r.base, "t", r.options()), testWriter).Publish(ctx, r.root.epoch, r.root.token)
			}
			if err != nil {
				t.Fatal(err)
			}
			got, _ := mustScan(t, mustOpen(t, r.base, "t", Options{}), ScanOptions{Schema: daySchema, Mem: r.mem}, 100)
			slices.Sort(got)
			wantLines(t, got, runLines(5)...)
			if left := keysOf(t, r.base, stagingFolder+"/"); len(left) > 0 {
				t.Fatal(left)
			}
			if !f.fired {
				break
			}
		}
	}
}

// What cannot be restored is an error, never a loss.
func TestTokensThatCannotBeRestored(t *testing.T) {
	ctx := context.Background()
	mem := checked(t)
	rec := newRecord(mem, daySchema, []any{0, 1, "A"})
	defer rec.Release()
	b := NewMem()
	tab := mustOpen(t, b, "t", dayOptions())
	w := mustWriter(t, tab, testWriter)
	old := mustStage(t, w, 1, rec)
	token := mustStage(t, w, 2, rec)
	first := keysOf(t, b, stagingFolder+"/")[0]
	commit := func(w *Writer, epoch uint64, token []byte, want error) {
		t.Helper()
		if err := w.Commit(ctx, epoch, token); !errors.Is(err, want) {
			t.Fatalf("got %v, want %v", err, want)
		}
	}
	var whole []byte
	alter(b, first, func(v []byte) []byte { whole = slices.Clone(v); v[len(v)-9] ^= 4; return v })
	broken := mustWriter(t, tab, testWriter)
	commit(broken, 2, token, ErrCorrupt)
	alter(b, first, gone)
	commit(broken, 2, token, ErrConflict)
	alter(b, first, func([]byte) []byte { return whole })
	commit(broken, 2, token, nil) // a failed attempt has left nothing behind
	late := mustWriter(t, tab, testWriter)
	if err := late.Append(ctx, rec, nil); err != nil {
		t.Fatal(err)
	}
	commit(late, 2, token, ErrConflict)
	mustClose(t, late)
	commit(broken, 2, token, nil)
	renamed := []byte(strings.Replace(string(token), "state=A", "state=a", 1))
	commit(mustWriter(t, tab, testWriter), 2, renamed, ErrCorrupt)
	other := mustOpen(t, b, "t", Options{Schema: benchSchema})
	commit(mustWriter(t, other, testWriter), 2, token, ErrColumn)
	// Two runs from one checkpoint: the second comes too late.
	mustCommit(t, broken, 3, rec, nil)
	commit(mustWriter(t, tab, testWriter), 2, token, ErrConflict)
	commit(mustWriter(t, tab, testWriter), 1, old, ErrConflict)
	mustClose(t, w)
	got, _ := mustScan(t, tab, ScanOptions{Schema: daySchema, Mem: mem}, 10)
	wantLines(t, got, "1970-01-01|1|A", "1970-01-01|1|A", "1970-01-01|1|A")
}

// Close deletes what no token names, and nothing else; it gives up all memory.
func TestCloseKeepsWhatIsPrepared(t *testing.T) {
	ctx := context.Background()
	mem := checked(t)
	rec := newRecord(mem, daySchema, []any{0, 1, "A"}, []any{1, 1, "A"})
	defer rec.Release()
	b := NewMem()
	o := dayOptions()
	o.FileBytes = 1
	o.Compression = None
	tab := mustOpen(t, b, "t", o)
	w := mustWriter(t, tab, testWriter)
	if err := w.Append(ctx, rec, nil); err != nil {
		t.Fatal(err)
	}
	token, err := w.Prepare(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	before := keysOf(t, b, "")
	w.aheadBytes = 0
	for range 2 {
		if err := w.Append(ctx, rec, nil); err != nil {
			t.Fatal(err)
		}
	}
	mustClose(t, w)
	if after := keysOf(t, b, ""); !slices.Equal(after, before) {
		t.Fatalf("%v\n%v", after, before)
	}
	if err := mustWriter(t, tab, testWriter).Publish(ctx, 1, token); err != nil {
		t.Fatal(err)
	}
	got, _ := mustScan(t, tab, ScanOptions{Schema: daySchema, Mem: mem}, 10)
	wantLines(t, got, "1970-01-01|1|A", "1970-01-02|1|A")
}

// A value that is no text names a folder that commit records and tokens can name.
func TestPartitionsThatAreNoText(t *testing.T) {
	mem := checked(t)
	rec := newRecord(mem, daySchema, []any{0, 1, "\xffé\x80�"})
	defer rec.Release()
	b := NewMem()
	tab := mustOpen(t, b, "t", dayOptions())
	token := mustStage(t, mustWriter(t, tab, testWriter), 1, rec)
	if err := mustWriter(t, tab, testWriter).Publish(context.Background(), 1, token); err != nil {
		t.Fatal(err)
	}
	got, _ := mustScan(t, tab, ScanOptions{Schema: daySchema, Mem: mem}, 10)
	wantLines(t, got, "1970-01-01|1|\xffé\x80�")
	if keys := keysOf(t, b, "t/day=1970-01-01/state=%FFé%80�/"); len(keys) != 1 {
		t.Fatal(keysOf(t, b, ""))
	}
}

// Work goes on between Prepare and Commit: files that end meanwhile take nothing from what the token restores.
func TestRowsBetweenPrepareAndCommit(t *testing.T) {
	ctx := context.Background()
	mem := checked(t)
	b := NewMem()
	o := dayOptions()
	o.BufferBytes = 1 // every Append ends the files of the one before
	tab := mustOpen(t, b, "t", o)
	var token []byte
	var want []string
	for e := range uint64(6) {
		w := restored(t, tab, e, token)
		one := newRecord(mem, daySchema, []any{0, int(10 * e), "A"}, []any{1, int(10 * e), "A"})
		defer one.Release()
		want = append(want, lines(one)...)
		err := w.Append(ctx, one, nil)
		if err == nil {
			token, err = w.Prepare(ctx, e+1)
		}
		if err != nil {
			t.Fatal(err)
		}
		two := newRecord(mem, daySchema, []any{0, 1000, "A"}, []any{1, 1000, "A"})
		defer two.Release()
		for range 3 {
			if err := w.Append(ctx, two, nil); err != nil { // no token covers these
				t.Fatal(err)
			}
		}
		if err := w.Commit(ctx, e+1, token); err != nil {
			t.Fatal(err)
		}
		if e%2 == 0 {
			mustClose(t, w)
		} else {
			w.wait()
			w.log.close()
		}
	}
	if err := mustWriter(t, tab, testWriter).Publish(ctx, 6, token); err != nil {
		t.Fatal(err)
	}
	got, _ := mustScan(t, tab, ScanOptions{Schema: daySchema, Mem: mem}, 10)
	slices.Sort(got)
	slices.Sort(want)
	wantLines(t, got, want...)
	if left := keysOf(t, b, stagingFolder+"/"); len(left) > 0 {
		t.Fatal(left)
	}
}
