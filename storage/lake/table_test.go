package lake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/types"
)

func allTypes() types.Schema {
	return types.NewSchema(
		types.Field{Name: "ID", Type: types.Of(types.Integer)},
		types.Field{Name: "B", Type: types.Of(types.Boolean)},
		types.Field{Name: "T8", Type: types.Of(types.TinyInt)},
		types.Field{Name: "T16", Type: types.Of(types.SmallInt)},
		types.Field{Name: "T64", Type: types.Of(types.BigInt)},
		types.Field{Name: "D9", Type: types.DecimalOf(9, 2)},
		types.Field{Name: "D18", Type: types.DecimalOf(18, 4)},
		types.Field{Name: "R", Type: types.Of(types.Real)},
		types.Field{Name: "F", Type: types.Of(types.Double)},
		types.Field{Name: "C", Type: types.Type{Kind: types.Char, Precision: 3}},
		types.Field{Name: "V", Type: types.VarcharOf(100)},
		types.Field{Name: "BIN", Type: types.Of(types.Varbinary)},
		types.Field{Name: "DT", Type: types.Of(types.Date)},
		types.Field{Name: "TM", Type: types.Of(types.TimeOfDay)},
		types.Field{Name: "TS", Type: types.Of(types.Timestamp)},
	)
}

func typeRows() [][]any {
	rows := [][]any{
		{0, true, -128, -32768, -1 << 62, -999999999, -999999999999999999, -1.5, 1e300, "abc", "Grüße\x00\n", "\xff\x00", -719162, 0, -1},
		{1, false, 127, 32767, 1<<62 - 1, 999999999, 999999999999999999, 0.25, 0.0, "", "", "", 2932896, 86399999999, 1 << 52},
		{2, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil},
	}
	for i := 3; i < 5000; i++ {
		row := []any{i, i%2 == 0, i % 100, i, i * i, i * 7, i * 1000003, float64(i) / 8, float64(i) / 3, "x", fmt.Sprintf("v%d", i%50),
			fmt.Sprint(i), i, i * 1000, i * 1000000}
		for c := 1; c < len(row); c++ {
			if (i+c)%11 == 0 {
				row[c] = nil
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func TestRoundTripOfAllTypes(t *testing.T) {
	for _, c := range []Compression{Zstd, Snappy, Gzip, None} {
		t.Run(string(c), func(t *testing.T) {
			mem := checked(t)
			s := allTypes()
			tab := mustOpen(t, NewMem(), "t", Options{Schema: s, Compression: c})
			rec := newRecord(mem, s, typeRows()...)
			defer rec.Release()
			mustCommit(t, mustWriter(t, tab, testWriter), 1, rec, nil)
			want := lines(rec)
			for _, batch := range []int{1 << 20, 4096, 1000, 7} {
				got, _ := mustScan(t, tab, ScanOptions{Schema: s, Mem: mem}, batch)
				wantLines(t, got, want...)
			}
		})
	}
}

// Every column without a null, and every column with nothing else.
func TestRoundTripWithoutAndOnlyNulls(t *testing.T) {
	mem := checked(t)
	s := allTypes()
	tab := mustOpen(t, NewMem(), "t", Options{Schema: s})
	w := mustWriter(t, tab, testWriter)
	full := newRecord(mem, s, typeRows()[:2]...)
	defer full.Release()
	var empty [][]any
	for range 10 {
		empty = append(empty, make([]any, len(s.Fields)))
	}
	none := newRecord(mem, s, empty...)
	defer none.Release()
	mustCommit(t, w, 1, full, nil)
	mustCommit(t, w, 2, none, nil)
	got, _ := mustScan(t, tab, ScanOptions{Schema: s, Mem: mem}, 4)
	wantLines(t, got, append(lines(full), lines(none)...)...)
}

var daySchema = types.NewSchema(
	types.Field{Name: "DAY", Type: types.Of(types.Date)},
	types.Field{Name: "N", Type: types.Of(types.Integer)},
	types.Field{Name: "State", Type: types.Of(types.Varchar)},
)

func dayOptions() Options {
	return Options{Schema: daySchema, PartitionedBy: []string{"Day", "state"}}
}

func TestPartitionFoldersAndNames(t *testing.T) {
	buckets(t, func(t *testing.T, b Bucket) {
		mem := checked(t)
		tab, err := Create(context.Background(), b, "lake/out/", dayOptions())
		if err != nil {
			t.Fatal(err)
		}
		rec := newRecord(mem, daySchema, []any{11392, 1, "TX"}, []any{11393, 2, "a:b/c=d%"}, []any{nil, 3, nil}, []any{11392, 4, "TX"},
			[]any{11392, 5, ""}, []any{11392, 6, nullFolder}, []any{11392, 7, "Köln am Rhein"}, []any{11392, 8, ".."})
		defer rec.Release()
		w := mustWriter(t, tab, testWriter)
		mustCommit(t, w, 7, rec, nil)
		const file = "/0f1e2d3c-p_1-0-00000000000000000007-"
		want := []string{
			"lake/out/_commits/00000000000000000001.json",
			"lake/out/_commits/00000000000000000002.json",
			"lake/out/day=2001-03-11/state=%5F_HIVE_DEFAULT_PARTITION__" + file + "2.parquet",
			"lake/out/day=2001-03-11/state=.." + file + "1.parquet",
			"lake/out/day=2001-03-11/state=" + file + "0.parquet",
			"lake/out/day=2001-03-11/state=Köln am Rhein" + file + "3.parquet",
			"lake/out/day=2001-03-11/state=TX" + file + "4.parquet",
			"lake/out/day=2001-03-12/state=a%3Ab%2Fc%3Dd%25" + file + "5.parquet",
			"lake/out/day=__HIVE_DEFAULT_PARTITION__/state=__HIVE_DEFAULT_PARTITION__" + file + "6.parquet",
		}
		slices.Sort(want)
		got := keysOf(t, b, "")
		for i := range got {
			got[i] = got[i][:strings.LastIndex(got[i], "-")+1]
		}
		for i := range want {
			want[i] = want[i][:strings.LastIndex(want[i], "-")+1]
		}
		wantLines(t, got, want...)
		rows, _ := mustScan(t, tab, ScanOptions{Schema: daySchema, Mem: mem}, 100)
		slices.Sort(rows)
		wantRows := lines(rec)
		slices.Sort(wantRows)
		wantLines(t, rows, wantRows...)
	})
}

func TestSelectionAndProjection(t *testing.T) {
	mem := checked(t)
	tab := mustOpen(t, NewMem(), "t", dayOptions())
	rec := newRecord(mem, daySchema, []any{0, 1, "A"}, []any{0, 2, "A"}, []any{1, 3, "A"}, []any{1, 4, "B"})
	defer rec.Release()
	mustCommit(t, mustWriter(t, tab, testWriter), 1, rec, []uint32{0, 2, 3})
	// Other names, another order, another type for a partition column, a column that no file has.
	s := types.NewSchema(types.Field{Name: "n", Type: types.Of(types.BigInt)}, types.Field{Name: "NEW", Type: types.Of(types.Double)},
		types.Field{Name: "day", Type: types.Of(types.Varchar)})
	got, _ := mustScan(t, tab, ScanOptions{Schema: s, Mem: mem}, 100)
	wantLines(t, got, "1|(null)|1970-01-01", "3|(null)|1970-01-02", "4|(null)|1970-01-02")
	got, stats := mustScan(t, tab, ScanOptions{Schema: types.NewSchema(), Mem: mem}, 100)
	if len(got) != 3 || stats.Rows != 3 {
		t.Fatalf("without columns: %d rows, stats %+v", len(got), stats)
	}
}

func TestPruning(t *testing.T) {
	mem := checked(t)
	tab := mustOpen(t, NewMem(), "t", dayOptions())
	w := mustWriter(t, tab, testWriter)
	for e := range 10 {
		rec := newRecord(mem, daySchema, []any{e, 10 * e, "A"}, []any{e, 10*e + 5, "A"})
		mustCommit(t, w, uint64(e+1), rec, nil)
		rec.Release()
	}
	date := Range{Column: "DAY", Type: types.Of(types.Date), Low: int64(3), High: int64(4)}
	got, stats := mustScan(t, tab, ScanOptions{Schema: daySchema, Ranges: []Range{date}, Mem: mem}, 100)
	wantLines(t, got, "1970-01-04|30|A", "1970-01-04|35|A", "1970-01-05|40|A", "1970-01-05|45|A")
	if stats.Files != 2 || stats.FilesSkipped != 8 {
		t.Fatalf("stats %+v", stats)
	}
	n := Range{Column: "n", Type: types.Of(types.Integer), Low: int64(90)}
	got, stats = mustScan(t, tab, ScanOptions{Schema: daySchema, Ranges: []Range{n}, Mem: mem}, 100)
	wantLines(t, got, "1970-01-10|90|A", "1970-01-10|95|A")
	if stats.RowGroups != 1 || stats.RowGroupsSkipped != 9 {
		t.Fatalf("stats %+v", stats)
	}
}

func TestCreateOnUsedLocation(t *testing.T) {
	buckets(t, func(t *testing.T, b Bucket) {
		ctx := context.Background()
		mem := checked(t)
		tab, err := Create(ctx, b, "t", dayOptions())
		if err != nil {
			t.Fatal(err)
		}
		rec := newRecord(mem, daySchema, []any{0, 1, "A"})
		defer rec.Release()
		w := mustWriter(t, tab, testWriter)
		mustCommit(t, w, 1, rec, nil)
		if _, err := Create(ctx, b, "t", dayOptions()); !errors.Is(err, ErrTableExists) {
			t.Fatalf("create again: %v", err)
		}
		o := dayOptions()
		o.Append = true
		again, err := Create(ctx, b, "t", o)
		if err != nil {
			t.Fatal(err)
		}
		other := testWriter
		other.Lane = 1
		mustCommit(t, mustWriter(t, again, other), 1, rec, nil)
		got, _ := mustScan(t, tab, ScanOptions{Schema: daySchema, Mem: mem}, 100)
		wantLines(t, got, "1970-01-01|1|A", "1970-01-01|1|A")

		if err := again.Replace(ctx); err != nil {
			t.Fatal(err)
		}
		got, _ = mustScan(t, tab, ScanOptions{Schema: daySchema, Mem: mem}, 100)
		wantLines(t, got)
		for _, k := range keysOf(t, b, "") {
			if strings.HasSuffix(k, parquetSuffix) {
				t.Fatalf("%s is still there", k)
			}
		}
		before := len(keysOf(t, b, ""))
		if err := again.Replace(ctx); err != nil {
			t.Fatal(err)
		}
		if after := len(keysOf(t, b, "")); after != before {
			t.Fatalf("replacing an empty table wrote %d objects", after-before)
		}
		mustCommit(t, w, 2, rec, nil)
		got, _ = mustScan(t, tab, ScanOptions{Schema: daySchema, Mem: mem}, 100)
		wantLines(t, got, "1970-01-01|1|A")
	})
}

func TestForeignFilesJoinTheTable(t *testing.T) {
	ctx := context.Background()
	mem := checked(t)
	b := NewMem()
	src := mustOpen(t, b, "src", dayOptions())
	rec := newRecord(mem, daySchema, []any{0, 1, "A"})
	defer rec.Release()
	mustCommit(t, mustWriter(t, src, testWriter), 1, rec, nil)
	for i, name := range []string{"day=1970-01-01/state=A/x.parquet", "day=1970-01-02/state=B/x.parquet", "_tmp/x.parquet", ".h/x.parquet",
		"day=1970-01-02/_x.parquet", "sub/x.parquet"} {
		snap, err := src.Snapshot(ctx, 0)
		if err != nil {
			t.Fatal(i, err)
		}
		if err := link(ctx, b, "src/"+snap.Files[0].Path, "t/"+name); err != nil {
			t.Fatal(err)
		}
	}
	o := dayOptions()
	if _, err := Create(ctx, b, "t", o); !errors.Is(err, ErrTableExists) {
		t.Fatal(err)
	}
	o.Append = true
	tab, err := Create(ctx, b, "t", o)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := mustScan(t, tab, ScanOptions{Schema: daySchema, Mem: mem}, 100)
	wantLines(t, got, "1970-01-01|1|A", "1970-01-02|1|B")
	mustCommit(t, mustWriter(t, tab, testWriter), 1, rec, nil)
	got, _ = mustScan(t, tab, ScanOptions{Schema: daySchema, Mem: mem}, 100)
	wantLines(t, got, "1970-01-01|1|A", "1970-01-01|1|A", "1970-01-02|1|B")
	// A file that appears later is no part of a table with records.
	if err := link(ctx, b, "t/sub/x.parquet", "t/day=1970-01-03/state=C/y.parquet"); err != nil {
		t.Fatal(err)
	}
	got, _ = mustScan(t, tab, ScanOptions{Schema: daySchema, Mem: mem}, 100)
	wantLines(t, got, "1970-01-01|1|A", "1970-01-01|1|A", "1970-01-02|1|B")
}

func TestPositionsResume(t *testing.T) {
	ctx := context.Background()
	mem := checked(t)
	tab := mustOpen(t, NewMem(), "t", dayOptions())
	w := mustWriter(t, tab, testWriter)
	n := 0
	for e := range 3 {
		var rows [][]any
		for range 10 {
			n++
			rows = append(rows, []any{e % 2, n, "A"})
		}
		rec := newRecord(mem, daySchema, rows...)
		mustCommit(t, w, uint64(e+1), rec, nil)
		rec.Release()
	}
	want, _ := mustScan(t, tab, ScanOptions{Schema: daySchema, Mem: mem}, 100)
	for _, batch := range []int{1, 3, 10} {
		var got []string
		var at Position
		for {
			s, err := tab.Scan(ctx, ScanOptions{Schema: daySchema, From: at, Mem: mem})
			if err != nil {
				t.Fatal(err)
			}
			rec, err := s.Next(ctx, batch)
			at = s.Position()
			if cerr := s.Close(); cerr != nil {
				t.Fatal(cerr)
			}
			if err != nil {
				break
			}
			got = append(got, lines(rec)...)
			rec.Release()
			if len(got) == batch { // later commits do not show
				more := newRecord(mem, daySchema, []any{0, 99, "A"})
				mustCommit(t, w, uint64(10+batch), more, nil)
				more.Release()
			}
		}
		wantLines(t, got, want...)
		want, _ = mustScan(t, tab, ScanOptions{Schema: daySchema, Mem: mem}, 100)
	}
	if _, err := tab.Scan(ctx, ScanOptions{Schema: daySchema, From: Position{Sequence: 99}}); !errors.Is(err, ErrPosition) {
		t.Fatalf("a commit that is not there: %v", err)
	}
	if _, err := tab.Scan(ctx, ScanOptions{Schema: daySchema, From: Position{Path: "nope"}}); !errors.Is(err, ErrPosition) {
		t.Fatalf("a file that is not there: %v", err)
	}
}

func TestBadSchemas(t *testing.T) {
	field := func(name string, k types.Kind) types.Field { return types.Field{Name: name, Type: types.Of(k)} }
	for name, c := range map[string]struct {
		o    Options
		want error
	}{
		"twice":       {Options{Schema: types.NewSchema(field("a", types.Integer), field("A", types.Integer))}, ErrColumn},
		"missing":     {Options{Schema: types.NewSchema(field("a", types.Integer)), PartitionedBy: []string{"b"}}, ErrColumn},
		"nothing":     {Options{Schema: types.NewSchema(field("a", types.Integer)), PartitionedBy: []string{"a"}}, ErrColumn},
		"binary key":  {Options{Schema: types.NewSchema(field("a", types.Integer), field("b", types.Binary)), PartitionedBy: []string{"b"}}, ErrType},
		"interval":    {Options{Schema: types.NewSchema(field("a", types.DayInterval))}, ErrType},
		"compression": {Options{Schema: types.NewSchema(field("a", types.Integer)), Compression: "rar"}, ErrType},
	} {
		if _, err := Open(NewMem(), "t", c.o); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, location := range []string{"", "/", "../x", "a//b"} {
		if _, err := Open(NewMem(), location, Options{}); !errors.Is(err, ErrKey) {
			t.Errorf("location %q: %v", location, err)
		}
	}
	tab := mustOpen(t, NewMem(), "t", dayOptions())
	wrong := newRecord(memory.DefaultAllocator, types.NewSchema(field("a", types.Integer)), []any{1})
	if err := mustWriter(t, tab, testWriter).Append(context.Background(), wrong, nil); !errors.Is(err, ErrColumn) {
		t.Error(err)
	}
	long := newRecord(memory.DefaultAllocator, daySchema, []any{1, 1, strings.Repeat("x", 300)})
	if err := mustWriter(t, tab, testWriter).Append(context.Background(), long, nil); !errors.Is(err, ErrPartitionValue) {
		t.Error(err)
	}
}
