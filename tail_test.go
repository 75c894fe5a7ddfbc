package millrace

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// tailDB is a database with a stream T of three shards and a clock that stands
// still.
func tailDB(t *testing.T, dir string) (*DB, *atomic.Int64) {
	t.Helper()
	var now atomic.Int64
	now.Store(1000)
	db, err := Open(dir, &Options{Now: func() types.Time { return types.Time(now.Load()) }})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Exec(t.Context(), "CREATE STREAM t (a INTEGER) WITH ('connector'='stream', 'shards'='3'); CREATE STREAM app (a INTEGER);"); err != nil {
		t.Fatal(err)
	}
	return db, &now
}

// keys whose MD5 puts them into shard 0, 1 and 2 of three.
var shardKeys = [3]string{"a", "b", "g"}

func put(t *testing.T, db *DB, keys ...string) {
	t.Helper()
	var recs []Record
	for _, k := range keys {
		recs = append(recs, Record{PartitionKey: k, Data: []byte("data of " + k)})
	}
	if _, err := db.Stream("T").Put(t.Context(), recs...); err != nil {
		t.Fatal(err)
	}
}

// show is a record in short: shard, sequence number, arrival, key.
func show(r StoredRecord) string {
	if string(r.Data) != "data of "+r.PartitionKey {
		return "wrong data " + string(r.Data)
	}
	return fmt.Sprintf("%s/%d@%d%s", strings.TrimLeft(r.ShardID, "shardI-0"), r.SequenceNumber, r.Arrival, r.PartitionKey)
}

func all(t *testing.T, tail *Tail, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for r, err := range tail.All() {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, show(r))
	}
	if _, err := tail.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("behind the end: %v", err)
	}
	return strings.Join(out, " ")
}

func TestGet(t *testing.T) {
	for _, where := range []string{"memory", "disk"} {
		t.Run(where, func(t *testing.T) {
			dir := ""
			if where == "disk" {
				dir = t.TempDir()
			}
			db, now := tailDB(t, dir)
			k := shardKeys
			put(t, db, k[2], k[0], k[2])
			now.Store(2000)
			put(t, db, k[1])
			put(t, db, k[0], k[1])
			now.Store(3000)
			put(t, db, k[2])
			if where == "disk" {
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
				var err error
				if db, err = Open(dir, nil); err != nil { // nothing is in memory any more
					t.Fatal(err)
				}
			}
			defer closeDB(t, db)
			tests := []struct {
				name string
				o    *TailOptions
				want string
			}{
				{"all", nil, "/1@1000a 2/1@1000g 2/2@1000g /2@2000a 1/1@2000b 1/2@2000b 2/3@3000g"},
				{"since", &TailOptions{Since: 2000}, "/2@2000a 1/1@2000b 1/2@2000b 2/3@3000g"},
				{"since the end", &TailOptions{Since: 3001}, ""},
				{"latest", &TailOptions{Latest: true}, ""},
				{"after", &TailOptions{Latest: true, After: map[string]uint64{"shardId-000000000002": 1, "shardId-000000000001": 0}}, "2/2@1000g 1/1@2000b 1/2@2000b 2/3@3000g"},
				{"two shards", &TailOptions{Shards: []string{"shardId-000000000002", "shardId-000000000000"}}, "/1@1000a 2/1@1000g 2/2@1000g /2@2000a 2/3@3000g"},
			}
			for _, tt := range tests {
				tail, err := db.Stream("T").Get(t.Context(), tt.o)
				if got := all(t, tail, err); got != tt.want {
					t.Errorf("%s: %s\nnot %s", tt.name, got, tt.want)
				}
			}
			// What is put after the call is not there now.
			tail, err := db.Stream("T").Get(t.Context(), &TailOptions{Since: 3000})
			if err != nil {
				t.Fatal(err)
			}
			put(t, db, k[2], k[0])
			if got := all(t, tail, nil); got != "2/3@3000g" {
				t.Errorf("with records put meanwhile: %s", got)
			}
		})
	}
}

// TestTail: a record waits for the shards that may still get one before it, and
// no longer.
func TestTail(t *testing.T) {
	db, now := tailDB(t, "")
	defer closeDB(t, db)
	k := shardKeys
	put(t, db, k[0])
	tail, err := db.Stream("T").Tail(t.Context(), &TailOptions{Latest: true})
	if err != nil {
		t.Fatal(err)
	}
	defer tail.Close()
	got := make(chan string)
	ended := make(chan error)
	go func() {
		for {
			r, err := tail.Next()
			if err != nil {
				ended <- err
				return
			}
			got <- show(r)
		}
	}()
	put(t, db, k[2], k[0])
	// Shard 0 comes first; shard 1 may still get a record of this very moment, which
	// would come before that of shard 2.
	next := func() string {
		select {
		case r := <-got:
			return r
		case <-time.After(10 * time.Second):
			t.Fatal("no record comes")
			return ""
		}
	}
	if r := next(); r != "/2@1000a" {
		t.Fatalf("first %s", r)
	}
	select {
	case r := <-got:
		t.Fatalf("%s came before shard 1 has passed its arrival", r)
	case <-time.After(250 * time.Millisecond):
	}
	put(t, db, k[1])
	now.Add(1)
	for _, want := range []string{"1/1@1000b", "2/1@1000g"} {
		if r := next(); r != want {
			t.Errorf("%s, not %s", r, want)
		}
	}
	if err := db.Exec(t.Context(), "DROP STREAM t"); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "stream T: ") {
		t.Errorf("of a dropped stream: %v", err)
	}
}

// TestTailWhileWriting: with writers at work on all shards every record comes once,
// in the order of the log.
func TestTailWhileWriting(t *testing.T) {
	db, err := Open("", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer closeDB(t, db)
	if err := db.Exec(t.Context(), "CREATE STREAM t (a INTEGER) WITH ('connector'='stream', 'shards'='3')"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tail, err := db.Stream("T").Tail(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tail.Close()
	const writers, each = 4, 300
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				if _, err := db.Stream("T").Put(ctx, Record{PartitionKey: fmt.Sprint(w, "/", i), Data: []byte("x")}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	defer wg.Wait()
	seen := map[string]bool{}
	var last StoredRecord
	for range writers * each {
		r, err := tail.Next()
		if err != nil {
			t.Fatal(err)
		}
		if r.Arrival < last.Arrival || r.Arrival == last.Arrival && (r.ShardID < last.ShardID || r.ShardID == last.ShardID && r.SequenceNumber <= last.SequenceNumber) {
			t.Fatalf("%+v behind %+v", r, last)
		}
		seen[r.PartitionKey], last = true, r
	}
	if len(seen) != writers*each {
		t.Errorf("%d different records", len(seen))
	}
}

func TestTailEnds(t *testing.T) {
	for _, sql := range []string{"CREATE STREAM one (a INTEGER) WITH ('connector'='stream')", ""} {
		db, _ := tailDB(t, "")
		name := "T"
		if sql != "" {
			name = "ONE" // a single shard is waited for in another way
			if err := db.Exec(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		tail, err := db.Stream(name).Tail(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(20*time.Millisecond, cancel)
		if _, err := tail.Next(); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		if tail, err = db.Stream(name).Tail(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		closed := make(chan error, 1)
		time.AfterFunc(20*time.Millisecond, func() { closed <- db.Close() })
		if _, err := tail.Next(); !errors.Is(err, ErrClosed) {
			t.Errorf("closed: %v", err)
		}
		tail.Close()
		if err := <-closed; err != nil {
			t.Error(err)
		}
	}
}

func TestTailRefuses(t *testing.T) {
	db, _ := tailDB(t, "")
	defer closeDB(t, db)
	tests := []struct {
		stream string
		o      *TailOptions
		want   string
	}{
		{"APP", nil, "stream APP is an in-application stream, which keeps no records: SELECT STREAM reads its rows"},
		{"NOPE", nil, "stream NOPE: not found"},
		{"T", &TailOptions{Shards: []string{"0"}}, `stream T has no shard "0"; it has shardId-000000000000 to shardId-000000000002`},
		{"T", &TailOptions{After: map[string]uint64{"shardId-000000000003": 1}}, `stream T has no shard "shardId-000000000003"; it has shardId-000000000000 to shardId-000000000002`},
		{"T", &TailOptions{After: map[string]uint64{"shardId-000000000001": 9}}, `stream T: shardlog: stream "T": shardId-000000000001 has no sequence 9, it ends before 1: position is beyond the end of the shard`},
	}
	for _, tt := range tests {
		if _, err := db.Stream(tt.stream).Get(t.Context(), tt.o); err == nil || err.Error() != tt.want {
			t.Errorf("%v\nnot %s", err, tt.want)
		}
	}
}

func TestLookup(t *testing.T) {
	db, _ := tailDB(t, "")
	defer closeDB(t, db)
	for _, name := range []string{"t", "T", "APP", "error_stream", "Error_Stream"} {
		if _, err := db.FindStream(name); err != nil {
			t.Error(err)
		}
	}
	if _, err := db.FindStream("ap"); !errors.Is(err, plan.ErrNotFound) || err.Error() != "no stream ap; did you mean APP?" {
		t.Error(err)
	}
	relations, err := db.Relations()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range relations {
		names = append(names, r.String())
	}
	if want := []string{"APP", "ERROR_STREAM", "LATE_STREAM", "T"}; !slices.Equal(names, want) {
		t.Errorf("relations %v, not %v", names, want)
	}
	dir := t.TempDir()
	for _, want := range []bool{false, true} {
		if is, err := Exists(dir); err != nil || is != want {
			t.Errorf("exists: %v %v", is, err)
		}
		db, err := Open(dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		closeDB(t, db)
	}
}

func TestDo(t *testing.T) {
	db, _ := tailDB(t, "")
	defer closeDB(t, db)
	do := func(sql string) Outcome {
		out, err := db.Do(t.Context(), sql)
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		return out
	}
	if out := do("INSERT INTO t SELECT 10 / a FROM (VALUES (0), (5), (2)) AS v(a);"); out.Inserted != 2 || out.Rejected != 1 || out.Rows != nil {
		t.Errorf("%+v", out)
	}
	if out := do("SELECT SUM(a) FROM t"); out.Rows == nil {
		t.Error("no rows")
	} else if rec, err := out.Rows.Next(t.Context()); err != nil || fmt.Sprint(rec.Column(0)) != "[7]" {
		t.Errorf("%v %v", rec, err)
	} else if err := out.Rows.Close(); err != nil {
		t.Error(err)
	}
	do("CREATE STREAM u (a INTEGER)")
	if _, err := db.Do(t.Context(), "\n VALUES (nope)"); err == nil || err.Error() != "2:10: no column NOPE" {
		t.Error(err)
	}
	if _, err := db.Do(t.Context(), "DROP STREAM u; DROP STREAM t"); err == nil || err.Error() != "1:16: one statement is expected here" {
		t.Error(err)
	}
}
