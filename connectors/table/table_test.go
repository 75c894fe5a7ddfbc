package table

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/google/uuid"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/lake"
)

var schema = types.NewSchema(
	types.Field{Name: "DAY", Type: types.Of(types.Date)},
	types.Field{Name: "N", Type: types.Of(types.BigInt)},
	types.Field{Name: "NAME", Type: types.Of(types.Varchar)},
)

// rows makes n rows from first on, ten to a day.
func rows(mem memory.Allocator, first, n int) arrow.Record {
	b := array.NewRecordBuilder(mem, schema.Arrow())
	defer b.Release()
	for i := first; i < first+n; i++ {
		b.Field(0).(*array.Date32Builder).Append(arrow.Date32(i / 10))
		b.Field(1).(*array.Int64Builder).Append(int64(i))
		b.Field(2).(*array.StringBuilder).Append(fmt.Sprint("n", i))
	}
	return b.NewRecord()
}

func openTable(t *testing.T, b lake.Bucket) *lake.Table {
	t.Helper()
	o, err := ParseOptions(map[string]string{"Location": "t", "partitioned_by": `"day"`})
	if err != nil {
		t.Fatal(err)
	}
	tab, err := lake.Open(b, o.Location, o.Lake(schema))
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

func newSink(t *testing.T, tab *lake.Table) *Sink {
	t.Helper()
	w, err := tab.Writer(lake.WriterID{Incarnation: uuid.MustParse("11111111-2222-3333-4444-555555555555"), Pump: "p"})
	if err != nil {
		t.Fatal(err)
	}
	return NewSink(w)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// drain reads pages from an offset; it stops after the given number of pages (0 = at the end).
func drain(t *testing.T, s *Source, from flow.Offset, scan flow.Scan, maxRows, pages int) ([]string, flow.Offset, *Reader) {
	t.Helper()
	ctx := context.Background()
	r, err := s.Open(ctx, Shard, from, scan)
	must(t, err)
	var out []string
	for n := 0; pages == 0 || n < pages; n++ {
		p, err := r.Read(ctx, maxRows)
		if errors.Is(err, io.EOF) {
			break
		}
		must(t, err)
		if p.Rows.Rows() > maxRows || len(p.Bad) > 0 || p.Horizon != types.MinTime {
			t.Fatalf("%+v", p)
		}
		for i := range p.Rows.Rows() {
			var cells []string
			for _, c := range p.Rows.Rec.Columns() {
				cells = append(cells, c.ValueStr(i))
			}
			out = append(out, strings.Join(cells, "|"))
		}
		from = p.Next
	}
	must(t, r.Close())
	return out, from, r.(*Reader)
}

func TestSinkThenSource(t *testing.T) {
	ctx := context.Background()
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	b := lake.NewMem()
	tab := openTable(t, b)
	sink := newSink(t, tab)
	rec := rows(mem, 0, 30)
	defer rec.Release()
	must(t, sink.Write(ctx, flow.Batch{Rec: rec, Sel: []uint32{0, 1, 9, 10, 29}}))
	sink.Finish()
	token, err := sink.Prepare(ctx, 1)
	must(t, err)
	src := NewSource(tab, schema, mem)
	all := flow.Scan{Columns: []int{1, 0}}
	if got, _, _ := drain(t, src, "", all, 100, 0); len(got) != 0 {
		t.Fatalf("prepared rows are visible: %v", got)
	}
	must(t, sink.Close())

	// Another process restores the checkpoint: Commit comes before any Write, and twice.
	restored := newSink(t, openTable(t, b))
	must(t, restored.Commit(ctx, 1, token))
	must(t, restored.Commit(ctx, 1, token))
	want := []string{"0|1970-01-01", "1|1970-01-01", "9|1970-01-01", "10|1970-01-02", "29|1970-01-03"}
	if got, _, _ := drain(t, src, "", all, 2, 0); !slices.Equal(got, want) {
		t.Fatalf("got %v", got)
	}
	// An epoch without rows needs nothing.
	empty, err := restored.Prepare(ctx, 2)
	must(t, err)
	must(t, restored.Commit(ctx, 2, empty))
	if len(empty) != 0 {
		t.Fatalf("token %s", empty)
	}
	// Rows after the last Prepare are lost with the process, and nothing else.
	must(t, restored.Write(ctx, flow.Batch{Rec: rec}))
	must(t, restored.Close())
	if got, _, _ := drain(t, src, "", all, 100, 0); !slices.Equal(got, want) {
		t.Fatalf("got %v", got)
	}
	_, _, r := drain(t, src, "", flow.Scan{Columns: []int{1}, Ranges: []flow.Range{{Column: 0, Low: int64(2)}}}, 100, 0)
	if s := r.Stats(); s.Files != 1 || s.FilesSkipped != 2 || s.Rows != 1 {
		t.Fatalf("%+v", s)
	}
}

// Rows of files that are not due stay beside the table over a checkpoint and a stop; they come with a later one, or when
// the pump is given up.
func TestRowsOfUnfinishedFiles(t *testing.T) {
	ctx := context.Background()
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	b := lake.NewMem()
	src := NewSource(openTable(t, b), schema, mem)
	var token []byte
	var err error
	for e := range flow.Epoch(2) { // two runs, of an epoch each
		sink := newSink(t, openTable(t, b))
		must(t, sink.Commit(ctx, e, token))
		rec := rows(mem, int(3*e), 3)
		must(t, sink.Write(ctx, flow.Batch{Rec: rec}))
		rec.Release()
		token, err = sink.Prepare(ctx, e+1)
		must(t, err)
		must(t, sink.Commit(ctx, e+1, token))
		must(t, sink.Close())
		if got, _, _ := drain(t, src, "", flow.Scan{Columns: []int{1}}, 100, 0); len(got) != 0 {
			t.Fatalf("got %v", got)
		}
	}
	for range 2 {
		sink := newSink(t, openTable(t, b))
		must(t, sink.Publish(ctx, 2, token))
		must(t, sink.Close())
		want := []string{"0", "1", "2", "3", "4", "5"}
		if got, _, _ := drain(t, src, "", flow.Scan{Columns: []int{1}}, 100, 0); !slices.Equal(got, want) {
			t.Fatalf("got %v", got)
		}
	}
}

func TestOffsetsResume(t *testing.T) {
	ctx := context.Background()
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	tab := openTable(t, lake.NewMem())
	sink := newSink(t, tab)
	write := func(e flow.Epoch, first, n int) {
		rec := rows(mem, first, n)
		defer rec.Release()
		must(t, sink.Write(ctx, flow.Batch{Rec: rec}))
		sink.Finish()
		token, err := sink.Prepare(ctx, e)
		must(t, err)
		must(t, sink.Commit(ctx, e, token))
	}
	write(1, 0, 25)
	src := NewSource(tab, schema, mem)
	scan := flow.Scan{Columns: []int{2, 1}}
	want, end, _ := drain(t, src, "", scan, 100, 0)
	if len(want) != 25 {
		t.Fatal(want)
	}
	var got []string
	var at flow.Offset
	for i := range 9 {
		page, next, _ := drain(t, src, at, scan, 3, 1)
		got, at = append(got, page...), next
		write(flow.Epoch(2+i), 100+i, 1) // not in the snapshot that is being read
	}
	rest, _, _ := drain(t, src, at, scan, 3, 0)
	if got = append(got, rest...); !slices.Equal(got, want) {
		t.Fatalf("got %v", got)
	}
	if rest, _, _ := drain(t, src, end, scan, 3, 0); len(rest) != 0 {
		t.Fatalf("after the end: %v", rest)
	}
	for _, bad := range []flow.Offset{"x", `{"row":-1}`, `{"line":1}`} {
		if _, err := src.Open(ctx, Shard, bad, scan); !errors.Is(err, ErrOffset) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if _, err := src.Open(ctx, "1", "", scan); err == nil {
		t.Error("a shard that does not exist")
	}
	if shards, err := src.Shards(ctx); err != nil || len(shards) != 1 || shards[0].ID != Shard {
		t.Error(shards, err)
	}
}

func TestParseOptions(t *testing.T) {
	o, err := ParseOptions(map[string]string{"LOCATION": "./out", "Partitioned_By": `day, "State" `, "compression": "SNAPPY", "existing": "Append"})
	must(t, err)
	if o.Location != "./out" || !slices.Equal(o.PartitionedBy, []string{"day", "State"}) || o.Compression != lake.Snappy || !o.Append {
		t.Fatalf("%+v", o)
	}
	for name, c := range map[string]struct {
		with map[string]string
		says string
	}{
		"unknown":     {map[string]string{"location": "x", "locaton": "y"}, "known are location, partitioned_by, compression, existing, roll_size, roll_interval"},
		"missing":     {map[string]string{"compression": "none"}, "location"},
		"compression": {map[string]string{"location": "x", "compression": "lzo"}, "zstd, snappy, gzip, none"},
		"existing":    {map[string]string{"location": "x", "existing": "drop"}, "error, append"},
		"size":        {map[string]string{"location": "x", "roll_size": "big"}, "option 'roll_size'"},
		"interval":    {map[string]string{"location": "x", "roll_interval": "soon"}, "option 'roll_interval'"},
	} {
		if _, err := ParseOptions(c.with); !errors.Is(err, ErrOption) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRollOptions(t *testing.T) {
	for text, want := range map[string]int64{
		"128MB": 128_000_000, "64 MiB": 64 << 20, "1000": 1000, "1000 b": 1000, "2gib": 2 << 30, "1 TB": 1e12,
		"": 0, "MB": 0, "0": 0, "-1": 0, "1.5MB": 0, "12 furlongs": 0, "99999999999 TB": 0,
	} {
		if got, err := types.ParseSize(text); got != want || (err == nil) != (want > 0) {
			t.Errorf("size %q: %d, %v", text, got, err)
		}
	}
	for text, want := range map[string]time.Duration{
		"1 minute": time.Minute, "30 seconds": 30 * time.Second, "2HOURS": 2 * time.Hour, "1 day": 24 * time.Hour, "1m30s": 90 * time.Second,
		"250 milliseconds": 250 * time.Millisecond, "500ms": 500 * time.Millisecond, "0": -1, "0 seconds": -1,
		"": 0, "minute": 0, "1": 0, "-1s": 0, "1 fortnight": 0, "9999999999999 days": 0,
	} {
		if got, err := parseInterval(text); got != want || (err == nil) != (want != 0) {
			t.Errorf("interval %q: %v, %v", text, got, err)
		}
	}
	o, err := ParseOptions(map[string]string{"location": "x", "Roll_Size": "1 KiB", "roll_interval": "0"})
	must(t, err)
	if l := o.Lake(schema); l.FileBytes != 1024 || l.RollInterval >= 0 {
		t.Fatalf("%+v", l)
	}
}
