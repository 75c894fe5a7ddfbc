package millrace

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace-sql/millrace/sql/types"
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
			Dir: dir, BatchRows: c.batch, Parallelism: c.parallel, Unsynced: true, CheckpointEvery: -1, Now: clock.read, Mem: mem,
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

// settled lets everything that is known arrive.
func settled() {
	time.Sleep(300 * time.Millisecond)
	synctest.Wait()
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

func (r *progRun) step(s progStep, i int) {
	ctx := context.Background()
	switch s.do {
	case "settle":
		settled()
	case "yield":
		for range s.arg * s.arg {
			runtime.Gosched()
		}
	case "clock":
		// Somewhere before the next record: the horizon goes on, and windows close.
		if i < len(r.p.records) {
			now := r.clock.read()
			r.clock.set(now + (r.p.records[i].at-now)/50*types.Time(s.arg))
		}
	case "checkpoint":
		r.must("checkpoint", r.db.Checkpoint(ctx))
	case "crash":
		r.crash()
	case "cut":
		r.cut(s.arg)
	case "halt":
		r.halt()
	case "resume":
		r.resume()
	case "reopen":
		r.halt()
		if r.c.disk {
			r.must("close", r.db.Close())
			r.open()
		}
		r.resume()
	case "stop", "start":
		if r.halted {
			return
		}
		if s.do == "stop" {
			settled() // all that its readers are to get has come
		}
		r.must(s.do, r.db.Exec(ctx, "ALTER PUMP "+r.p.pumps[s.arg].name+" "+map[string]string{"stop": "STOP", "start": "START"}[s.do]))
	}
}

// cut crashes while a checkpoint is being taken, which may fail or not.
func (r *progRun) cut(yields int) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = r.db.Checkpoint(context.Background())
	}()
	for range yields {
		runtime.Gosched()
	}
	r.crash()
	<-done
}

// halt ends all pumps at one checkpoint, as Close does.
func (r *progRun) halt() {
	if !r.halted {
		r.must("halt", r.db.halt(r.db.pumpsIf(func(*pump) bool { return true })))
	}
	r.halted = true
}

func (r *progRun) resume() {
	r.must("resume", r.db.Resume(context.Background()))
	r.halted = false
}

// finish lets all windows close: by the clock, or by the end of input.
func (r *progRun) finish() {
	ctx := context.Background()
	now := r.clock.read()
	if r.c.replay {
		r.clock.set(now + 3*3600*types.Second)
		r.runToEnd()
		return
	}
	if r.halted {
		r.resume()
	}
	for _, u := range r.p.pumps {
		r.must("start", r.db.Exec(ctx, "ALTER PUMP "+u.name+" START"))
	}
	settled()
	r.clock.set(now + 3*3600*types.Second)
	settled()
	if r.p.flush {
		r.halt()
		r.runToEnd()
		return
	}
	r.must("checkpoint", r.db.Checkpoint(ctx))
}

// runToEnd runs the script to the end of input, after some interruptions.
func (r *progRun) runToEnd() {
	for _, yields := range r.c.interrupts {
		ctx, cancel := context.WithCancel(context.Background())
		go func() {
			for range yields * yields / 10 {
				runtime.Gosched()
			}
			cancel()
		}()
		_, err := r.db.Run(ctx, r.p.script(), nil)
		if cancel(); err != nil && !errors.Is(err, context.Canceled) {
			r.t.Fatalf("interrupted run: %v", err)
		}
		if err == nil {
			return
		}
	}
	_, err := r.db.Run(context.Background(), r.p.script(), nil)
	r.must("run", err)
}

// sorted sorts lines whose order says nothing.
func sorted(lines []string) []string {
	slices.Sort(lines)
	return lines
}
