package millrace

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/cockroachdb/datadriven"
	"github.com/dlclark/regexp2"

	"github.com/millrace-sql/millrace/connectors/format"
	"github.com/millrace-sql/millrace/sql/types"
)

// TestScripts replays every script of sql/testdata under all configurations that
// must not show in a result. The form is described in sql/testdata/README.md.
func TestScripts(t *testing.T) {
	for _, batch := range []int{1, 2, 1024} {
		for _, parallel := range []int{1, 3} {
			for _, crashes := range []bool{false, true} {
				name := fmt.Sprintf("batch=%d/parallel=%d/crashes=%v", batch, parallel, crashes)
				t.Run(name, func(t *testing.T) {
					datadriven.Walk(t, "sql/testdata", func(t *testing.T, path string) {
						if !strings.HasSuffix(path, ".txt") {
							return
						}
						dir := t.TempDir()
						synctest.Test(t, func(t *testing.T) { runScript(t, path, dir, batch, parallel, crashes) })
					})
				})
			}
		}
	}
}

// scriptRun is a database under test, its clock, and the queries being watched.
type scriptRun struct {
	t       *testing.T
	db      *DB
	dir     string
	clock   *testClock
	watched []*watch
}

// testClock is the clock of the log, moved by the script alone.
type testClock struct {
	mu  sync.Mutex
	now types.Time
}

func (c *testClock) read() types.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) set(t types.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = max(c.now, t)
}

// watch is a live query whose rows are printed as they come.
type watch struct {
	name  string
	rows  *Rows
	mu    sync.Mutex
	lines []string
	ended bool
}

// today is the day of times written without a date.
const today = "2021-03-09 "

// runScript replays one script. With crashes, after every directive there is a
// checkpoint, every pump ends where it is, and all go on from the checkpoint.
func runScript(t *testing.T, path, dir string, batch, parallel int, crashes bool) {
	mem := newDirty()
	defer mem.AssertSize(t, 0)
	// The clock of pattern's timeouts is a goroutine that must not outlive the bubble.
	defer regexp2.StopTimeoutClock()
	r := &scriptRun{t: t, dir: dir, clock: &testClock{now: instantOf(t, "00:00:00")}}
	var err error
	r.db, err = Open("", &Options{Dir: dir, BatchRows: batch, Parallelism: parallel, Now: r.clock.read, Mem: mem, Functions: scriptFunctions})
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
		out := r.directive(d)
		settle()
		r.checkAccounts(d.Pos)
		if crashes {
			if err := r.db.Checkpoint(context.Background()); err != nil {
				t.Fatalf("%s: checkpoint: %v", d.Pos, err)
			}
			r.crash()
			settle()
		}
		return strings.ReplaceAll(out+r.changes(), r.dir, "DIR")
	})
}

func (r *scriptRun) close() {
	for _, w := range r.watched {
		if err := w.rows.Close(); err != nil {
			r.t.Error(err)
		}
	}
	if err := r.db.Close(); err != nil {
		r.t.Error(err)
	}
}

// checkAccounts holds the law of every operator of every pump: each row in has one
// fate, and each row absorbed has been released or waits.
func (r *scriptRun) checkAccounts(where string) {
	for _, p := range r.db.pumpsIf(func(*pump) bool { return true }) {
		_, s, _ := p.state() // an error of the pump is the script's to show
		for _, o := range s.Operators {
			if o.In != o.Passed+o.Absorbed+o.Filtered+o.Late+o.Rejected || o.Absorbed != o.Waiting+o.Released {
				r.t.Errorf("%s: pump %s: the account of %s is %+v", where, p.name, o.Name, o)
			}
		}
	}
}

// crash ends every running pump without a checkpoint and lets it go on from the
// last one, as another process would.
func (r *scriptRun) crash() {
	pumps := r.db.pumpsIf(func(p *pump) bool {
		state, _, _ := p.state()
		return state == stateRunning
	})
	for _, p := range pumps {
		if err := p.running().Stop(); err != nil {
			r.t.Errorf("pump %s ends with %v", p.name, err)
		}
	}
	if err := r.db.startAll(context.Background(), pumps); err != nil {
		r.t.Fatalf("restart: %v", err)
	}
}

func (r *scriptRun) directive(d *datadriven.TestData) string {
	ctx := context.Background()
	arg := func(i int) string {
		if i >= len(d.CmdArgs) {
			d.Fatalf(r.t, "%s needs %d arguments", d.Cmd, i+1)
		}
		return d.CmdArgs[i].Key
	}
	switch d.Cmd {
	case "exec":
		return told(r.db.Exec(ctx, d.Input))
	case "file":
		if err := os.WriteFile(filepath.Join(r.dir, arg(0)), []byte(d.Input+"\n"), 0o600); err != nil {
			d.Fatalf(r.t, "%v", err)
		}
		return ""
	case "watch":
		return r.watch(ctx, arg(0), d.Input)
	case "query":
		return r.query(ctx, d.Input, "")
	case "lake":
		return r.query(ctx, "SELECT * FROM "+arg(0)+" ORDER BY "+orderAll(r.t, r.db, arg(0)), "")
	case "errors":
		return r.query(ctx, "SELECT ERROR_NAME, MESSAGE, DATA_ROWTIME, PUMP_NAME, STREAM_NAME, SHARD_ID, SEQUENCE_NUMBER FROM error_stream ORDER BY PARTITION_KEY", "")
	case "run":
		return r.run(ctx, d.Input)
	case "explain":
		text, err := r.db.Explain(d.Input, nil)
		if err != nil {
			return told(err)
		}
		return text
	case "push":
		return told(r.push(ctx, arg(0), d.Input))
	case "put":
		return told(r.put(ctx, arg(0), d.Input))
	case "watermark":
		return quiet(r.db.Stream(arg(0)).SetWatermark(ctx, instantOf(r.t, arg(1))))
	case "clock":
		r.clock.set(instantOf(r.t, arg(0)))
		return ""
	case "stats":
		return r.stats(arg(0))
	case "checkpoint":
		return quiet(r.db.Checkpoint(ctx))
	case "crash":
		r.crash()
		return ""
	}
	d.Fatalf(r.t, "unknown directive %s", d.Cmd)
	return ""
}

// told is what a statement says: ok, or its error with the hint on its own line.
func told(err error) string {
	if err == nil {
		return "ok\n"
	}
	return quiet(err)
}

func quiet(err error) string {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) && e.Hint != "" {
		return fmt.Sprintf("error: %d:%d: %s\n  hint: %s\n", e.Line, e.Column, e.Msg, e.Hint)
	}
	return "error: " + err.Error() + "\n"
}

// instantOf reads `09:00:05`, a time of today, or a full timestamp.
func instantOf(t *testing.T, s string) types.Time {
	s = strings.ReplaceAll(s, "T", " ")
	if !strings.Contains(s, " ") {
		s = today + s
	}
	v, err := types.ParseTimestamp([]byte(s))
	if err != nil {
		t.Fatalf("time %q: %v", s, err)
	}
	return types.Time(v)
}

func (r *scriptRun) watch(ctx context.Context, name, sql string) string {
	rows, err := r.db.Query(ctx, sql)
	if err != nil {
		return told(err)
	}
	w := &watch{name: name, rows: rows}
	r.watched = append(r.watched, w)
	go func() {
		for rec, err := range rows.All() {
			lines := []string{}
			if err != nil {
				lines = append(lines, "error: "+err.Error())
			} else {
				lines = rowLines(rec)
			}
			w.mu.Lock()
			w.lines = append(w.lines, lines...)
			w.mu.Unlock()
		}
		w.mu.Lock()
		w.ended = true
		w.mu.Unlock()
	}()
	return "ok\n"
}

// changes is what the watched queries brought since the last directive.
func (r *scriptRun) changes() string {
	var b strings.Builder
	for _, w := range r.watched {
		w.mu.Lock()
		if len(w.lines) > 0 {
			fmt.Fprintf(&b, "%s:\n", w.name)
		}
		for _, line := range w.lines {
			b.WriteString("  " + line + "\n")
		}
		w.lines = nil
		if w.ended {
			fmt.Fprintf(&b, "%s: end\n", w.name)
			w.ended = false
		}
		w.mu.Unlock()
	}
	return b.String()
}

// rowLines prints rows as `a | b | NULL`.
func rowLines(rec arrow.Record) []string {
	var out []string
	for row := range int(rec.NumRows()) {
		var cells []string
		for i := range rec.Columns() {
			cells = append(cells, string(format.AppendCell(nil, rec, i, row)))
		}
		out = append(out, strings.Join(cells, " | "))
	}
	return out
}

func (r *scriptRun) query(ctx context.Context, sql, indent string) string {
	rows, err := r.db.Query(ctx, sql)
	if err != nil {
		return told(err)
	}
	var b strings.Builder
	for rec, err := range rows.All() {
		if err != nil {
			return told(err)
		}
		for _, line := range rowLines(rec) {
			b.WriteString(indent + line + "\n")
		}
	}
	if n, first := rows.Rejected(); n > 0 {
		fmt.Fprintf(&b, "%d left out: %s\n", n, first)
	}
	return b.String()
}

// orderAll is ORDER BY every column of a relation.
func orderAll(t *testing.T, db *DB, name string) string {
	rows, err := db.Query(context.Background(), "SELECT * FROM "+name)
	if err != nil {
		return "1"
	}
	n := len(rows.Schema().Fields)
	if err := rows.Close(); err != nil {
		t.Error(err)
	}
	var keys []string
	for i := range n {
		keys = append(keys, fmt.Sprint(i+1))
	}
	return strings.Join(keys, ", ")
}

func (r *scriptRun) run(ctx context.Context, sql string) string {
	var b strings.Builder
	var mu sync.Mutex
	summary, err := r.db.Run(ctx, sql, &RunOptions{
		Together: true,
		Notice:   func(line string) { b.WriteString("notice: " + line + "\n") },
		Result: func(ctx context.Context, res Result) error {
			var lines []string
			for rec, err := range res.All() {
				if err != nil {
					return err
				}
				lines = append(lines, rowLines(rec)...)
			}
			mu.Lock()
			defer mu.Unlock()
			fmt.Fprintf(&b, "query %d:\n", res.Query)
			for _, line := range lines {
				b.WriteString("  " + line + "\n")
			}
			return nil
		},
	})
	if err != nil {
		b.WriteString(told(err))
		return b.String()
	}
	for _, p := range summary.Pumps {
		fmt.Fprintf(&b, "%s: in=%d out=%d filtered=%d late=%d rejected=%d waiting=%d\n", p.Pump, p.In, p.Out, p.Filtered, p.Late, p.Rejected, p.Waiting)
	}
	return b.String()
}

// push puts rows into an in-application stream: `time, value, ...` as CSV.
func (r *scriptRun) push(ctx context.Context, name, input string) error {
	s, err := r.db.Stream(name).find()
	if err != nil {
		return err
	}
	declared := s.Schema.Visible()
	dec, err := format.NewDecoder("csv", s.Schema, declared, format.Options{}, r.db.opts.Mem)
	if err != nil {
		return err
	}
	defer dec.Close()
	times := array.NewTimestampBuilder(r.db.opts.Mem, types.Of(types.Timestamp).Arrow().(*arrow.TimestampType))
	defer times.Release()
	for _, line := range strings.Split(input, "\n") {
		at, rest, _ := strings.Cut(strings.ReplaceAll(line, ", ", ","), ",")
		if _, err := dec.Append([]byte(rest)); err != nil {
			return err
		}
		times.Append(arrow.Timestamp(instantOf(r.t, strings.TrimSpace(at))))
	}
	columns := append(dec.Finish(), times.NewArray())
	rec := array.NewRecord(s.Schema.Arrow(), columns, int64(columns[0].Len()))
	for _, c := range columns {
		c.Release()
	}
	defer rec.Release()
	return r.db.Stream(name).PutRows(ctx, rec)
}

// put appends records to a stored stream: `time key data`, the clock set to each
// time first.
func (r *scriptRun) put(ctx context.Context, name, input string) error {
	for _, line := range strings.Split(input, "\n") {
		parts := strings.SplitN(line, " ", 3)
		if len(parts) != 3 {
			return fmt.Errorf("line %q is not `time key data`", line)
		}
		r.clock.set(instantOf(r.t, parts[0]))
		if _, err := r.db.Stream(name).Put(ctx, Record{PartitionKey: parts[1], Data: []byte(parts[2])}); err != nil {
			return err
		}
	}
	return nil
}

// stats prints the account of a pump's operators, and checks that every row of
// each has exactly one fate.
func (r *scriptRun) stats(name string) string {
	p := r.db.pumpNamed(name)
	if p == nil {
		return "error: no pump " + name + "\n"
	}
	synctest.Wait()
	var b strings.Builder
	_, s, err := p.state()
	if err != nil {
		return told(err)
	}
	for _, o := range s.Operators {
		if o.In != o.Passed+o.Absorbed+o.Filtered+o.Late+o.Rejected {
			r.t.Errorf("pump %s: %s: %d rows in, but %+v", name, o.Name, o.In, o)
		}
		if o.Absorbed != o.Waiting+o.Released {
			r.t.Errorf("pump %s: %s: %d rows absorbed, but %+v", name, o.Name, o.Absorbed, o)
		}
		fmt.Fprintf(&b, "%s: in=%d passed=%d absorbed=%d filtered=%d late=%d rejected=%d waiting=%d out=%d",
			strings.SplitN(o.Name, ":", 2)[1], o.In, o.Passed, o.Absorbed, o.Filtered, o.Late, o.Rejected, o.Waiting, o.Out)
		if o.Failed > 0 {
			fmt.Fprintf(&b, " failed=%d", o.Failed)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
