package catalog

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/millrace-sql/millrace/storage/kv"
	"github.com/millrace-sql/millrace/storage/kvfault"
)

func TestVerify(t *testing.T) {
	day := []string{"d000001", "1"}
	odd := "odd\x00name"
	for _, c := range []struct {
		name string
		key  []byte
		edit func(doc []byte) []byte // nil from it removes the document
		want []string
	}{
		{"nothing", entryKey(databases, "default"), func(d []byte) []byte { return d }, nil},
		{"table damaged", entryKey(tables, odd, "t"), func([]byte) []byte { return []byte("{") }, []string{`catalog: table "odd\x00name" "t": corrupt|created anew`}},
		{"table of another version", entryKey(tables, odd, "t"), func(d []byte) []byte { return append([]byte(`{"v":2,`), d[1:]...) },
			[]string{`catalog: table "odd\x00name" "t"|found 2, this program reads 1|the program that wrote it`}},
		{"table with partitions gone", entryKey(tables, "default", "flights"), func([]byte) []byte { return nil },
			[]string{`partitions of table "default" "flights"|does not exist|a new table of that name removes them`}},
		{"table of other names", entryKey(tables, odd, "t"), func(d []byte) []byte { return bytes.Replace(d, []byte(`"t"`), []byte(`"u"`), 1) },
			[]string{`table "odd\x00name" "t"|other names than its key`}},
		{"database gone", entryKey(databases, odd), func([]byte) []byte { return nil }, []string{`table "odd\x00name" "t"|does not exist|create the database`}},
		{"partition damaged", partitionKey("default", "flights", 1, day), func([]byte) []byte { return []byte("null") },
			[]string{`partitions of table "default" "flights": the document has other names`}},
		{"partition of an interrupted change", partitionKey("default", "flights", 2, day), func([]byte) []byte { return []byte("{}") },
			[]string{`partitions of table "default" "flights"|crash|nothing is lost`}},
		{"definition damaged", entryKey(definitions, "pump", "default", "p"), func(d []byte) []byte { return d[1:] }, []string{`catalog: definition of "pump" "default" "p": corrupt`}},
		{"crawler damaged", entryKey(crawlers, "w"), func(d []byte) []byte { return d[1:] }, []string{`catalog: crawler "w": corrupt`}},
		{"unknown key", []byte("cx"), func([]byte) []byte { return []byte{} }, []string{"catalog key 6378: it is no key|ignored"}},
		{"broken key", []byte("cpx\x00"), func([]byte) []byte { return []byte{} }, []string{"catalog: partitions of table: it is no key|ignored"}},
	} {
		cat, s, _ := open(t)
		must[Table](t)(cat.PutTable(flights()))
		if err := errors.Join(cat.PutPartitions("default", "flights", parts(2, "old")), cat.ReplacePartitions("default", "flights", parts(4, "a"))); err != nil {
			t.Fatal(err)
		}
		must[Database](t)(cat.PutDatabase(Database{Name: odd}))
		must[Table](t)(cat.PutTable(Table{Database: odd, Name: "t"}))
		must[Definition](t)(cat.PutDefinition(Definition{Kind: KindPump, Database: "default", Name: "p"}))
		must[Crawler](t)(cat.PutCrawler(Crawler{Name: "w"}))
		old, err := s.Get(c.key)
		if err != nil && !errors.Is(err, kv.ErrNotFound) {
			t.Fatal(err)
		}
		var b kv.Batch
		if doc := c.edit(old); doc == nil {
			b.Delete(c.key)
		} else {
			b.Put(c.key, doc)
		}
		if err := s.Commit(&b); err != nil {
			t.Fatal(err)
		}
		var got []kv.Problem
		n, err := Verify(context.Background(), s, func(p kv.Problem) { got = append(got, p) })
		if err != nil {
			t.Fatal(err)
		}
		if c.want == nil && (n != Counts{Databases: 2, Tables: 2, Partitions: 4, Crawlers: 1, Definitions: 1}) {
			t.Errorf("%s: %+v", c.name, n)
		}
		kvfault.MatchProblems(t, c.name, got, c.want)
	}
	_, s, _ := open(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Verify(ctx, s, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}
