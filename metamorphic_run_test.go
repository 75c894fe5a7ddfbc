package millrace

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
)

// progRun is one run of a program in a bubble.
type progRun struct {
	scriptRun
	p      *program
	c      progConfig
	dir    string
	opts   Options
	halted bool
}

// run runs the program and gives what came out.
func (p *program) run(t *testing.T, c progConfig) (out outcome) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "items.csv"), []byte(p.table), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		mem := newDirty()
		defer mem.AssertSize(t, 0)
		clock := &testClock{now: progStart}
		r := &progRun{scriptRun: scriptRun{t: t, clock: clock}, p: p, c: c, dir: dir, opts: Options{
			Dir: dir, BatchRows: c.batch, Parallelism: c.parallel, Unsynced: true, CheckpointEvery: -1, Now: clock.read, Mem: mem, Functions: scriptFunctions,
		}}
		r.open()
		defer r.close()
		r.play()
		out = r.outcome()
	})
	return out
}

func (r *progRun) open() {
	dir := ""
	if r.c.disk {
		dir = filepath.Join(r.dir, "data")
	}
	var err error
	if r.db, err = Open(dir, &r.opts); err != nil {
		r.t.Fatal(err)
	}
}

func (r *progRun) must(what string, err error) {
	if err != nil {
		r.t.Fatalf("%s: %v", what, err)
	}
}

// play puts the records and takes the steps between them.
func (r *progRun) play() {
	r.exec(r.p.defs)
	if !r.c.replay {
		for _, u := range r.p.pumps {
			r.exec([]string{u.sql})
		}
	}
	steps := r.c.steps
	var wait []Record
	for i, rec := range r.p.records {
		for len(steps) > 0 && steps[0].before <= i {
			r.step(steps[0], i)
			steps = steps[1:]
		}
		r.clock.set(rec.at)
		wait = append(wait, Record{PartitionKey: rec.key, Data: []byte(rec.data)})
		if r.joins(i, steps) {
			continue
		}
		receipts, err := r.db.Stream(rec.stream).Put(context.Background(), wait...)
		r.must("put", err)
		for _, got := range receipts {
			if got.Arrival != rec.at {
				r.t.Fatalf("record %d arrived at %s, not at %s", i, got.Arrival, rec.at)
			}
		}
		wait = wait[:0]
	}
	for _, s := range steps {
		r.step(s, len(r.p.records))
	}
	r.finish()
}

// joins tells that a record is put together with the next one.
func (r *progRun) joins(i int, steps []progStep) bool {
	all := r.p.records
	return i+1 < len(all) && all[i].at == all[i+1].at && all[i].stream == all[i+1].stream &&
		(len(steps) == 0 || steps[0].before > i+1) && i*37%100 < r.c.together
}

// exec executes definitions, at once or one by one.
func (r *progRun) exec(statements []string) {
	if r.c.apart {
		for _, s := range statements {
			r.must(s, r.db.Exec(context.Background(), s))
		}
		return
	}
	text := ""
	for _, s := range statements {
		text += s + ";\n"
	}
	r.must(text, r.db.Exec(context.Background(), text))
}
