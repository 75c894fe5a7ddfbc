package exec

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// TestNoCheckpointWithoutAll: when one job of a set has ended without a checkpoint,
// the others are ahead of what it is going to do again.
func TestNoCheckpointWithoutAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, c, src := newMemoryStore(), &chain{mem: memory.NewGoAllocator()}, threeShards()
		src.stop = 2
		c.start(t, src, store, "SELECT STREAM n FROM s")
		synctest.Wait()
		before := store.saves
		if err := c.jobs[0].Stop(); err != nil {
			t.Error(err)
		}
		if err := c.coord.Checkpoint(context.Background()); err == nil || store.saves != before {
			t.Errorf("a checkpoint of a reader without its writer: %v, %d saves", err, store.saves-before)
		}
		if err := c.jobs[1].Stop(); err != nil {
			t.Error(err)
		}
		c.close(t)
	})
}

// lone makes a coordinator and the job "j": a query over two rows that hands them to
// rows.
func lone(t *testing.T, mem memory.Allocator, store Checkpoints, rows func(context.Context, flow.Batch) error) (*Coordinator, *Job) {
	t.Helper()
	src := &numbers{rows: [][]row{{{1, 1}, {2, 2}}}, mem: mem}
	coord := NewCoordinator(store, CoordinatorOptions{})
	j, err := NewJob(context.Background(), "j", planOf(t, numbersRelation(), "SELECT STREAM n FROM numbers"), Output{Rows: rows}, Env{
		Mem: mem, Coordinator: coord,
		OpenSource: func(context.Context, *plan.Scan, types.Time) (flow.Source, error) { return src, nil },
		Rejects:    func(string, int) (Rejector, error) { return noted{new([]string)}, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return coord, j
}

// TestNoCheckpointMidPage: a job is stopped in the middle of a page, and a
// checkpoint waits for the page's end: what the job then holds has no position.
func TestNoCheckpointMidPage(t *testing.T) {
	for range 30 {
		synctest.Test(t, func(t *testing.T) {
			store, ctx := newMemoryStore(), context.Background()
			coord, j := lone(t, memory.NewGoAllocator(), store, func(ctx context.Context, _ flow.Batch) error {
				<-ctx.Done()
				return ctx.Err()
			})
			defer coord.Close()
			j.Start(ctx)
			synctest.Wait() // it is in the page
			done := make(chan error)
			go func() { done <- coord.Checkpoint(ctx) }()
			synctest.Wait()
			if err := j.Stop(); err != nil {
				t.Error(err)
			}
			<-done // with an error, or without one when the job was gone
			if saved, _ := store.Latest("j"); saved != nil {
				t.Errorf("a checkpoint in the middle of a page, at %v", saved.Offsets)
			}
		})
	}
}

// TestNoCheckpointBehindPanic: a defect ends a job in the middle of a page, while a
// checkpoint waits for the page's end.
func TestNoCheckpointBehindPanic(t *testing.T) {
	for range 30 {
		synctest.Test(t, func(t *testing.T) {
			store, ctx, now := newMemoryStore(), context.Background(), make(chan struct{})
			coord, j := lone(t, memory.NewGoAllocator(), store, func(context.Context, flow.Batch) error {
				<-now
				panic("a defect")
			})
			defer coord.Close()
			j.Start(ctx)
			synctest.Wait()
			done := make(chan error)
			go func() { done <- coord.Checkpoint(ctx) }()
			synctest.Wait()
			close(now)
			if err := j.Wait(); err == nil || !strings.Contains(err.Error(), "task j/1:Scan NUMBERS/0: internal error: a defect") {
				t.Errorf("the job says %v", err)
			}
			<-done
			if saved, _ := store.Latest("j"); saved != nil {
				t.Errorf("a checkpoint of half a page, at %v", saved.Offsets)
			}
		})
	}
}

// TestStopBeforeStart: who stops a job that has been built may not know whether it has
// been started. It ends as soon as it is, and does nothing.
func TestStopBeforeStart(t *testing.T) {
	for name, stop := range map[string]func(*Coordinator, *Job) error{
		"job":         func(_ *Coordinator, j *Job) error { return j.Stop() },
		"coordinator": func(c *Coordinator, j *Job) error { return c.Stop(context.Background(), j) },
	} {
		t.Run(name, func(t *testing.T) {
			mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
			defer mem.AssertSize(t, 0)
			coord, j := lone(t, mem, newMemoryStore(), func(context.Context, flow.Batch) error {
				t.Error("a row")
				return nil
			})
			defer coord.Close()
			if err := stop(coord, j); err != nil {
				t.Error(err)
			}
			j.Start(context.Background())
			if err := j.Wait(); !errors.Is(err, context.Canceled) {
				t.Errorf("the job says %v", err)
			}
			if left := len(coord.sets(nil)); left != 0 {
				t.Errorf("the coordinator knows %d jobs", left)
			}
		})
	}
}
