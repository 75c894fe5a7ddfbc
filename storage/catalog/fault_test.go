package catalog

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/uuid"

	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/kv"
	"github.com/millrace-sql/millrace/storage/kvfault"
)

// steps change everything that a catalog stores; each may be repeated.
func steps() []func(*Catalog) error {
	id := uuid.MustParse("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
	second := func(_ any, err error) error { return err }
	gone := func(err error) error {
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		return err
	}
	return []func(*Catalog) error{
		func(c *Catalog) error { return second(c.PutDatabase(Database{Name: "db"})) },
		func(c *Catalog) error { return second(c.PutTable(flights())) },
		func(c *Catalog) error { return c.PutPartitions("default", "flights", parts(5, "a")) },
		func(c *Catalog) error { return c.ReplacePartitions("default", "flights", parts(3000, "b")) },
		func(c *Catalog) error { return gone(c.DeletePartition("default", "flights", []string{"d000001", "1"})) },
		func(c *Catalog) error {
			changed := flights()
			changed.Location = "elsewhere"
			return second(c.PutTable(changed))
		},
		func(c *Catalog) error {
			return second(c.PutDefinition(Definition{Kind: KindPump, Database: "default", Name: "p", Incarnation: id}))
		},
		func(c *Catalog) error { return second(c.PutCrawler(Crawler{Name: "w"})) },
		func(c *Catalog) error { return second(c.PutTable(Table{Database: "db", Name: "t"})) },
		func(c *Catalog) error { return gone(c.DeleteTable("db", "t")) },
		func(c *Catalog) error { return gone(c.DeleteDatabase("db")) },
		func(c *Catalog) error { return gone(c.DeleteDefinition(KindPump, "default", "p")) },
		func(c *Catalog) error { return gone(c.DeleteCrawler("w")) },
		func(c *Catalog) error { return gone(c.DeleteTable("default", "flights")) },
		func(c *Catalog) error { return second(c.PutTable(flights())) },
	}
}

// dump is what a catalog shows.
func dump(t *testing.T, c *Catalog) string {
	t.Helper()
	var out []any
	add := func(v any, err error) {
		if err != nil && !errors.Is(err, ErrNotFound) {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	add(c.Databases())
	for _, db := range []string{"default", "db"} {
		add(c.Tables(db))
	}
	add(c.Partitions("default", "flights"))
	add(c.Definitions(KindPump, "default"))
	add(c.Crawlers())
	return fmt.Sprintf("%+v", out)
}

// Whichever write fails, before or after it takes effect: after a restart the catalog is as it was before the step or after
// it, and the step can be repeated.
func TestEveryWriteFailsOnce(t *testing.T) {
	now := Options{Now: func() types.Time { return 100 }}
	var states []string
	clean, _, _ := open(t)
	states = append(states, dump(t, clean))
	for i, step := range steps() {
		if err := step(clean); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		states = append(states, dump(t, clean))
	}
	for _, fault := range []kvfault.Fault{kvfault.FailBefore, kvfault.FailAfter, kvfault.StopBefore, kvfault.StopAfter} {
		for at, hit := 1, true; hit; at++ {
			f := kvfault.New(nil)
			db, err := kv.Open("", kv.Options{Intercept: f.Intercept})
			if err != nil {
				t.Fatal(err)
			}
			c := must[*Catalog](t)(Open(db, now))
			f.Plan(kvfault.At(at, fault))
			hit = false
			for i, step := range steps() {
				err := step(c)
				if err == nil {
					continue
				}
				hit = true
				if err := f.PowerFail(db); err != nil {
					t.Fatal(err)
				}
				c = must[*Catalog](t)(Open(db, now))
				if got := dump(t, c); got != states[i] && got != states[i+1] {
					t.Errorf("fault %d at write %d, step %d: %.300s", fault, at, i, got)
				}
				if err := step(c); err != nil {
					t.Errorf("fault %d at write %d, step %d again: %v", fault, at, i, err)
				}
			}
			if got := dump(t, c); got != states[len(states)-1] {
				t.Errorf("fault %d at write %d: %.300s", fault, at, got)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if !hit && at < 20 {
				t.Errorf("only %d writes", at)
			}
		}
	}
}
