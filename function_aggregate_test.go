package millrace

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/millrace-sql/millrace/exec"
)

// statesOfPumps is windows of a minute over three shards, with states that are texts,
// slices and maps.
const statesOfPumps = `
	CREATE STREAM src (k VARCHAR(4), n INTEGER) WITH ('connector'='stream', 'shards'='3');
	CREATE STREAM done (middle INTEGER, texts VARCHAR(20), longest VARCHAR(4), c BIGINT) WITH ('connector'='stream');
	CREATE PUMP p AS INSERT INTO done
	  SELECT STREAM MEDIAN(n), TEXTS(k), LONGEST(k), ALL_ROWS() FROM src GROUP BY FLOOR(src.ROWTIME TO MINUTE);`

// TestStatesReopen closes the data directory in the middle of a window, twice: the states
// that went through it are those of a life without an end.
func TestStatesReopen(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		clock := &testClock{now: instantOf(t, "10:00:00")}
		open := func() *DB {
			db, err := Open(dir, &Options{Now: clock.read, CheckpointEvery: -1, Functions: scriptFunctions})
			if err != nil {
				t.Fatal(err)
			}
			return db
		}
		db := open()
		if err := db.Exec(ctx, statesOfPumps); err != nil {
			t.Fatal(err)
		}
		for i, at := range []string{"10:00:10", "10:00:20", "10:00:30"} {
			putAt(t, db, clock, at, 10*i+1)
			settle()
			closeDB(t, db)
			db = open()
			if err := db.Resume(ctx); err != nil {
				t.Fatal(err)
			}
		}
		clock.set(instantOf(t, "10:02:00"))
		settle()
		// 1, 11 and 21, three times each.
		wantLines(t, db, "SELECT middle, texts, longest, c FROM done", "11 | a,b,c | a | 9")
		closeDB(t, db)
	})
}

// brittle is a state that can be written only while it is small, and read while it is not 7.
type brittle struct{ n int }

func (s *brittle) MarshalBinary() ([]byte, error) {
	if s.n > 2 {
		return nil, errors.New("too much to write")
	}
	return []byte{byte(s.n)}, nil
}

func (s *brittle) UnmarshalBinary(p []byte) error {
	s.n = int(p[0])
	return nil
}

var brittleFunction = Aggregate0("BRITTLE", func(s *brittle) { s.n++ }, func(into, from *brittle) { into.n += from.n }, func(s *brittle) (int32, error) { return int32(s.n), nil })

// TestStateCannotBeWritten: neither a checkpoint nor a shard goes on without the state.
func TestStateCannotBeWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		clock := &testClock{now: instantOf(t, "10:00:00")}
		db, err := Open("", &Options{Now: clock.read, CheckpointEvery: -1, Functions: []Function{brittleFunction}})
		if err != nil {
			t.Fatal(err)
		}
		err = db.Exec(ctx, `
			CREATE STREAM src (k VARCHAR(4), n INTEGER) WITH ('connector'='stream');
			CREATE STREAM done (c INTEGER) WITH ('connector'='stream');
			CREATE PUMP p AS INSERT INTO done SELECT STREAM BRITTLE() FROM src GROUP BY FLOOR(src.ROWTIME TO MINUTE);`)
		if err != nil {
			t.Fatal(err)
		}
		putAt(t, db, clock, "10:00:10", 1) // three rows
		settle()
		const want = "aggregate BRITTLE: a state cannot be written: too much to write"
		if err := db.Checkpoint(ctx); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the checkpoint says %v", err)
		}
		if err := db.Close(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the end of the pump is %v", err)
		}
	})
}

// TestPartialCannotBeWritten is the same on the way from a shard.
func TestPartialCannotBeWritten(t *testing.T) {
	ctx := context.Background()
	db, err := Open("", &Options{Functions: []Function{brittleFunction}})
	if err != nil {
		t.Fatal(err)
	}
	defer closeDB(t, db)
	if err := db.Exec(ctx, "CREATE STREAM src (n INTEGER) WITH ('connector'='stream', 'shards'='2')"); err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		if _, err := db.Stream("SRC").Put(ctx, Record{PartitionKey: fmt.Sprint(i), Data: []byte(`{"n":1}`)}); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := db.Query(ctx, "SELECT BRITTLE() FROM src")
	if err != nil {
		t.Fatal(err)
	}
	for _, err = range rows.All() {
	}
	if err == nil || !strings.Contains(err.Error(), "aggregate BRITTLE: a state cannot be written: too much to write") {
		t.Error(err)
	}
}

// TestStatesAgainstBudget: a state that grows without end is stopped by the budget.
func TestStatesAgainstBudget(t *testing.T) {
	ctx := context.Background()
	db, err := Open("", &Options{MemoryBudget: 1 << 20, Functions: scriptFunctions})
	if err != nil {
		t.Fatal(err)
	}
	defer closeDB(t, db)
	if err := db.Exec(ctx, "CREATE STREAM src (n INTEGER) WITH ('connector'='stream')"); err != nil {
		t.Fatal(err)
	}
	records := make([]Record, 100_000)
	for i := range records {
		records[i] = Record{PartitionKey: "a", Data: fmt.Appendf(nil, `{"n":%d}`, i)}
	}
	for part := records; len(part) > 0; part = part[10_000:] {
		if _, err := db.Stream("SRC").Put(ctx, part[:10_000]...); err != nil {
			t.Fatal(err)
		}
	}
	for sql, fits := range map[string]bool{
		"SELECT MEDIAN(n) FROM src WHERE n < 10000": true, // 40 KB
		"SELECT MEDIAN(n) FROM src":                 true, // 400 KB, 512 KB with room
		"SELECT MEDIAN(n), MEDIAN(n + 1), MEDIAN(n - 1), TEXTS(CAST(n AS VARCHAR(9))) FROM src": false,
	} {
		rows, err := db.Query(ctx, sql)
		if err != nil {
			t.Fatal(err)
		}
		for _, err = range rows.All() {
		}
		if fits && err != nil || !fits && !errors.Is(err, exec.ErrMemory) {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestShowGoFunctions(t *testing.T) {
	db := openFunctions(t, append([]Function{everyFunction[0]}, scriptFunctions...))
	if got := strings.Join(db.Functions(), " "); got != "ALL_ROWS ANSWER COUNT_WITHIN EVERY_TYPE GEO_MEAN LONGEST MEDIAN NULLS TEXTS TEXT_AT_GREATEST WORDS" {
		t.Error(got)
	}
	got := queryLines(t, db, "SHOW FUNCTIONS")
	for _, want := range []string{
		"ANSWER | of the program | ANSWER() | gives BIGINT | NULL",
		"COUNT_WITHIN | aggregate of the program | COUNT_WITHIN(INTEGER, INTEGER, INTEGER) | gives BIGINT | NULL",
		"WORDS | table function of the program | WORDS(ID INTEGER, TEXT VARCHAR) | gives WORD VARCHAR NOT NULL, number INTEGER NOT NULL, SIZE BIGINT | NULL",
	} {
		if !strings.Contains(strings.Join(got, "\n")+"\n", want+"\n") {
			t.Errorf("no line %s", want)
		}
	}
}
