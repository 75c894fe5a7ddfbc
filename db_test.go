package millrace

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/millrace-sql/millrace/storage/kv"
)

// TestMain holds that no test leaves a goroutine behind.
func TestMain(m *testing.M) {
	if err := warmUp(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	// Badger's metrics and caches keep library goroutines of their own that end
	// shortly after Close; goleak waits for them.
	goleak.VerifyTestMain(m)
}

// warmUp makes the compressors that a process makes once, on first use: made
// inside the time bubble of a script they would belong to it.
func warmUp() error {
	dir, err := os.MkdirTemp("", "millrace")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	db, err := Open("", &Options{Dir: dir})
	if err != nil {
		return err
	}
	_, err = db.Run(context.Background(), `
		CREATE TABLE t (a INTEGER) WITH ('connector'='lake', 'location'='t');
		INSERT INTO t VALUES (1);
		SELECT a FROM t;`, nil)
	return errors.Join(err, db.Close())
}

// airportDay is a row of the flights example, computed here from the raw data.
type airportDay struct {
	origin, day string
	flights     int64
	mean        float64
	worst       int64
	distance    int64
}

// flightsByHand groups the raw records with maps and encoding/json alone.
func flightsByHand(t *testing.T) map[string]airportDay {
	raw, err := os.ReadFile("examples/data/flights.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]airportDay{}
	delays := map[string]float64{}
	for _, line := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
		var f struct {
			Date, Origin    string
			Delay, Distance int64
		}
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatal(err)
		}
		k := f.Origin + " " + f.Date[:10]
		d, seen := sums[k]
		d.origin, d.day = f.Origin, f.Date[:10]
		d.flights++
		if !seen || f.Delay > d.worst {
			d.worst = f.Delay
		}
		d.distance += f.Distance
		delays[k] += float64(f.Delay)
		sums[k] = d
	}
	for k, d := range sums {
		if d.flights < 5 {
			delete(sums, k)
			continue
		}
		d.mean = delays[k] / float64(d.flights)
		sums[k] = d
	}
	return sums
}

// TestFlights runs the example in every configuration and compares every row of
// the stored stream and of the lake table with the computation by hand.
func TestFlights(t *testing.T) {
	want := flightsByHand(t)
	if top := want["DFW 2001-03-11"]; top.flights != 7 || fmt.Sprintf("%.2f", top.mean) != "94.71" || top.worst != 190 {
		t.Fatalf("the computation by hand gives %+v for DFW on 2001-03-11", top)
	}
	script, err := os.ReadFile("examples/flights.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, batch := range []int{1, 7, 1024} {
		t.Run(fmt.Sprintf("batch=%d", batch), func(t *testing.T) {
			dir := t.TempDir()
			if err := os.Symlink(absolute(t, "examples/data"), filepath.Join(dir, "data")); err != nil {
				t.Fatal(err)
			}
			mem := newDirty()
			defer mem.AssertSize(t, 0)
			db, err := Open("", &Options{BatchRows: batch, Mem: mem})
			if err != nil {
				t.Fatal(err)
			}
			defer closeDB(t, db)
			top := runFlights(t, db, dir, string(script))
			if len(top) != 10 || !strings.HasPrefix(top[0], "DFW | 2001-03-11 | 7 | 94.71428571428571 | 190") {
				t.Errorf("the ten worst are %q", top)
			}
			for _, from := range []string{"delays", "flights_db.delays"} {
				compareFlights(t, db, from, want)
			}
		})
	}
}

func runFlights(t *testing.T, db *DB, dir, script string) []string {
	var top []string
	summary, err := db.Run(context.Background(), script, &RunOptions{
		Path: filepath.Join(dir, "flights.sql"),
		Result: func(_ context.Context, r Result) error {
			for rec, err := range r.All() {
				if err != nil {
					return err
				}
				top = append(top, rowLines(rec)...)
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if p := summary.Pumps[0]; p.In != 20000 || p.Rejected != 0 {
		t.Errorf("the first pump read %d rows and rejected %d", p.In, p.Rejected)
	}
	return top
}

func compareFlights(t *testing.T, db *DB, from string, want map[string]airportDay) {
	t.Helper()
	rows, err := db.Query(context.Background(), "SELECT origin, flight_day, flights, mean_delay, worst_delay, distance, airport, state FROM "+from)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for rec, err := range rows.All() {
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range rowLines(rec) {
			f := strings.Split(line, " | ")
			w, ok := want[f[0]+" "+f[1]]
			if !ok || got[f[0]+" "+f[1]] {
				t.Errorf("%s: row %q is unknown or there twice", from, line)
				continue
			}
			got[f[0]+" "+f[1]] = true
			mean, _ := json.Marshal(w.mean)
			if text := fmt.Sprint(w.flights, " | ", string(mean), " | ", w.worst, " | ", w.distance); strings.Join(f[2:6], " | ") != text {
				t.Errorf("%s: %s %s is %q, want %q", from, f[0], f[1], strings.Join(f[2:6], " | "), text)
			}
			if f[6] == "NULL" || f[7] == "NULL" {
				t.Errorf("%s: row %q has no airport", from, line)
			}
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s has %d rows, want %d", from, len(got), len(want))
	}
}

func absolute(t *testing.T, path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

func closeDB(t *testing.T, db *DB) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// TestReopen: streams, records, tables and pumps are there again, and a pump goes
// on behind what it had written.
func TestReopen(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	const script = `
		CREATE STREAM a (n INTEGER) WITH ('connector'='stream', 'shards'='3');
		CREATE STREAM b (n INTEGER) WITH ('connector'='stream');
		CREATE PUMP p AS INSERT INTO b SELECT STREAM n * 10 FROM a;`
	for round := range 3 {
		db, err := Open(dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		if round == 0 {
			if err := db.Exec(ctx, "CREATE STREAM a (n INTEGER) WITH ('connector'='stream', 'shards'='3')"); err != nil {
				t.Fatal(err)
			}
		}
		for i := range 5 {
			n := round*5 + i
			if _, err := db.Stream("A").Put(ctx, Record{PartitionKey: fmt.Sprint(n), Data: fmt.Appendf(nil, `{"N":%d}`, n)}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := db.Run(ctx, script, nil); err != nil {
			t.Fatal(err)
		}
		var want []string
		for n := range (round + 1) * 5 {
			want = append(want, fmt.Sprint(n*10))
		}
		if got := queryLines(t, db, "SELECT n FROM b ORDER BY n"); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("round %d: b holds %v, want %v", round, got, want)
		}
		closeDB(t, db)
	}
}

// TestKilledRun: a run that stops before its checkpoint has written some rows; the
// next one writes the rest and nothing twice.
func TestKilledRun(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	db, err := Open(dir, &Options{BatchRows: 2})
	if err != nil {
		t.Fatal(err)
	}
	const define = `
		CREATE STREAM a (n INTEGER) WITH ('connector'='stream', 'shards'='3');
		CREATE STREAM b (n INTEGER) WITH ('connector'='stream');
		CREATE PUMP p AS INSERT INTO b SELECT STREAM 100 / n FROM a;`
	if err := db.Exec(ctx, define); err != nil {
		t.Fatal(err)
	}
	for n := range 30 {
		if _, err := db.Stream("A").Put(ctx, Record{PartitionKey: fmt.Sprint(n), Data: fmt.Appendf(nil, `{"N":%d}`, n)}); err != nil {
			t.Fatal(err)
		}
	}
	// The live pump is at work until here, and maybe a little further.
	queryLines(t, db, "SELECT STREAM n FROM b LIMIT 10")
	closeDB(t, db) // stops the pump where it is, without a checkpoint

	db, err = Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer closeDB(t, db)
	if _, err := db.Run(ctx, define, nil); err != nil {
		t.Fatal(err)
	}
	var want []string
	for n := 1; n < 30; n++ {
		want = append(want, fmt.Sprint(100/n))
	}
	got := queryLines(t, db, "SELECT n FROM b")
	sort.Strings(got)
	sort.Strings(want)
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("b holds %v, want %v", got, want)
	}
	if errs := queryLines(t, db, "SELECT ERROR_NAME FROM error_stream"); len(errs) != 1 || errs[0] != "DivideByZero" {
		t.Errorf("error_stream holds %v, want one DivideByZero", errs)
	}
}

func queryLines(t *testing.T, db *DB, sql string) []string {
	t.Helper()
	rows, err := db.Query(context.Background(), sql)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for rec, err := range rows.All() {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, rowLines(rec)...)
	}
	return out
}

// TestOpenErrors: one clear line each.
func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	db, err := Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, nil); !errors.Is(err, kv.ErrLocked) || !strings.Contains(err.Error(), dir) {
		t.Errorf("a second Open says %v", err)
	}
	closeDB(t, db)
	if err := db.Close(); !errors.Is(err, ErrClosed) {
		t.Errorf("a second Close says %v", err)
	}
	for name, err := range map[string]error{
		"Exec":  db.Exec(context.Background(), "CREATE STREAM s (a INTEGER)"),
		"Query": second(db.Query(context.Background(), "SHOW STREAMS")),
		"Run":   second(db.Run(context.Background(), "SHOW STREAMS", nil)),
		"Put":   second(db.Stream("S").Put(context.Background(), Record{})),
	} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s on a closed database says %v", name, err)
		}
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file, nil); err == nil || !strings.Contains(err.Error(), file) || strings.Contains(err.Error(), "\n") {
		t.Errorf("Open of a file says %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

// TestTableExists: a location that holds another catalog's table is not written
// over unless the statement says so.
func TestTableExists(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	const columns = " (k VARCHAR(4), n INTEGER) WITH ('connector'='lake', 'location'='tab', 'partitioned_by'='k'"
	fill := func(create string) error {
		db, err := Open("", &Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		defer closeDB(t, db)
		if err := db.Exec(ctx, create); err != nil {
			return err
		}
		if err := db.Exec(ctx, "INSERT INTO tab VALUES ('a', 1), ('b', 2), (NULL, 3)"); err != nil {
			t.Fatal(err)
		}
		lines := queryLines(t, db, "SELECT k, COUNT(*), SUM(n) FROM tab GROUP BY k ORDER BY k")
		return fmt.Errorf("%s", strings.Join(lines, "; "))
	}
	once := "a | 1 | 1; b | 1 | 2; NULL | 1 | 3"
	if got := fill("CREATE TABLE tab" + columns + ")").Error(); got != once {
		t.Errorf("a new table holds %q", got)
	}
	if got := fill("CREATE TABLE tab" + columns + ")").Error(); !strings.Contains(got, "OR REPLACE") || !strings.Contains(got, "append") {
		t.Errorf("CREATE over a table says %q", got)
	}
	if got := fill("CREATE TABLE tab" + columns + ", 'existing'='append')").Error(); got != "a | 2 | 2; b | 2 | 4; NULL | 2 | 6" {
		t.Errorf("an appended table holds %q", got)
	}
	if got := fill("CREATE OR REPLACE TABLE tab" + columns + ")").Error(); got != once {
		t.Errorf("a replaced table holds %q", got)
	}
}
