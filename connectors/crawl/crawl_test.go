package crawl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/google/uuid"

	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/catalog"
	"github.com/millrace-sql/millrace/storage/kv"
	"github.com/millrace-sql/millrace/storage/lake"
)

func newCatalog(t *testing.T) *catalog.Catalog {
	t.Helper()
	db, err := kv.Open("", kv.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	c, err := catalog.Open(db, catalog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var daySchema = types.NewSchema(
	types.Field{Name: "DAY", Type: types.Of(types.Date)},
	types.Field{Name: "ORIGIN", Type: types.Of(types.Varchar)},
	types.Field{Name: "FLIGHTS", Type: types.Of(types.BigInt)},
	types.Field{Name: "MEAN", Type: types.Of(types.Double)},
)

// writer writes a table through storage/lake.
type writer struct {
	t     *testing.T
	table *lake.Table
	w     *lake.Writer
	epoch uint64
}

func newWriter(t *testing.T, path string) *writer {
	t.Helper()
	b, location, err := lake.OpenLocation(path)
	if err != nil {
		t.Fatal(err)
	}
	table, err := lake.Create(context.Background(), b, location, lake.Options{Schema: daySchema, PartitionedBy: []string{"DAY"}})
	if err != nil {
		t.Fatal(err)
	}
	w, err := table.Writer(lake.WriterID{Incarnation: uuid.New(), Pump: "p"})
	if err != nil {
		t.Fatal(err)
	}
	return &writer{t: t, table: table, w: w}
}

// commit writes one row per day.
func (w *writer) commit(days ...int) {
	w.t.Helper()
	b := array.NewRecordBuilder(memory.DefaultAllocator, daySchema.Arrow())
	defer b.Release()
	for i, d := range days {
		if d < 0 {
			b.Field(0).AppendNull()
		} else {
			b.Field(0).(*array.Date32Builder).AppendValueFromString(day(d))
		}
		b.Field(1).(*array.StringBuilder).Append("DFW")
		b.Field(2).(*array.Int64Builder).Append(int64(i))
		b.Field(3).(*array.Float64Builder).AppendNull()
	}
	rec := b.NewRecord()
	defer rec.Release()
	ctx := context.Background()
	w.epoch++
	err := w.w.Append(ctx, rec, nil)
	var token []byte
	if err == nil {
		w.w.Finish()
		if token, err = w.w.Prepare(ctx, w.epoch); err == nil {
			err = w.w.Commit(ctx, w.epoch, token)
		}
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

func day(d int) string { return fmt.Sprintf("2001-03-%02d", d) }

// copyFile puts one of the writer's files where another program would have put it.
func copyFile(t *testing.T, from, to string) {
	t.Helper()
	matches, err := filepath.Glob(from)
	if err != nil || len(matches) == 0 {
		t.Fatalf("%s: %v %v", from, matches, err)
	}
	text, err := os.ReadFile(matches[0])
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o755)
	}
	if err == nil {
		err = os.WriteFile(to, text, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func run(t *testing.T, o Options) Report {
	t.Helper()
	if o.Crawler == "" {
		o.Crawler = "CRAWL"
	}
	r, err := Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// summary is the report's tables as name:change+added~changed-removed.
func summary(r Report) string {
	var out []string
	for _, t := range r.Tables {
		out = append(out, fmt.Sprintf("%s:%s+%d~%d-%d", t.Name, t.Change, t.PartitionsAdded, t.PartitionsChanged, t.PartitionsRemoved))
	}
	return strings.Join(out, " ")
}

func wantSummary(t *testing.T, r Report, want string) {
	t.Helper()
	if got := summary(r); got != want {
		t.Fatalf("report %s, want %s\n%+v", got, want, r.Reasons)
	}
}

func columns(cols []catalog.Column) string {
	var out []string
	for _, c := range cols {
		out = append(out, c.Name+" "+c.Type)
	}
	return strings.Join(out, ", ")
}

func values(parts []catalog.Partition) string {
	var out []string
	for _, p := range parts {
		out = append(out, strings.Join(p.Values, "/"))
	}
	return strings.Join(out, " ")
}

func mustTable(t *testing.T, c *catalog.Catalog, db, name string) (catalog.Table, []catalog.Partition) {
	t.Helper()
	tab, err := c.Table(db, name)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := c.Partitions(db, name)
	if err != nil {
		t.Fatal(err)
	}
	return tab, parts
}

func TestCrawlOfOurTable(t *testing.T) {
	root := filepath.Join(t.TempDir(), "out")
	w := newWriter(t, filepath.Join(root, "Airport Days"))
	w.commit(11, 11, 12, -1)
	c := newCatalog(t)
	o := Options{Path: root, Catalog: c, Database: "Lake", TablePrefix: "x_", PartitionTypes: "infer"}
	wantSummary(t, run(t, o), "x_airport_days:added+3~0-0")
	tab, parts := mustTable(t, c, "lake", "x_airport_days")
	if columns(tab.Columns) != "origin string, flights bigint, mean double" || columns(tab.PartitionKeys) != "day date" {
		t.Fatalf("%+v", tab)
	}
	if values(parts) != "2001-03-11 2001-03-12 __HIVE_DEFAULT_PARTITION__" {
		t.Fatal(values(parts))
	}
	if tab.Location != root+"/Airport Days/" || parts[0].Location != tab.Location+"day=2001-03-11/" || tab.Format != "parquet" || tab.CreatedBy != "CRAWL" {
		t.Fatalf("%+v %+v", tab, parts[0])
	}
	p := maps.Clone(tab.Parameters)
	if p["sizeKey"] == "" || p["averageRecordSize"] == "" {
		t.Fatal(p)
	}
	delete(p, "sizeKey")
	delete(p, "averageRecordSize")
	if !maps.Equal(p, map[string]string{"classification": "parquet", "compressionType": "none", "typeOfData": "file", "objectCount": "3",
		"recordCount": "4", "UPDATED_BY_CRAWLER": "CRAWL", "CrawlerSchemaSerializerVersion": "1.0", "CrawlerSchemaDeserializerVersion": "1.0"}) {
		t.Fatal(p)
	}
	if n := parts[0].Parameters["recordCount"]; n != "2" {
		t.Fatal(n)
	}

	again := run(t, o)
	wantSummary(t, again, "x_airport_days:unchanged+0~0-0")
	if !quiet(again) || len(again.Reasons) != 0 {
		t.Fatalf("%+v", again)
	}
	w.commit(12, 13)
	wantSummary(t, run(t, o), "x_airport_days:changed+1~1-0")

	if err := w.table.Replace(context.Background()); err != nil {
		t.Fatal(err)
	}
	wantSummary(t, run(t, o), "x_airport_days:changed+0~0-4")
	tab, parts = mustTable(t, c, "lake", "x_airport_days")
	if len(parts) != 0 || tab.Parameters["recordCount"] != "0" || columns(tab.PartitionKeys) != "day date" {
		t.Fatalf("%+v %v", tab, parts)
	}
	if !quiet(run(t, o)) {
		t.Fatal("not quiet")
	}
}

// The crawled table reads back with the schema of the catalog.
func TestCrawledTableReadsBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t")
	newWriter(t, path).commit(11, 12)
	for how, want := range map[string]types.Kind{PartitionString: types.Varchar, PartitionInfer: types.Date} {
		c := newCatalog(t)
		run(t, Options{Path: path, Catalog: c, PartitionTypes: how})
		tab, _ := mustTable(t, c, catalog.DefaultDatabase, "t")
		s, err := Schema(tab)
		if err != nil {
			t.Fatal(err)
		}
		if f := s.Fields[3]; f.Name != "day" || f.Type.Kind != want {
			t.Fatalf("%+v", f)
		}
		b, location, err := lake.OpenLocation(tab.Location)
		if err != nil {
			t.Fatal(err)
		}
		table, err := lake.Open(b, location, lake.Options{})
		if err != nil {
			t.Fatal(err)
		}
		sc, err := table.Scan(context.Background(), lake.ScanOptions{Schema: s})
		if err != nil {
			t.Fatal(err)
		}
		var days []string
		for {
			rec, err := sc.Next(context.Background(), 10)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			days = append(days, rec.Column(3).ValueStr(0))
			rec.Release()
		}
		if err := sc.Close(); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(days, []string{"2001-03-11", "2001-03-12"}) {
			t.Fatal(days)
		}
	}
}

func TestForeignLayouts(t *testing.T) {
	dir := t.TempDir()
	newWriter(t, filepath.Join(dir, "src", "s")).commit(11)
	file := filepath.Join(dir, "src", "s", "day=*", "*.parquet")
	root := filepath.Join(dir, "lake")
	for _, to := range []string{"flat/a.parquet", "flat/b.parquet", "nested/year=2001/month=03/a.parquet", "nested/year=2001/month=04/a.parquet",
		"nested/year=2001/_temporary/a.parquet", "nested/.hidden/a.parquet", "nested/_b.parquet", "deep/er/day=a%3Ab/x.parquet",
		"other/er/x.parquet", "mixed/x.parquet", "mixed/k=1/x.parquet", "shadow/Origin=X/x.parquet"} {
		copyFile(t, file, filepath.Join(root, to))
	}
	for name, text := range map[string]string{"flat/_SUCCESS": "", "flat/readme.txt": "x", "flat/empty.parquet": "", "flat/broken.parquet": "PAR1 no"} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	c := newCatalog(t)
	r := run(t, Options{Path: root, Catalog: c, PartitionTypes: "infer"})
	wantSummary(t, r, "er:added+1~0-0 flat:added+0~0-0 mixed:added+2~0-0 nested:added+2~0-0 er_"+suffixOf(t, r, "er_")+":added+0~0-0 shadow:added+1~0-0")
	for name, want := range map[string]string{
		"flat":   "origin string, flights bigint, mean double |  | ",
		"nested": "origin string, flights bigint, mean double | year int, month int | 2001/03 2001/04",
		"er":     "origin string, flights bigint, mean double | day string | a:b",
		"mixed":  "origin string, flights bigint, mean double | k int | 1 __HIVE_DEFAULT_PARTITION__",
		"shadow": "flights bigint, mean double | origin string | X",
	} {
		tab, parts := mustTable(t, c, catalog.DefaultDatabase, name)
		if got := columns(tab.Columns) + " | " + columns(tab.PartitionKeys) + " | " + values(parts); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	flat, _ := mustTable(t, c, catalog.DefaultDatabase, "flat")
	if flat.Parameters["objectCount"] != "2" || flat.Parameters["recordCount"] != "2" {
		t.Errorf("%v", flat.Parameters)
	}
	if !slices.ContainsFunc(r.Reasons, func(x Reason) bool { return strings.HasSuffix(x.Table, "flat/broken.parquet") }) {
		t.Errorf("the broken file is not named: %+v", r.Reasons)
	}

	// What goes away goes away; what another crawler made stays.
	if err := errors.Join(os.RemoveAll(filepath.Join(root, "flat")), os.RemoveAll(filepath.Join(root, "nested", "year=2001", "month=03"))); err != nil {
		t.Fatal(err)
	}
	if _, err := c.PutTable(catalog.Table{Database: catalog.DefaultDatabase, Name: "foreign", Location: root + "/gone/",
		Parameters: map[string]string{"UPDATED_BY_CRAWLER": "somebody"}}); err != nil {
		t.Fatal(err)
	}
	r = run(t, Options{Path: root, Catalog: c, PartitionTypes: "infer"})
	if r.Count(Removed) != 1 || r.Count(Changed) != 1 || r.Tables[len(r.Tables)-1].Name != "flat" {
		t.Fatalf("%+v", r)
	}
	if added, changed, removed := partitions(r); added+changed != 0 || removed != 1 {
		t.Fatalf("%+v", r)
	}
	if _, err := c.Table(catalog.DefaultDatabase, "flat"); !errors.Is(err, catalog.ErrNotFound) {
		t.Fatal(err)
	}
	if _, err := c.Table(catalog.DefaultDatabase, "foreign"); err != nil {
		t.Fatal(err)
	}
}

func suffixOf(t *testing.T, r Report, prefix string) string {
	t.Helper()
	for _, tab := range r.Tables {
		if s, ok := strings.CutPrefix(tab.Name, prefix); ok {
			return s
		}
	}
	t.Fatalf("no table %s...", prefix)
	return ""
}

// A table that CREATE TABLE registered keeps its declaration.
func TestDeclaredTableKeepsItsColumns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t")
	w := newWriter(t, path)
	w.commit(11)
	c := newCatalog(t)
	if _, err := c.PutTable(catalog.Table{Database: catalog.DefaultDatabase, Name: "daily", Location: path, Columns: []catalog.Column{{Name: "origin", Type: "varchar(3)"}},
		PartitionKeys: []catalog.Column{{Name: "day", Type: "date"}}, CreatedBy: "SQL"}); err != nil {
		t.Fatal(err)
	}
	o := Options{Path: path, Catalog: c}
	wantSummary(t, run(t, o), "daily:changed+1~0-0")
	tab, _ := mustTable(t, c, catalog.DefaultDatabase, "daily")
	if got := columns(tab.Columns) + " | " + columns(tab.PartitionKeys); got != "origin varchar(3), flights bigint, mean double | day date" || tab.CreatedBy != "SQL" {
		t.Fatal(got, tab.CreatedBy)
	}
	if !quiet(run(t, o)) {
		t.Fatal("not quiet")
	}
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	if r := run(t, Options{Path: filepath.Dir(path), Catalog: c}); len(r.Tables) != 0 {
		t.Fatalf("%+v", r)
	}
}

func TestTargetsWithoutTables(t *testing.T) {
	c := newCatalog(t)
	dir := t.TempDir()
	if r := run(t, Options{Path: dir, Catalog: c}); len(r.Tables)+len(r.Reasons) != 0 || !quiet(r) {
		t.Fatalf("%+v", r)
	}
	file := filepath.Join(dir, "f")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, o := range []struct {
		Options
		want error
	}{
		{Options{Path: filepath.Join(dir, "missing"), Catalog: c}, ErrNoFolder},
		{Options{Path: file, Catalog: c}, ErrNoFolder},
		{Options{Catalog: c}, ErrOption},
		{Options{Path: dir, Catalog: c, PartitionTypes: "guess"}, ErrOption},
	} {
		if _, err := Run(context.Background(), o.Options); !errors.Is(err, o.want) {
			t.Errorf("%+v: %v", o.Options, err)
		}
	}
}

func TestWiderTypes(t *testing.T) {
	for _, c := range [][3]string{{"int", "bigint", "bigint"}, {"tinyint", "smallint", "smallint"}, {"bigint", "float", "double"},
		{"float", "double", "double"}, {"decimal(9,2)", "decimal(5,4)", "decimal(11,4)"}, {"decimal(38,0)", "decimal(38,38)", "string"},
		{"date", "timestamp", "string"}, {"int", "string", "string"}, {"array<int>", "array<int>", "array<int>"}} {
		if a, b := wider(c[0], c[1]), wider(c[1], c[0]); a != c[2] || b != c[2] {
			t.Errorf("%v: %s, %s", c, a, b)
		}
	}
}

func TestSQLTypes(t *testing.T) {
	for hive, want := range map[string]string{"int": "INTEGER", "BIGINT": "BIGINT", "string": "VARCHAR", "varchar(7)": "VARCHAR(7)", "char(3)": "CHAR(3)",
		"decimal(18, 4)": "DECIMAL(18, 4)", "decimal": "DECIMAL(10, 0)", "float": "REAL", "double": "DOUBLE", "binary": "VARBINARY", "date": "DATE",
		"timestamp": "TIMESTAMP", "boolean": "BOOLEAN", "tinyint": "TINYINT", "smallint": "SMALLINT"} {
		if got, err := SQLType(hive); err != nil || got.String() != want {
			t.Errorf("%s: %s %v, want %s", hive, got, err, want)
		}
	}
	for _, hive := range []string{"array<int>", "struct<a:int>", "map<string,int>", "decimal(20,0)", "decimal(5,6)", "uniontype<int>", ""} {
		if _, err := SQLType(hive); !errors.Is(err, ErrType) {
			t.Errorf("%s: %v", hive, err)
		}
	}
	_, err := Schema(catalog.Table{Name: "t", Columns: []catalog.Column{{Name: "tags", Type: "array<string>"}}})
	if !errors.Is(err, ErrType) || !strings.Contains(err.Error(), `"tags"`) {
		t.Error(err)
	}
}

func TestSchemaOfDifferingFiles(t *testing.T) {
	file := func(cols ...lake.FileColumn) *footer { return &footer{info: lake.FileInfo{Columns: cols}} }
	cols, notes := unite([]*footer{
		file(lake.FileColumn{Name: "a", Type: "int"}, lake.FileColumn{Name: "b", Type: "string"}),
		file(lake.FileColumn{Name: "c", Type: "date"}, lake.FileColumn{Name: "a", Type: "bigint"}),
	}, nil)
	if columns(cols) != "a bigint, b string, c date" || len(notes) != 1 {
		t.Fatal(columns(cols), notes)
	}
}

func TestInferredTypes(t *testing.T) {
	for want, in := range map[string][]string{"int": {"1", "02", "-3"}, "bigint": {"1", "4294967296"}, "date": {"2001-03-11"},
		"string": {"2001-03-11", "x"}} {
		if got := inferType(in); got != want {
			t.Errorf("%v: %s", in, got)
		}
	}
	if got := inferType(nil); got != "string" {
		t.Error(got)
	}
}

// partitions is the number of partitions added, changed and removed in all tables.
func partitions(r Report) (added, changed, removed int) {
	for _, t := range r.Tables {
		added += t.PartitionsAdded
		changed += t.PartitionsChanged
		removed += t.PartitionsRemoved
	}
	return added, changed, removed
}

// quiet tells that a run changed nothing.
func quiet(r Report) bool {
	added, changed, removed := partitions(r)
	return r.Count(Unchanged) == len(r.Tables) && added+changed+removed == 0
}
