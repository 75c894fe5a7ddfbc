package exec

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/exec/op"
	"github.com/millrace-sql/millrace/sql/plan"
)

// Output is where the rows of a job go: exactly one of the fields is set.
type Output struct {
	// Stream publishes them in an in-application stream, in rowtime order.
	Stream *Stream
	// Sink opens a sink per output lane; lanes keep their own order.
	Sink func(ctx context.Context, lane int) (flow.Sink, error)
	// Rows hands them to the caller in total order, on a task of the job; b is
	// borrowed. flow.ErrEnough ends the job early, without an error.
	Rows func(ctx context.Context, b flow.Batch) error
}

// Job is a running plan. NewJob builds it, Start lets it go, Wait returns when it
// has ended: at the end of its input, by Stop, or with the first error of a task.
// Its methods may be called from any goroutine.
type Job struct {
	name    string
	env     Env
	permits permits
	restore *Checkpoint

	tasks   []namedTask
	sources []*sourceTask
	steps   []*step
	sinks   []*sinkEnd
	rejects map[string]Rejector // by task
	tables  []*op.LookupTable
	inputs  []streamInput
	inboxes []*inbox
	counts  []*counters
	reads   []*counters // of the scans
	write   *counters   // of the output

	cancel context.CancelFunc
	done   chan struct{}
	mu     struct {
		sync.Mutex
		err error
	}
}

type namedTask struct {
	name string
	run  func(context.Context) error
}

// NewJob builds the graph of a plan and loads the tables of its joins; nothing
// runs yet, but its places in in-application streams are taken, so that jobs
// built before any is started see every row. name keys the checkpoints. On an
// error nothing is left behind.
func NewJob(ctx context.Context, name string, root plan.Node, out Output, env Env) (*Job, error) {
	if env.BatchRows <= 0 {
		env.BatchRows = defaultBatchRows
	}
	j := &Job{name: name, env: env, done: make(chan struct{}), rejects: map[string]Rejector{}}
	if env.Parallelism > 0 {
		j.permits = make(permits, env.Parallelism)
	}
	if env.Checkpoints != nil {
		var err error
		if j.restore, err = env.Checkpoints.Latest(name); err != nil {
			return nil, err
		}
	}
	if err := j.build(ctx, &builder{job: j}, root, out); err != nil {
		j.Discard()
		return nil, err
	}
	return j, nil
}

func (j *Job) build(ctx context.Context, b *builder, root plan.Node, out Output) error {
	lanes, err := b.node(ctx, root)
	if err != nil {
		return err
	}
	if err := b.output(ctx, root, lanes, out); err != nil {
		return err
	}
	if j.restore == nil {
		return nil
	}
	for _, s := range j.steps {
		if wm, ok := j.restore.Released[s.key]; ok {
			if _, err := s.op.Advance(ctx, wm, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// Start lets the job run. ctx ends it like Stop.
func (j *Job) Start(ctx context.Context) {
	ctx, j.cancel = context.WithCancel(ctx)
	var wg sync.WaitGroup
	for _, t := range j.tasks {
		wg.Go(func() {
			if err := recovered(t.name, t.run)(ctx); err != nil {
				j.fail(err)
			}
		})
	}
	go func() {
		defer close(j.done)
		wg.Wait()
		if j.err() == nil {
			if err := j.checkpoint(ctx); err != nil {
				j.fail(err)
			}
		}
		j.cancel()
		if err := j.close(); err != nil {
			j.fail(err)
		}
	}()
}

// fail keeps the first error and stops the other tasks. What they say while they
// stop is a consequence.
func (j *Job) fail(err error) {
	j.mu.Lock()
	if j.mu.err == nil {
		j.mu.err = err
	}
	j.mu.Unlock()
	j.cancel()
}

func (j *Job) err() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.mu.err
}

// Wait blocks until the job has ended and returns its error; nil at the end of
// input, context.Canceled after Stop.
func (j *Job) Wait() error {
	<-j.done
	return j.err()
}

// Done is closed when the job has ended.
func (j *Job) Done() <-chan struct{} { return j.done }

// Stop ends the job where it is, without a result for its open windows, and
// waits for its goroutines.
func (j *Job) Stop() error {
	j.cancel()
	if err := j.Wait(); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// Stats is the account of the job so far.
func (j *Job) Stats() JobStats {
	var out JobStats
	for _, c := range j.counts {
		s := c.stats()
		out.Operators = append(out.Operators, s)
		out.Filtered += s.Filtered
		out.Late += s.Late
		out.Rejected += s.Rejected
		out.Waiting += s.Waiting
	}
	for _, c := range j.reads {
		out.In += c.in.Load()
	}
	if j.write != nil {
		out.Out = j.write.out.Load()
	}
	return out
}

// counter adds an account to the job.
func (j *Job) counter(name string) *counters {
	c := &counters{name: name}
	j.counts = append(j.counts, c)
	return c
}

func (j *Job) task(name string, run func(context.Context) error) {
	j.tasks = append(j.tasks, namedTask{fmt.Sprintf("%s/%s", j.name, name), run})
}
