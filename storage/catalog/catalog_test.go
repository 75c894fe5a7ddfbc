package catalog

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/kv"
)

// faultyStore fails a commit when told to.
type faultyStore struct {
	*kv.DB
	failAt int // the number of the commit to fail, counted down; 0 never
}

var errFault = errors.New("fault")

func (s *faultyStore) Commit(b *kv.Batch) error {
	if s.failAt > 0 {
		s.failAt--
		if s.failAt == 0 {
			return errFault
		}
	}
	return s.DB.Commit(b)
}

func open(t testing.TB) (*Catalog, *faultyStore, *types.Time) {
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
	s, now := &faultyStore{DB: db}, new(types.Time)
	*now = 100
	c, err := Open(s, Options{Now: func() types.Time { return *now }})
	if err != nil {
		t.Fatal(err)
	}
	return c, s, now
}

func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestDatabases(t *testing.T) {
	c, s, now := open(t)
	must[Database](t)(c.PutDatabase(Database{Name: "Zoo", Description: "first"}))
	*now = 200
	must[Database](t)(c.PutDatabase(Database{Name: "Zoo", Description: "second"}))
	must[Database](t)(c.PutDatabase(Database{Name: "abc"}))
	// Names are bytes: upper case sorts first, and nothing is folded.
	var got []string
	for _, d := range must[[]Database](t)(c.Databases()) {
		got = append(got, fmt.Sprint(d.Name, d.Description, int64(d.Created)))
	}
	if want := []string{"Zoosecond100", "abc200", "default100"}; !slices.Equal(got, want) {
		t.Errorf("databases are %q, want %q", got, want)
	}
	if _, err := c.Database("zoo"); !errors.Is(err, ErrNotFound) {
		t.Errorf("error is %v", err)
	}
	must[Table](t)(c.PutTable(Table{Database: "abc", Name: "t"}))
	for _, step := range []struct {
		err  error
		want error
	}{
		{c.DeleteDatabase("abc"), ErrNotEmpty}, {c.DeleteTable("abc", "t"), nil}, {c.DeleteDatabase("abc"), nil},
		{c.DeleteDatabase("abc"), ErrNotFound}, {c.DeleteDatabase("default"), ErrName},
	} {
		if !errors.Is(step.err, step.want) {
			t.Errorf("error is %v, want %v", step.err, step.want)
		}
	}
	if _, err := c.PutDatabase(Database{}); !errors.Is(err, ErrName) {
		t.Errorf("error is %v", err)
	}
	// Opening again keeps the default database as it is.
	*now = 300
	again := must[*Catalog](t)(Open(s, Options{}))
	if d := must[Database](t)(again.Database(DefaultDatabase)); d.Created != 100 {
		t.Errorf("the default database was created at %d", d.Created)
	}
}

func flights() Table {
	return Table{
		Database: DefaultDatabase, Name: "flights", Location: "lake/flights", Format: "parquet",
		Columns:       []Column{{"origin", "string", "airport"}, {"delay", "bigint", ""}},
		PartitionKeys: []Column{{Name: "day", Type: "string"}, {Name: "hour", Type: "int"}},
		Parameters:    map[string]string{"classification": "parquet"}, CreatedBy: "crawler",
	}
}

func TestTableVersions(t *testing.T) {
	c, _, now := open(t)
	want := flights()
	want.Created, want.Updated = 100, 100
	must[Table](t)(c.PutTable(flights()))
	*now = 200
	must[Table](t)(c.PutTable(flights())) // nothing new
	if got := must[Table](t)(c.Table("default", "flights")); !reflect.DeepEqual(got, want) {
		t.Errorf("table is %+v, want %+v", got, want)
	}
	changed := flights()
	changed.Columns = append(changed.Columns, Column{Name: "distance", Type: "int"})
	if got := must[Table](t)(c.PutTable(changed)); got.Version != 1 || got.Created != 100 || got.Updated != 200 {
		t.Errorf("table is %+v", got)
	}
	must[Table](t)(c.PutTable(Table{Database: "default", Name: "airports"}))
	list := must[[]Table](t)(c.Tables("default"))
	if len(list) != 2 || list[0].Name != "airports" || list[1].Version != 1 || len(list[1].Columns) != 3 {
		t.Errorf("tables are %+v", list)
	}
	if got := must[[]Table](t)(c.Tables("defaul")); len(got) != 0 {
		t.Errorf("tables of an unknown database: %+v", got)
	}
	if _, err := c.PutTable(Table{Database: "nowhere", Name: "t"}); !errors.Is(err, ErrNoDatabase) {
		t.Errorf("error is %v", err)
	}
	if _, err := c.PutTable(Table{Database: "default"}); !errors.Is(err, ErrName) {
		t.Errorf("error is %v", err)
	}
	if err := c.DeleteTable("default", "nothing"); !errors.Is(err, ErrNotFound) {
		t.Errorf("error is %v", err)
	}
}

func parts(n int, location string) []Partition {
	out := make([]Partition, n)
	for i := range out {
		out[i] = Partition{Values: []string{fmt.Sprintf("d%06d", i), "1"}, Location: location}
	}
	return out
}

func locations(t testing.TB, c *Catalog) map[string]int {
	t.Helper()
	out := map[string]int{}
	last := ""
	for _, p := range must[[]Partition](t)(c.Partitions("default", "flights")) {
		out[p.Location]++
		if p.Values[0] <= last {
			t.Errorf("partition %q after %q", p.Values, last)
		}
		last = p.Values[0]
	}
	return out
}

func TestPartitions(t *testing.T) {
	c, _, _ := open(t)
	must[Table](t)(c.PutTable(flights()))
	steps := []struct {
		do   func() error
		want map[string]int
	}{
		{func() error { return c.PutPartitions("default", "flights", parts(10, "a")) }, map[string]int{"a": 10}},
		{func() error { return c.PutPartitions("default", "flights", parts(3, "b")) }, map[string]int{"a": 7, "b": 3}},
		{func() error { return c.PutPartitions("default", "flights", nil) }, map[string]int{"a": 7, "b": 3}},
		{func() error { return c.DeletePartition("default", "flights", []string{"d000000", "1"}) }, map[string]int{"a": 7, "b": 2}},
		{func() error { return c.ReplacePartitions("default", "flights", parts(4, "c")) }, map[string]int{"c": 4}},
		// More than one atomic write holds, both ways of writing.
		{func() error { return c.PutPartitions("default", "flights", parts(30_000, "d")[2:]) }, map[string]int{"c": 2, "d": 29_998}},
		{func() error { return c.ReplacePartitions("default", "flights", parts(25_000, "e")) }, map[string]int{"e": 25_000}},
		{func() error { return c.ReplacePartitions("default", "flights", nil) }, map[string]int{}},
	}
	for i, s := range steps {
		if err := s.do(); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		if got := locations(t, c); !reflect.DeepEqual(got, s.want) {
			t.Errorf("step %d: partitions are %v, want %v", i, got, s.want)
		}
	}
	if err := c.PutPartitions("default", "flights", []Partition{{Values: []string{"one"}}}); !errors.Is(err, ErrName) {
		t.Errorf("error is %v", err)
	}
	for _, err := range []error{
		c.PutPartitions("default", "nothing", parts(1, "x")),
		c.ReplacePartitions("default", "nothing", nil),
		c.DeletePartition("default", "flights", []string{"d000001", "1"}),
	} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("error is %v", err)
		}
	}
	odd := Partition{Values: []string{"a/b\x00c", ""}, Location: "odd", Parameters: map[string]string{"k": "v"}}
	if err := c.PutPartitions("default", "flights", []Partition{odd}); err != nil {
		t.Fatal(err)
	}
	if got := must[Partition](t)(c.Partition("default", "flights", odd.Values)); !reflect.DeepEqual(got, odd) {
		t.Errorf("partition is %+v", got)
	}
	if _, err := c.Partition("default", "flights", []string{"a/b", "c"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("error is %v", err)
	}
}

// Whichever commit of a replacement fails, the table has the old partitions or the new, and the next attempt works.
func TestReplacePartitionsIsAtomic(t *testing.T) {
	c, s, _ := open(t)
	must[Table](t)(c.PutTable(flights()))
	if err := c.PutPartitions("default", "flights", parts(5000, "old")); err != nil {
		t.Fatal(err)
	}
	failed := 0
	for at := 1; ; at++ {
		s.failAt = at
		err := c.ReplacePartitions("default", "flights", parts(6000, "new"))
		s.failAt = 0
		got := locations(t, c)
		if !reflect.DeepEqual(got, map[string]int{"old": 5000}) && !reflect.DeepEqual(got, map[string]int{"new": 6000}) {
			t.Fatalf("commit %d fails: %v", at, got)
		}
		if err == nil {
			break
		}
		if !errors.Is(err, errFault) {
			t.Fatal(err)
		}
		failed++
		if err := c.ReplacePartitions("default", "flights", parts(5000, "old")); err != nil {
			t.Fatal(err)
		}
		if got := locations(t, c); got["old"] != 5000 || len(got) != 1 {
			t.Fatalf("after the failure of commit %d: %v", at, got)
		}
	}
	if failed < 5 {
		t.Errorf("only %d commits could fail", failed)
	}
}

func TestDeletedTableTakesItsPartitionsAlong(t *testing.T) {
	c, s, _ := open(t)
	must[Table](t)(c.PutTable(flights()))
	if err := c.PutPartitions("default", "flights", parts(10, "a")); err != nil {
		t.Fatal(err)
	}
	s.failAt = 2 // the table goes, its partitions stay
	if err := c.DeleteTable("default", "flights"); !errors.Is(err, errFault) {
		t.Errorf("error is %v", err)
	}
	if _, err := c.Partitions("default", "flights"); !errors.Is(err, ErrNotFound) {
		t.Errorf("error is %v", err)
	}
	must[Table](t)(c.PutTable(flights()))
	if got := locations(t, c); len(got) != 0 {
		t.Errorf("partitions of the table before: %v", got)
	}
}

func TestDefinitions(t *testing.T) {
	c, _, now := open(t)
	put := must[Definition](t)
	first := put(c.PutDefinition(Definition{Kind: KindStream, Database: "default", Name: "TRADES", SQL: "CREATE STREAM ...", Options: map[string]string{"shards": "2"}}))
	if first.Incarnation == uuid.Nil || first.Created != 100 {
		t.Errorf("definition is %+v", first)
	}
	*now = 200
	again := put(c.PutDefinition(Definition{Kind: KindStream, Database: "default", Name: "TRADES", SQL: "other"}))
	if again.Incarnation != first.Incarnation || again.Created != 100 || again.Updated != 200 {
		t.Errorf("definition is %+v", again)
	}
	other := uuid.MustParse("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
	reset := put(c.PutDefinition(Definition{Kind: KindStream, Database: "default", Name: "TRADES", Incarnation: other}))
	if reset.Incarnation != other || reset.Created != 200 {
		t.Errorf("definition is %+v", reset)
	}
	put(c.PutDefinition(Definition{Kind: KindStream, Database: "default", Name: "trades"}))
	put(c.PutDefinition(Definition{Kind: KindPump, Database: "default", Name: "TRADES"}))
	var names []string
	for _, d := range must[[]Definition](t)(c.Definitions(KindStream, "default")) {
		names = append(names, d.Name)
	}
	if !slices.Equal(names, []string{"TRADES", "trades"}) {
		t.Errorf("streams are %q", names)
	}
	if err := c.DeleteDefinition(KindStream, "default", "TRADES"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Definition(KindStream, "default", "TRADES"); !errors.Is(err, ErrNotFound) {
		t.Errorf("error is %v", err)
	}
	if got := put(c.Definition(KindPump, "default", "TRADES")); got.Kind != KindPump {
		t.Errorf("definition is %+v", got)
	}
	for _, d := range []Definition{{Kind: KindView, Database: "default"}, {Kind: KindView, Database: "default", Name: strings.Repeat("x", 5000)}} {
		if _, err := c.PutDefinition(d); !errors.Is(err, ErrName) {
			t.Errorf("error is %v", err)
		}
	}
}

func TestCrawlers(t *testing.T) {
	c, _, now := open(t)
	w := Crawler{Name: "lake", Targets: []string{"lake/"}, Database: "default"}
	must[Crawler](t)(c.PutCrawler(w))
	*now = 200
	w.LastCrawl = &Crawl{State: CrawlSucceeded, Started: 150, Ended: 160, TablesAdded: 1, Tables: []string{"flights"}}
	must[Crawler](t)(c.PutCrawler(w))
	if got := must[Crawler](t)(c.Crawler("lake")); got.Version != 0 || got.Updated != 100 || !reflect.DeepEqual(got.LastCrawl, w.LastCrawl) {
		t.Errorf("crawler is %+v", got)
	}
	w.TablePrefix, w.LastCrawl = "p_", nil
	got := must[Crawler](t)(c.PutCrawler(w))
	if got.Version != 1 || got.Created != 100 || got.Updated != 200 || got.LastCrawl == nil {
		t.Errorf("crawler is %+v", got)
	}
	must[Crawler](t)(c.PutCrawler(Crawler{Name: "a"}))
	if list := must[[]Crawler](t)(c.Crawlers()); len(list) != 2 || list[0].Name != "a" {
		t.Errorf("crawlers are %+v", list)
	}
	if err := errors.Join(c.DeleteCrawler("a"), c.DeleteCrawler("lake")); err != nil {
		t.Error(err)
	}
	if _, err := c.Crawler("a"); !errors.Is(err, ErrNotFound) {
		t.Errorf("error is %v", err)
	}
}

func TestCorruptEntry(t *testing.T) {
	c, s, _ := open(t)
	var b kv.Batch
	b.Put(entryKey(tables, "default", "bad"), []byte("{"))
	if err := s.Commit(&b); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Table("default", "bad"); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "bad") {
		t.Errorf("error is %v", err)
	}
	if _, err := c.Tables("default"); !errors.Is(err, ErrCorrupt) {
		t.Errorf("error is %v", err)
	}
}

// The documents are the format on disk: this one was written by hand.
func TestStoredForm(t *testing.T) {
	c, s, _ := open(t)
	var b kv.Batch
	b.Put([]byte("ctdefault\x00\x01hand\x00\x01"), []byte(`{"database":"default","name":"hand","location":"l","format":"csv",`+
		`"columns":[{"name":"a","type":"int"}],"version":3,"created":1,"updated":2,"generation":5,"later":true}`))
	b.Put([]byte("cpdefault\x00\x01hand\x00\x01\x00\x00\x00\x00\x00\x00\x00\x05"), []byte(`{"values":[],"location":"p"}`))
	if err := s.Commit(&b); err != nil {
		t.Fatal(err)
	}
	want := Table{Database: "default", Name: "hand", Location: "l", Format: "csv", Columns: []Column{{Name: "a", Type: "int"}}, Version: 3, Created: 1, Updated: 2}
	if got := must[Table](t)(c.Table("default", "hand")); !reflect.DeepEqual(got, want) {
		t.Errorf("table is %+v, want %+v", got, want)
	}
	if got := must[[]Partition](t)(c.Partitions("default", "hand")); len(got) != 1 || got[0].Location != "p" {
		t.Errorf("partitions are %+v", got)
	}
}
