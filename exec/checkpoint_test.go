package exec

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// memoryStore keeps the latest checkpoint of each name, states as the chunks that
// they wrote.
type memoryStore struct {
	mu    sync.Mutex
	saved map[string]*Checkpoint
	saves int
	fail  error // of the next Save
}

func newMemoryStore() *memoryStore { return &memoryStore{saved: map[string]*Checkpoint{}} }

func (m *memoryStore) Latest(name string) (*Checkpoint, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.saved[name], nil
}

func (m *memoryStore) Save(set map[string]*Checkpoint) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.fail; err != nil {
		m.fail = nil
		return err
	}
	for name, c := range set {
		own := *c
		own.State = nil
		states := map[string]*chunks{}
		for operator, f := range c.State {
			states[operator] = &chunks{}
			if err := f.WriteTo(states[operator]); err != nil {
				return err
			}
			own.Names = append(own.Names, operator)
		}
		own.Open = func(operator string) (flow.StateReader, error) {
			if s := states[operator]; s != nil {
				return &chunks{names: s.names, contents: s.contents}, nil
			}
			return nil, nil
		}
		m.saved[name] = &own
	}
	m.saves++
	return nil
}

type chunks struct{ names, contents []string }

func (c *chunks) WriteChunk(name string, p []byte) error {
	c.names, c.contents = append(c.names, name), append(c.contents, string(p))
	return nil
}

func (c *chunks) NextChunk() (string, []byte, error) {
	if len(c.names) == 0 {
		return "", nil, io.EOF
	}
	name, p := c.names[0], c.contents[0]
	c.names, c.contents = c.names[1:], c.contents[1:]
	return name, []byte(p), nil
}

// chain is the jobs of a test: numbers -> stream S -> a query of the test.
type chain struct {
	mem    memory.Allocator
	coord  *Coordinator
	stream *Stream
	jobs   []*Job
	lines  []string
}

// start builds both jobs, from their checkpoints where there are some.
func (c *chain) start(t *testing.T, src *numbers, store *memoryStore, sql string) {
	t.Helper()
	ctx := context.Background()
	src.mem = c.mem
	c.coord = NewCoordinator(store, CoordinatorOptions{})
	saved, err := store.Latest("stream/S")
	if err != nil {
		t.Fatal(err)
	}
	c.stream = NewStream(StreamConfig{
		Name: "S", Schema: numbersRelation().Schema, Mem: c.mem, Now: func() types.Time { return 0 }, Rejects: noted{new([]string)},
		Key: "stream/S", Restore: saved,
	})
	env := Env{
		Mem: c.mem, Coordinator: c.coord, Stream: func(string) (*Stream, error) { return c.stream, nil },
		OpenSource: func(context.Context, *plan.Scan, types.Time) (flow.Source, error) { return src, nil },
		Rejects:    func(string, int) (Rejector, error) { return noted{new([]string)}, nil },
	}
	inner := numbersRelation()
	inner.Connector = plan.InApplication
	inner.Name = "S"
	writer, err := NewJob(ctx, "writer", planOf(t, numbersRelation(), "SELECT STREAM n FROM numbers"), Output{Stream: c.stream}, env)
	if err == nil {
		var reader *Job
		reader, err = NewJob(ctx, "reader", planOf(t, inner, sql), Output{Rows: c.take}, env)
		c.jobs = []*Job{writer, reader}
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range c.jobs {
		j.Start(ctx)
	}
}

func (c *chain) take(_ context.Context, b flow.Batch) error {
	for i := range b.Rows() {
		var cells []string
		for k := range int(b.Rec.NumCols()) {
			cells = append(cells, b.Rec.Column(k).ValueStr(b.Row(i)))
		}
		c.lines = append(c.lines, strings.Join(cells, ","))
	}
	return nil
}

func (c *chain) close(t *testing.T) {
	t.Helper()
	if err := c.stream.Close(); err != nil {
		t.Error(err)
	}
	c.coord.Close()
}

// TestSetCheckpoint stops a set of two jobs and a stream after every number of rows
// per shard, and lets new ones go on: the rows are those of a run that was never
// stopped. Once in order, with Stop; once as if the process had died right behind
// the checkpoint.
func TestSetCheckpoint(t *testing.T) {
	for _, sql := range []string{
		"SELECT STREAM n FROM s",
		"SELECT STREAM COUNT(*), SUM(n), MIN(n), MAX(n), AVG(n) FROM s GROUP BY STEP(s.ROWTIME BY INTERVAL '3' SECOND)",
		"SELECT STREAM n, COUNT(*) FROM s GROUP BY n, FLOOR(s.ROWTIME TO MINUTE)",
	} {
		whole := runChain(t, sql, nil, false)
		for rows := 1; rows <= 3; rows++ {
			for _, crash := range []bool{false, true} {
				if got := runChain(t, sql, []int{rows}, crash); got != whole {
					t.Errorf("%s, stopped after %d rows per shard (crash %v):\n got %s\nwant %s", sql, rows, crash, got, whole)
				}
			}
		}
		if got := runChain(t, sql, []int{1, 2, 3}, true); got != whole {
			t.Errorf("%s, crashed three times:\n got %s\nwant %s", sql, got, whole)
		}
	}
}

func runChain(t *testing.T, sql string, stops []int, crash bool) (out string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
		defer mem.AssertSize(t, 0)
		store := newMemoryStore()
		ctx := context.Background()
		var lines []string
		for _, stop := range stops {
			c := &chain{mem: mem}
			src := threeShards()
			src.stop = stop
			c.start(t, src, store, sql)
			synctest.Wait() // every shard is quiet, and so is everything behind them
			var err error
			if crash {
				if err = c.coord.Checkpoint(ctx); err == nil {
					err = errors.Join(c.jobs[0].Stop(), c.jobs[1].Stop())
				}
			} else {
				err = c.coord.Stop(ctx, c.jobs...)
			}
			if err != nil {
				t.Fatal(err)
			}
			c.close(t)
			lines = append(lines, c.lines...)
		}
		c := &chain{mem: mem}
		c.start(t, threeShards(), store, sql)
		if err := c.stream.Seal(ctx); err != nil {
			t.Fatal(err)
		}
		for _, j := range c.jobs {
			if err := j.Wait(); err != nil {
				t.Fatal(err)
			}
			for _, o := range j.Stats().Operators {
				if o.In != o.Passed+o.Absorbed+o.Filtered+o.Late+o.Rejected || o.Absorbed != o.Waiting+o.Released {
					t.Errorf("after the restarts the account is %+v", o)
				}
			}
		}
		if in := c.jobs[0].Stats().In; in != 8 {
			t.Errorf("the writer has read %d rows, want 8", in)
		}
		c.close(t)
		out = fmt.Sprint(append(lines, c.lines...))
	})
	return out
}

// TestSetFails: an error of one job ends the others of its set with a reason, takes
// the stream back to the last checkpoint, and leaves other sets alone.
func TestSetFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
		defer mem.AssertSize(t, 0)
		store := newMemoryStore()
		c := &chain{mem: mem}
		src := threeShards()
		src.stop = 2
		c.start(t, src, store, "SELECT STREAM n FROM s")
		quiet := &numbers{rows: [][]row{{{1, 1}}}, stop: 1, mem: mem}
		other, err := NewJob(context.Background(), "other", planOf(t, numbersRelation(), "SELECT STREAM n FROM numbers"),
			Output{Rows: (&chain{}).take}, Env{
				Mem: mem, Coordinator: c.coord,
				OpenSource: func(context.Context, *plan.Scan, types.Time) (flow.Source, error) { return quiet, nil },
				Rejects:    func(string, int) (Rejector, error) { return noted{new([]string)}, nil },
			})
		if err != nil {
			t.Fatal(err)
		}
		other.Start(context.Background())
		synctest.Wait()
		broken := errors.New("disk on fire")
		before := store.saves
		if err := c.jobs[0].busy.take(context.Background()); err != nil { // it fails, and has not ended yet
			t.Fatal(err)
		}
		c.jobs[0].fail(broken)
		c.jobs[0].busy.leave()
		if err := c.coord.Checkpoint(context.Background(), c.jobs[1]); err == nil && store.saves != before {
			t.Error("a set with a failed job was checkpointed")
		}
		if err := c.jobs[1].Wait(); !errors.Is(err, broken) || !strings.Contains(err.Error(), "writer failed") {
			t.Errorf("the joined job says %v", err)
		}
		if err := c.jobs[0].Wait(); err != broken {
			t.Errorf("the failed job says %v", err)
		}
		synctest.Wait()
		if waiting, _ := c.stream.mu.merge.Held(); waiting != 0 || c.stream.isDirty() {
			t.Errorf("the stream still holds %d rows", waiting)
		}
		select {
		case <-other.Done():
			t.Error("a job of another set has ended")
		default:
		}
		if err := c.coord.Stop(context.Background(), other); err != nil {
			t.Error(err)
		}
		c.close(t)
	})
}

// TestCheckpointWaits: an error that will pass holds the checkpoint up, not the
// job; another one ends the job.
func TestCheckpointWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
		defer mem.AssertSize(t, 0)
		store := newMemoryStore()
		full := errors.New("disk full")
		c := &chain{mem: mem}
		src := threeShards()
		src.stop = 2
		c.start(t, src, store, "SELECT STREAM n FROM s")
		synctest.Wait()
		c.coord.retry = func(err error) bool { return errors.Is(err, full) }
		before := store.saves
		store.fail = full
		if err := c.coord.Checkpoint(context.Background()); err != nil || store.saves != before+1 {
			t.Errorf("after a disk that was full for a while: %v, %d saves", err, store.saves-before)
		}
		gone := errors.New("disk gone")
		store.fail = gone
		if err := c.coord.Stop(context.Background(), c.jobs...); !errors.Is(err, gone) {
			t.Errorf("a stop without a checkpoint says %v", err)
		}
		for _, j := range c.jobs {
			if err := j.Stop(); !errors.Is(err, gone) {
				t.Errorf("a job that was stopped without a checkpoint says %v", err)
			}
		}
		c.close(t)
	})
}
