package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/connectors/format"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

var start = types.Time(1_600_000_000_123_456)

var fields = []types.Field{
	{Name: "ID", Type: types.Of(types.Integer), NotNull: true},
	{Name: "NAME", Type: types.VarcharOf(10)},
	{Name: "AT", Type: types.Of(types.Timestamp)},
}

// harness is a source on a checked allocator in a folder of its own.
type harness struct {
	t   *testing.T
	dir string
	o   Options
	src flow.Source
	// more is how many rows a line can have beyond one.
	more int
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func newHarness(t *testing.T, name, text string, change func(*Options)) *harness {
	t.Helper()
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	t.Cleanup(func() { mem.AssertSize(t, 0) })
	h := &harness{t: t, dir: t.TempDir()}
	write(t, filepath.Join(h.dir, name), text)
	h.o = Options{Name: "TRADES", Path: name, Dir: h.dir, Schema: types.StreamSchema(fields...), Start: start, Mem: mem}
	if change != nil {
		change(&h.o)
	}
	src, err := NewSource(h.o)
	if err != nil {
		t.Fatal(err)
	}
	h.src = src
	return h
}

// read reads up to pages pages and prints what came, one line per row or bad
// row; it returns the position after the last one.
func (h *harness) read(from flow.Offset, maxRows, pages int, columns ...int) ([]string, flow.Offset) {
	h.t.Helper()
	ctx := context.Background()
	r, err := h.src.Open(ctx, Shard, from, flow.Scan{Columns: columns})
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() {
		if err := r.Close(); err != nil {
			h.t.Fatal(err)
		}
	}()
	var out []string
	horizon := types.MinTime
	for range pages {
		page, err := r.Read(ctx, maxRows)
		if err == io.EOF {
			if page.Rows.Rec != nil || page.Bad != nil {
				h.t.Fatal("io.EOF with a page")
			}
			break
		}
		if err != nil {
			h.t.Fatal(err)
		}
		if n := page.Rows.Rows(); n > maxRows+h.more || n == 0 && len(page.Bad) == 0 {
			h.t.Fatalf("page of %d rows, at most %d asked for", n, maxRows)
		}
		out = append(out, printed(page)...)
		if page.Horizon < horizon {
			h.t.Fatalf("horizon %s after %s", page.Horizon, horizon)
		}
		horizon, from = page.Horizon, page.Next
	}
	return out, from
}

func printed(page flow.Page) (out []string) {
	for i := range page.Rows.Rows() {
		var row []byte
		for _, c := range page.Rows.Rec.Columns() {
			row = format.AppendText(append(row, ' '), c, page.Rows.Row(i))
		}
		out = append(out, strings.TrimPrefix(string(row), " "))
	}
	for _, b := range page.Bad {
		out = append(out, fmt.Sprintf("%s %s %s %q: %s", b.Origin.Stream, b.Origin.Position, b.Name, b.Raw, b.Message))
	}
	return out
}

func equal(t *testing.T, got, want []string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Fatalf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// cases are files with what they hold, rows before bad rows. The scan is NAME,
// ROWTIME, ID.
var cases = []struct {
	name, text string
	change     func(*Options)
	rows, bad  []string
	more       int
}{
	{
		name: "plain.ndjson",
		text: `{"id":1,"name":"a"}` + "\n" + `{"id":2}` + "\r\n\r\n  \n" + `{"id":3,"name":null}`,
		rows: []string{"a 2020-09-13 12:26:40.123 1", "NULL 2020-09-13 12:26:40.123 2", "NULL 2020-09-13 12:26:40.123 3"},
	},
	{
		name: "bad.jsonl",
		text: `{"id":1}` + "\n[]\n" + `{"id":"x"}` + "\r\n" + `{"id":2}{"id":3` + "\n" + `{"name":"y"}` + "\n" + `{"id":4}`,
		rows: []string{"NULL 2020-09-13 12:26:40.123 1", "NULL 2020-09-13 12:26:40.123 4"},
		bad: []string{
			`TRADES line 2 DecodeError "[]": the document is not an object (byte 0)`,
			`TRADES line 3 CoercionError "{\"id\":\"x\"}": column ID: "x" is not a number (byte 6)`,
			`TRADES line 4 DecodeError "{\"id\":2}{\"id\":3": the record ends inside an object (byte 15)`,
			`TRADES line 5 NotNullError "{\"name\":\"y\"}": column ID: NULL in a NOT NULL column (byte 0)`,
		},
	},
	{
		name:   "order.json",
		change: func(o *Options) { o.RowTime = "at" },
		text: `{"id":1,"at":"2021-01-01 00:00:01.0009"}` + "\n" + `{"id":2,"at":"2021-01-01 00:00:01.0001"}` + "\n" +
			`{"id":3,"at":"2021-01-01 00:00:00.999"}` + "\n" + `{"id":4}` + "\n" + `{"id":5,"at":"2021-01-01T00:00:02"}` + "\n",
		rows: []string{"NULL 2021-01-01 00:00:01.000 1", "NULL 2021-01-01 00:00:01.000 2", "NULL 2021-01-01 00:00:02.000 5"},
		bad: []string{
			`TRADES line 3 OutOfOrder "{\"id\":3,\"at\":\"2021-01-01 00:00:00.999\"}": column AT: rowtime 2021-01-01 00:00:00.999 is below 2021-01-01 00:00:01.000, the one before it`,
			`TRADES line 4 RowTimeError "{\"id\":4}": column AT: NULL cannot be a rowtime`,
		},
	},
	{
		name: "header.csv",
		text: "\xef\xbb\xbfname,extra,\"Id\",at\r\n" + "a,,1,\r\n" + "\"b\r\nc\",\"x\"\"\n\",2,\n" + "d\"d,,3,\n\n" + "short,1\n" + ",,4,\r\n",
		rows: []string{"a 2020-09-13 12:26:40.123 1", "b\r\nc 2020-09-13 12:26:40.123 2", "NULL 2020-09-13 12:26:40.123 4"},
		bad: []string{
			`TRADES line 6 DecodeError "d\"d,,3,": a quote inside a field without quotes (byte 1)`,
			`TRADES line 8 CoercionError "short,1": the row has 2 fields, 4 are declared (byte 0)`,
		},
	},
	{
		name:   "plain.csv",
		change: func(o *Options) { o.NoHeader = true },
		text:   "1,a,\n\"2,open,\n3,b,\n",
		rows:   []string{"a 2020-09-13 12:26:40.123 1", "b 2020-09-13 12:26:40.123 3"},
		bad:    []string{`TRADES line 2 DecodeError "\"2,open,": the quote is never closed (byte 0)`},
	},
	{
		name: "several.json", more: 2,
		change: func(o *Options) {
			o.Mapping = map[string]string{"columns": "ID=$.ids[0:].id, NAME=$.who.name, AT=$.ids[0:].at"}
			o.RowTime = "at"
		},
		text: `{"who":{"name":"a"},"ids":[{"id":1,"at":"2021-01-01 00:00:01"},{"id":2,"at":"2021-01-01 00:00:00"},{"id":3,"at":"2021-01-01 00:00:02"}]}` + "\n" +
			`{"ids":[{"id":4,"at":"2021-01-01 00:00:03"},{"id":"x"}]}` + "\n" +
			`{"ids":[{"id":5,"at":"2021-01-01 00:00:03"}],"who":{"name":"b"}} {"ids":[{"id":6,"at":"2021-01-01 00:00:04"}],"who":1}`,
		rows: []string{"a 2021-01-01 00:00:01.000 1", "a 2021-01-01 00:00:02.000 3", "b 2021-01-01 00:00:03.000 5", "NULL 2021-01-01 00:00:04.000 6"},
		bad: []string{
			`TRADES line 1 OutOfOrder "{\"who\":{\"name\":\"a\"},\"ids\":[{\"id\":1,\"at\":\"2021-01-01 00:00:01\"},{\"id\":2,\"at\":\"2021-01-01 00:00:00\"},` +
				`{\"id\":3,\"at\":\"2021-01-01 00:00:02\"}]}": column AT: rowtime 2021-01-01 00:00:00.000 is below 2021-01-01 00:00:01.000, the one before it`,
			`TRADES line 2 CoercionError "{\"ids\":[{\"id\":4,\"at\":\"2021-01-01 00:00:03\"},{\"id\":\"x\"}]}": column ID: "x" is not a number (byte 50)`,
		},
	},
	{
		name: "delimiters.csv",
		change: func(o *Options) {
			o.Mapping = map[string]string{"row_delimiter": `;;\n`, "column_delimiter": "||"}
		},
		text: "name||Id||at;;\na|||2||;;\n\"b;;\n||\"||3||;;\n;;\n\"open||4||;;\nc||5||",
		rows: []string{"b;;\n|| 2020-09-13 12:26:40.123 3", "c 2020-09-13 12:26:40.123 5"},
		bad: []string{
			`TRADES line 2 CoercionError "a|||2||": column ID: "|2" is not a number (byte 3)`,
			`TRADES line 5 DecodeError "\"open||4||": the quote is never closed (byte 0)`,
		},
	},
	{
		name:   "skip.csv",
		change: func(o *Options) { o.SkipHeader = true; o.Mapping = map[string]string{"column_delimiter": "\\t"} },
		text:   "what\tever\n1\ta\t\n2\tb\t\tmore\n",
		rows:   []string{"a 2020-09-13 12:26:40.123 1", "b 2020-09-13 12:26:40.123 2"},
	},
}

// TestRead reads every file in pages of every size, at once and with a new
// reader for every page.
func TestRead(t *testing.T) {
	for _, c := range cases {
		for _, maxRows := range []int{1, 2, 1024} {
			t.Run(fmt.Sprintf("%s/%d", c.name, maxRows), func(t *testing.T) {
				h := newHarness(t, c.name, c.text, c.change)
				h.more = c.more
				got, end := h.read("", maxRows, 1000, 1, 3, 0)
				check(t, got, c.rows, c.bad)
				if more, _ := h.read(end, maxRows, 1000, 1, 3, 0); len(more) > 0 {
					t.Fatalf("after the end: %q", more)
				}
				got = nil
				for from := flow.Offset(""); ; {
					page, next := h.read(from, maxRows, 1, 1, 3, 0)
					if next == from {
						break
					}
					got, from = append(got, page...), next
				}
				check(t, got, c.rows, c.bad)
				bare, _ := h.read("", maxRows, 1000)
				check(t, bare, make([]string, len(c.rows)), c.bad)
			})
		}
	}
}

// check compares rows and bad rows, each in their own order.
func check(t *testing.T, got, rows, bad []string) {
	t.Helper()
	var r, b []string
	for _, line := range got {
		if strings.HasPrefix(line, "TRADES line ") {
			b = append(b, line)
		} else {
			r = append(r, line)
		}
	}
	equal(t, r, rows)
	equal(t, b, bad)
}

func TestRelation(t *testing.T) {
	h := newHarness(t, "t.csv", "id,name,at\n2,b,2021-01-01 00:00:00\n1,a,2020-01-01 00:00:00\n", func(o *Options) {
		o.Schema = types.NewSchema(fields...)
	})
	got, _ := h.read("", 10, 10, 0, 2)
	equal(t, got, []string{"2 2021-01-01 00:00:00.000", "1 2020-01-01 00:00:00.000"})
}

func TestGrownFile(t *testing.T) {
	h := newHarness(t, "g.json", `{"id":1,"at":"2021-01-01 00:00:05"}`+"\n", func(o *Options) { o.RowTime = "AT" })
	_, end := h.read("", 10, 10, 0)
	path := filepath.Join(h.dir, "g.json")
	write(t, path, `{"id":1,"at":"2021-01-01 00:00:05"}`+"\n"+`{"id":2,"at":"2021-01-01 00:00:04"}`+"\n"+`{"id":3,"at":"2021-01-01 00:00:06"}`)
	got, _ := h.read(end, 10, 10, 0)
	equal(t, got, []string{"3",
		`TRADES line 2 OutOfOrder "{\"id\":2,\"at\":\"2021-01-01 00:00:04\"}": column AT: rowtime 2021-01-01 00:00:04.000 is below 2021-01-01 00:00:05.000, the one before it`})

	for _, c := range []struct{ text, want string }{
		{`{"id":1}`, "file " + path + ": it is not the one that was read before: it has 8 bytes, 36 were read"},
		{`{"id":9,"at":"2021-01-01 00:00:05"}` + "\n{}", "file " + path + ": it is not the one that was read before: its path or its first 36 bytes differ"},
	} {
		write(t, path, c.text)
		if _, err := h.src.Open(context.Background(), Shard, end, flow.Scan{}); err == nil || err.Error() != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
	if _, err := h.src.Open(context.Background(), Shard, "nonsense", flow.Scan{}); err == nil {
		t.Error("nonsense is an offset")
	}
	if _, err := h.src.Open(context.Background(), "1", "", flow.Scan{}); err == nil {
		t.Error("there is a second shard")
	}
}

func TestLongLine(t *testing.T) {
	long := `{"name":"` + strings.Repeat("x", maxLine) + `","id":2}`
	fits := `{"id":3,"name":"` + strings.Repeat("y", maxLine-18) + `"}`
	h := newHarness(t, "l.json", `{"id":1}`+"\n"+long+"\n"+fits+"\n"+`{"id":4}`+"\n"+long, nil)
	for _, maxRows := range []int{1, 100} {
		got, _ := h.read("", maxRows, 100, 0)
		for i, line := range got {
			if len(line) > 1000 {
				got[i] = line[:40] + line[len(line)-40:]
			}
		}
		var rows, bad []string
		for _, line := range got {
			if strings.HasPrefix(line, "TRADES") {
				bad = append(bad, line[:27])
			} else {
				rows = append(rows, line)
			}
		}
		equal(t, rows, []string{"1", "3", "4"})
		equal(t, bad, []string{"TRADES line 2 TooLargeRecor", "TRADES line 5 TooLargeRecor"})
	}
}

// TestPages has a file of many pages: bytes end them too.
func TestPages(t *testing.T) {
	var text strings.Builder
	var want []string
	for i := range 40_000 {
		fmt.Fprintf(&text, "{\"id\":%d,\"name\":\"n%d\",\"at\":null,\"filler\":\"%s\"}\n", i, i, strings.Repeat("z", i%97))
		want = append(want, fmt.Sprint(i))
	}
	h := newHarness(t, "p.json", text.String(), nil)
	for _, maxRows := range []int{1000, 1 << 20} {
		got, _ := h.read("", maxRows, 1<<20, 0)
		equal(t, got, want)
	}
}

// TestErrors has one clear line for everything that can be wrong with a file.
func TestErrors(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	write(t, at("a.csv"), "id,name\n")
	write(t, at("empty.csv"), "\n")
	write(t, at("twice.csv"), "id,ID,Id,name,at,At\n")
	write(t, at("a.json"), "")
	write(t, at("a.txt"), "")
	if err := os.Mkdir(at("d.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{Path: "no.json"}, "file " + at("no.json") + " does not exist"},
		{Options{Path: "d.json"}, "file " + at("d.json") + ": it is a directory"},
		{Options{Path: "a.txt"}, "file " + at("a.txt") + `: extension ".txt" names no format: give 'format'='json' or 'csv'`},
		{Options{Path: "a.json", Format: "xml"}, "file " + at("a.json") + `: format "xml" is not known: json, csv`},
		{Options{Path: "a.csv"}, "file " + at("a.csv") + ": format csv: column AT is missing in the header"},
		{Options{Path: "empty.csv"}, "file " + at("empty.csv") + ": the header line is missing"},
		{Options{Path: "twice.csv"}, "file " + at("twice.csv") + `: format csv: the header names column AT twice: "at" and "At"`},
		{Options{Path: "a.json", RowTime: "when"}, "file " + at("a.json") + ": 'rowtime' names when, which is not a declared column"},
		{Options{Path: "a.json", RowTime: "rowtime"}, "file " + at("a.json") + ": 'rowtime' names rowtime, which is not a declared column"},
		{Options{Path: "a.json", RowTime: "id"}, "file " + at("a.json") + ": 'rowtime' names column INTEGER, which is INTEGER, not TIMESTAMP"},
	} {
		c.o.Dir, c.o.Schema = dir, types.StreamSchema(fields...)
		want := strings.Replace(c.want, "column INTEGER", "column id", 1)
		if _, err := NewSource(c.o); err == nil || err.Error() != want {
			t.Errorf("%v\nwant %s", err, want)
		} else if c.o.Path == "no.json" && !errors.Is(err, fs.ErrNotExist) {
			t.Error("not fs.ErrNotExist")
		}
	}
	relation := Options{Path: "a.json", Dir: dir, RowTime: "at", Schema: types.NewSchema(fields...)}
	if _, err := NewSource(relation); err == nil || !strings.Contains(err.Error(), "finite relation") {
		t.Error(err)
	}
}

func TestCancel(t *testing.T) {
	h := newHarness(t, "c.json", `{"id":1}`, nil)
	ctx, cancel := context.WithCancel(context.Background())
	r, err := h.src.Open(ctx, Shard, "", flow.Scan{Columns: []int{0}})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := r.Read(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if _, err := h.src.Open(context.Background(), Shard, "", flow.Scan{Columns: []int{9}}); err == nil {
		t.Error("column 9 exists")
	}
}
