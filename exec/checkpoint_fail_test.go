package exec

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// failingSink waits in Write until it is released, and then fails if it is told to.
type failingSink struct {
	held chan struct{}
	err  error
}

func (s *failingSink) Write(context.Context, flow.Batch) error {
	<-s.held
	return s.err
}
func (*failingSink) Prepare(context.Context, flow.Epoch) ([]byte, error) { return nil, nil }
func (*failingSink) Commit(context.Context, flow.Epoch, []byte) error    { return nil }
func (*failingSink) Close() error                                        { return nil }

// sinkJob copies numbers into a sink.
func sinkJob(t *testing.T, store *memoryStore, sink flow.Sink) (*Coordinator, *Job) {
	t.Helper()
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	t.Cleanup(func() { mem.AssertSize(t, 0) })
	src := &numbers{rows: [][]row{{{1, 1}, {2, 2}}}, stop: 1, mem: mem}
	coord := NewCoordinator(store, CoordinatorOptions{})
	job, err := NewJob(context.Background(), "copy", planOf(t, numbersRelation(), "SELECT STREAM n FROM numbers"),
		Output{Sink: func(context.Context, int) (flow.Sink, error) { return sink, nil }}, Env{
			Mem: mem, Coordinator: coord,
			OpenSource: func(context.Context, *plan.Scan, types.Time) (flow.Source, error) { return src, nil },
			Rejects:    func(string, int) (Rejector, error) { return noted{new([]string)}, nil },
		})
	if err != nil {
		t.Fatal(err)
	}
	job.Start(context.Background())
	return coord, job
}

// TestFailedCheckpointEndsJob: what a sink has prepared for a checkpoint that is not
// stored would be in no later one, so the job does not go on.
func TestFailedCheckpointEndsJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, sink := newMemoryStore(), &failingSink{held: make(chan struct{})}
		close(sink.held)
		coord, job := sinkJob(t, store, sink)
		synctest.Wait()
		gone := errors.New("disk gone")
		store.fail = gone
		if err := coord.Checkpoint(context.Background()); !errors.Is(err, gone) {
			t.Errorf("the checkpoint says %v", err)
		}
		if err := job.Wait(); !errors.Is(err, gone) {
			t.Errorf("the job says %v", err)
		}
		coord.Close()
	})
}

// TestNoCheckpointOfHalfAPage: a checkpoint that waits for a task in the middle of
// a page does not take it for one that is done when it fails there.
func TestNoCheckpointOfHalfAPage(t *testing.T) {
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			store, sink := newMemoryStore(), &failingSink{held: make(chan struct{}), err: errors.New("sink gone")}
			coord, job := sinkJob(t, store, sink)
			synctest.Wait()
			result := make(chan error, 1)
			go func() { result <- coord.Checkpoint(context.Background()) }()
			synctest.Wait()
			close(sink.held)
			if err := <-result; !errors.Is(err, sink.err) {
				t.Errorf("the checkpoint says %v", err)
			}
			if err := job.Wait(); !errors.Is(err, sink.err) {
				t.Errorf("the job says %v", err)
			}
			if store.saved["copy"] != nil {
				t.Error("there is a checkpoint")
			}
			coord.Close()
		})
	}
}

// TestCheckpointOutlivesCaller: the end of the caller's context ends its waiting; the
// checkpoint is taken all the same.
func TestCheckpointOutlivesCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, sink := newMemoryStore(), &failingSink{held: make(chan struct{})}
		coord, job := sinkJob(t, store, sink)
		synctest.Wait()
		ctx, cancel := context.WithCancel(context.Background())
		result := make(chan error, 1)
		go func() { result <- coord.Checkpoint(ctx) }()
		synctest.Wait()
		cancel()
		if err := <-result; !errors.Is(err, context.Canceled) {
			t.Errorf("the caller is told %v", err)
		}
		close(sink.held)
		synctest.Wait()
		if c := store.saved["copy"]; c == nil || len(c.Offsets) != 1 {
			t.Errorf("the checkpoint is %+v", c)
		}
		if err := job.Stop(); err != nil {
			t.Error(err)
		}
		coord.Close()
	})
}
