package millrace

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace-sql/millrace/exec"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// chainOfPumps is a stored stream, an in-application one behind it, and a stored
// one with windows of a minute.
const chainOfPumps = `
	CREATE STREAM src (k VARCHAR(4), n INTEGER) WITH ('connector'='stream', 'shards'='3');
	CREATE STREAM passing (k VARCHAR(4), n INTEGER);
	CREATE STREAM sums (k VARCHAR(4), c BIGINT, total BIGINT) WITH ('connector'='stream');
	CREATE PUMP pass AS INSERT INTO passing SELECT STREAM k, n FROM src WHERE n <> 0;
	CREATE PUMP sum_up AS INSERT INTO sums
	  SELECT STREAM k, COUNT(*), SUM(n) FROM passing GROUP BY k, FLOOR(passing.ROWTIME TO MINUTE);`

// putAt appends records at a time of today, one of each key.
func putAt(t *testing.T, db *DB, clock *testClock, at string, n int) {
	t.Helper()
	clock.set(instantOf(t, at))
	for _, k := range []string{"a", "b", "c"} {
		data := fmt.Appendf(nil, `{"k":%q,"n":%d}`, k, n)
		if _, err := db.Stream("SRC").Put(context.Background(), Record{PartitionKey: k, Data: data}); err != nil {
			t.Fatal(err)
		}
	}
}

// settle lets everything that is known arrive: readers look at the horizon, and streams
// at the clock, at least every 100 ms of the bubble's time.
func settle() {
	time.Sleep(300 * time.Millisecond)
	synctest.Wait()
}

// TestReopenMidWindow closes the data directory in the middle of a window: the pumps go on
// with what the window held, and no row is lost or doubled.
func TestReopenMidWindow(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		clock := &testClock{now: instantOf(t, "10:00:00")}
		open := func() *DB {
			db, err := Open(dir, &Options{Now: clock.read, CheckpointEvery: -1})
			if err != nil {
				t.Fatal(err)
			}
			return db
		}
		db := open()
		if err := db.Exec(context.Background(), chainOfPumps); err != nil {
			t.Fatal(err)
		}
		putAt(t, db, clock, "10:00:10", 1)
		settle()
		closeDB(t, db)

		db = open()
		putAt(t, db, clock, "10:00:20", 10) // before anything runs
		if err := db.Resume(context.Background()); err != nil {
			t.Fatal(err)
		}
		putAt(t, db, clock, "10:00:30", 100)
		clock.set(instantOf(t, "10:01:05"))
		settle()
		wantLines(t, db, "SELECT k, c, total FROM sums ORDER BY k", "a | 3 | 111", "b | 3 | 111", "c | 3 | 111")
		closeDB(t, db)

		db = open()
		if err := db.Resume(context.Background()); err != nil {
			t.Fatal(err)
		}
		putAt(t, db, clock, "10:01:30", 7)
		clock.set(instantOf(t, "10:02:05"))
		settle()
		wantLines(t, db, "SELECT k, c, total FROM sums WHERE c = 1 ORDER BY k", "a | 1 | 7", "b | 1 | 7", "c | 1 | 7")
		wantLines(t, db, "SELECT COUNT(*) FROM sums", "6")
		closeDB(t, db)
	})
}

// TestStopStart stops one pump of a set in the middle of a window and lets it go
// on: what it left in the log comes once, the other pump has gone on meanwhile.
func TestStopStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		clock := &testClock{now: instantOf(t, "10:00:00")}
		db, err := Open("", &Options{Now: clock.read})
		if err != nil {
			t.Fatal(err)
		}
		defer closeDB(t, db)
		if err := db.Exec(ctx, chainOfPumps); err != nil {
			t.Fatal(err)
		}
		putAt(t, db, clock, "10:00:10", 1)
		settle()
		for round := range 3 {
			if err := db.Exec(ctx, "ALTER PUMP pass STOP"); err != nil {
				t.Fatal(err)
			}
			putAt(t, db, clock, fmt.Sprintf("10:00:2%d", round), 10)
			settle()
			if err := db.Exec(ctx, "ALTER PUMP sum_up STOP; ALTER PUMP sum_up START; ALTER PUMP pass START"); err != nil {
				t.Fatal(err)
			}
			settle()
		}
		clock.set(instantOf(t, "10:01:05"))
		settle()
		wantLines(t, db, "SELECT k, c, total FROM sums ORDER BY k", "a | 4 | 31", "b | 4 | 31", "c | 4 | 31")
	})
}

// brokenSink fails when it is told to.
type brokenSink struct{ broken *error }

func (s brokenSink) Write(context.Context, flow.Batch) error           { return *s.broken }
func (brokenSink) Prepare(context.Context, flow.Epoch) ([]byte, error) { return nil, nil }
func (brokenSink) Commit(context.Context, flow.Epoch, []byte) error    { return nil }
func (brokenSink) Close() error                                        { return nil }
func openBroken(b *error) func(context.Context, *plan.Relation, ConnectorEnv, Lane) (flow.Sink, error) {
	return func(context.Context, *plan.Relation, ConnectorEnv, Lane) (flow.Sink, error) {
		return brokenSink{b}, nil
	}
}

// TestSetFailsAndStarts: an error of one pump ends the pumps joined with it, SHOW
// PUMPS says why, and starting one starts all of them where the checkpoint was.
func TestSetFailsAndStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		clock := &testClock{now: instantOf(t, "10:00:00")}
		var broken error
		db, err := Open("", &Options{
			Now: clock.read, CheckpointEvery: -1, Connectors: map[string]Connector{"broken": {Sink: openBroken(&broken)}},
		})
		if err != nil {
			t.Fatal(err)
		}
		defer closeDB(t, db)
		err = db.Exec(ctx, chainOfPumps+`
			CREATE STREAM outside (n INTEGER) WITH ('connector'='broken');
			CREATE PUMP away AS INSERT INTO outside SELECT STREAM n FROM passing;`)
		if err != nil {
			t.Fatal(err)
		}
		putAt(t, db, clock, "10:00:10", 1)
		settle()
		if err := db.Checkpoint(ctx); err != nil {
			t.Fatal(err)
		}
		broken = errors.New("the other side hung up")
		putAt(t, db, clock, "10:00:20", 10)
		settle()
		for _, name := range []string{"PASS", "SUM_UP", "AWAY"} {
			state, _, err := db.pumpNamed(name).state()
			joined, ok := errors.AsType[*exec.JoinedError](err)
			if state != stateFailed || !errors.Is(err, broken) || ok == (name == "AWAY") || ok && !strings.Contains(joined.Job, "AWAY") {
				t.Errorf("pump %s is %s: %v", name, state, err)
			}
		}
		broken = nil
		if err := db.Exec(ctx, "ALTER PUMP pass START"); err != nil {
			t.Fatal(err)
		}
		clock.set(instantOf(t, "10:01:05"))
		settle()
		wantLines(t, db, "SELECT k, c, total FROM sums ORDER BY k", "a | 2 | 11", "b | 2 | 11", "c | 2 | 11")
	})
}

func wantLines(t *testing.T, db *DB, sql string, want ...string) {
	t.Helper()
	if got := queryLines(t, db, sql); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s\n got %q\nwant %q", sql, got, want)
	}
}

// TestStopOneByOne ends pumps without a checkpoint, one after the other: those that
// still run do not go on without the rows of those that have ended. What they
// wrote would stay, and be wrong.
func TestStopOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		clock := &testClock{now: instantOf(t, "10:00:00")}
		db, err := Open("", &Options{Now: clock.read, CheckpointEvery: -1})
		if err != nil {
			t.Fatal(err)
		}
		defer closeDB(t, db)
		err = db.Exec(ctx, `
			CREATE STREAM slow (ts TIMESTAMP, WATERMARK FOR ts AS ts) WITH ('connector'='stream');
			CREATE STREAM fast (ts TIMESTAMP, WATERMARK FOR ts AS ts) WITH ('connector'='stream');
			CREATE STREAM merged (ts TIMESTAMP);
			CREATE STREAM counts (c BIGINT) WITH ('connector'='stream');
			CREATE PUMP slow AS INSERT INTO merged SELECT STREAM ts FROM slow;
			CREATE PUMP fast AS INSERT INTO merged SELECT STREAM ts FROM fast;
			CREATE PUMP counts AS INSERT INTO counts SELECT STREAM COUNT(*) FROM merged GROUP BY FLOOR(merged.ROWTIME TO MINUTE);`)
		if err != nil {
			t.Fatal(err)
		}
		put := func(stream, at string) {
			data := fmt.Appendf(nil, `{"ts":"%s%s"}`, today, at)
			if _, err := db.Stream(stream).Put(ctx, Record{Data: data}); err != nil {
				t.Fatal(err)
			}
			clock.set(clock.read() + types.Second)
		}
		put("SLOW", "10:00:10")
		put("FAST", "10:00:20")
		put("FAST", "10:05:00")
		settle()
		var pumps []*pump
		for _, name := range []string{"SLOW", "FAST", "COUNTS"} {
			pumps = append(pumps, db.pumpNamed(name))
			if err := db.pumpNamed(name).running().Stop(); err != nil {
				t.Fatal(err)
			}
			settle()
		}
		if err := db.startAll(ctx, pumps); err != nil {
			t.Fatal(err)
		}
		put("SLOW", "10:00:30")
		put("SLOW", "10:06:00")
		settle()
		wantLines(t, db, "SELECT c FROM counts", "3")
	})
}
