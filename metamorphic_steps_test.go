package millrace

import (
	"context"
	"errors"
	"runtime"

	"github.com/millrace-sql/millrace/sql/types"
)

func (r *progRun) step(s progStep, i int) {
	ctx := context.Background()
	switch s.do {
	case "settle":
		settle()
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
			settle() // all that its readers are to get has come
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
	settle()
	r.clock.set(now + 3*3600*types.Second)
	settle()
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
