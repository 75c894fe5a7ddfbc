package shardlog

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/kv"
)

// fakeClock is a clock that a test moves.
type fakeClock struct{ at types.Time }

func (c *fakeClock) now() types.Time { return c.at }

func openDB(t testing.TB, dir string) *kv.DB {
	t.Helper()
	db, err := kv.Open(dir, kv.Options{SegmentBytes: 16 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func openLog(t testing.TB, db *kv.DB, o Options) *Log {
	t.Helper()
	l, err := Open(db, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func create(t testing.TB, l *Log, stream string, shards int) {
	t.Helper()
	if err := l.CreateStream(stream, shards); err != nil {
		t.Fatal(err)
	}
}

func appendAll(t testing.TB, l *Log, stream string, recs []Record) []Receipt {
	t.Helper()
	out, err := l.Append(context.Background(), stream, recs, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(out) != len(recs) {
		t.Fatalf("%d receipts for %d records", len(out), len(recs))
	}
	return out
}

// row is a record as read back.
type row struct {
	key, data string
	sequence  uint64
	arrival   types.Time
}

// readAll reads a shard from the position to its present end.
func readAll(t testing.TB, l *Log, stream string, shard int, from Position) []row {
	t.Helper()
	r, err := l.Reader(stream, shard, from)
	if err != nil {
		t.Fatal(err)
	}
	var out []row
	for {
		b, err := r.TryNext()
		if errors.Is(err, ErrNoMore) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.Len() {
			k, d := b.Record(i)
			out = append(out, row{string(k), string(d), b.Sequence(i), b.Arrival(i)})
		}
	}
}

func records(n int, format string) []Record {
	out := make([]Record, n)
	for i := range out {
		out[i] = Record{PartitionKey: fmt.Sprintf("key-%d", i), Data: fmt.Appendf(nil, format, i)}
	}
	return out
}

func TestAppendAndReadBack(t *testing.T) {
	for _, dir := range []string{"", t.TempDir()} {
		c := &fakeClock{at: 1_000_000}
		l := openLog(t, openDB(t, dir), Options{Now: c.now})
		create(t, l, "s", 1)
		receipts := appendAll(t, l, "s", records(3, "value %d"))
		for i, r := range receipts {
			if r != (Receipt{Shard: 0, Sequence: uint64(i + 1), Arrival: c.at}) {
				t.Errorf("receipt %d is %+v", i, r)
			}
		}
		for i, got := range readAll(t, l, "s", 0, Oldest()) {
			want := row{fmt.Sprintf("key-%d", i), fmt.Sprintf("value %d", i), uint64(i + 1), receipts[i].Arrival}
			if got != want {
				t.Errorf("record %d is %+v, want %+v", i, got, want)
			}
		}
	}
}

func TestTailIsWoken(t *testing.T) {
	l := openLog(t, openDB(t, ""), Options{})
	create(t, l, "s", 1)
	r, err := l.Reader("s", 0, Latest())
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan string, 1)
	go func() {
		b, err := r.Next(context.Background())
		if err != nil {
			got <- err.Error()
			return
		}
		_, d := b.Record(0)
		got <- string(d)
	}()
	time.Sleep(5 * time.Millisecond)
	appendAll(t, l, "s", []Record{{PartitionKey: "k", Data: []byte("hello")}})
	if s := <-got; s != "hello" {
		t.Errorf("the tail got %q", s)
	}
}
