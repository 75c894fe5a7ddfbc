package exec

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/exec/op"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
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
	root    plan.Node
	env     Env
	permits permits
	gate    gate
	start   types.Time  // of rows without a time of their own
	begun   *Checkpoint // of an interrupted run: start and tables; nil = begins anew
	restore *Checkpoint
	epoch   atomic.Uint64 // of the last checkpoint
	run     flow.Epoch    // of the last start

	tasks   []namedTask
	sources []*sourceTask
	gathers []*gatherTask
	lanes   []*inbox // of exchanges
	steps   []*step
	sinks   []*sinkEnd
	rejects map[string]Rejector // by their keys in checkpoints
	tables  []*op.LookupTable
	held    []*holding // of the tables
	inputs  []streamInput
	streams []*Stream // of inputs; guarded by the coordinator
	counts  []*counters
	nodes   map[*counters]plan.Node // that each account is of
	reads   []*counters             // of the scans
	write   *counters               // of the output

	// busy is held by a checkpoint from its beginning to its last commit: a job closes
	// its sinks after that.
	busy   turn
	cancel context.CancelCauseFunc // set by Start, with mu held
	done   chan struct{}
	mu     struct {
		sync.Mutex
		ctx     context.Context // of the run; nil before
		err     error
		started bool
		ended   bool // every task came to its end
		covered bool // it has ended where a checkpoint is
	}
}

type namedTask struct {
	name string
	run  func(context.Context) error
}

// NewJob builds the graph of a plan and loads the tables of its joins; nothing
// runs yet, but its places in in-application streams are taken, so that jobs
// built before any is started see every row. name keys the checkpoints: where
// there is one, the job goes on from it. On an error nothing is left behind.
func NewJob(ctx context.Context, name string, root plan.Node, out Output, env Env) (*Job, error) {
	if env.BatchRows <= 0 {
		env.BatchRows = defaultBatchRows
	}
	j := &Job{name: name, root: root, env: env, start: env.Start, done: make(chan struct{}), busy: newTurn(), rejects: map[string]Rejector{}, nodes: map[*counters]plan.Node{}}
	if env.Parallelism > 0 {
		j.permits = make(permits, env.Parallelism)
	}
	// No checkpoint sees it half built.
	j.busy.await()
	defer j.busy.leave()
	err := j.load()
	if err == nil {
		err = j.build(ctx, &builder{job: j}, root, out)
	}
	if err == nil && env.Coordinator != nil {
		err = j.begin()
	}
	if err != nil {
		j.Discard()
		return nil, err
	}
	return j, nil
}

func (j *Job) build(ctx context.Context, b *builder, root plan.Node, out Output) error {
	if j.env.Coordinator != nil {
		j.env.Coordinator.add(j)
	}
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
	return j.refill(ctx)
}

// Start lets the job run. ctx ends it where it is.
func (j *Job) Start(ctx context.Context) {
	ctx, cancel := context.WithCancelCause(ctx)
	j.mu.Lock()
	j.cancel, j.mu.ctx, j.mu.started = cancel, ctx, true
	if j.mu.err != nil {
		cancel(j.mu.err) // halted before it began
	}
	j.mu.Unlock()
	var wg sync.WaitGroup
	for _, t := range j.tasks {
		wg.Go(func() {
			if err := recovered(t.name, func() error { return t.run(ctx) }); err != nil {
				j.fail(err)
			}
		})
	}
	go func() {
		defer close(j.done)
		wg.Wait()
		if j.err() == nil {
			if err := j.end(ctx); err != nil {
				j.fail(err)
			}
		}
		cancel(nil)
		j.busy.await()
		defer j.busy.leave()
		if err := j.close(); err != nil {
			j.fail(err)
		}
		if j.env.Coordinator != nil {
			j.env.Coordinator.remove(j)
		}
	}()
}

// fail keeps the first error and stops the other tasks. What they say while they
// stop is a consequence.
func (j *Job) fail(err error) {
	j.mu.Lock()
	first := j.mu.err == nil
	if first {
		j.mu.err = err
	}
	j.cancel(err)
	j.mu.Unlock()
	if first && j.env.Coordinator != nil && !errors.Is(err, context.Canceled) {
		j.env.Coordinator.failed(j, err)
	}
}

// halt stops the job from outside, for a reason.
func (j *Job) halt(why error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.mu.err == nil {
		j.mu.err = why
	}
	if j.cancel != nil {
		j.cancel(why)
	}
}

// lose is halt, also for a job that was stopped at the checkpoint that it lost.
func (j *Job) lose(why error) {
	j.mu.Lock()
	if errors.Is(j.mu.err, context.Canceled) {
		j.mu.err = nil
	}
	j.mu.Unlock()
	j.halt(why)
}

func (j *Job) err() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.mu.err
}

// Root is the plan that the job runs.
func (j *Job) Root() plan.Node { return j.root }

// Name is what the job was made with.
func (j *Job) Name() string { return j.name }

// Wait blocks until the job has ended and returns its error; nil at the end of
// input, context.Canceled after Stop.
func (j *Job) Wait() error {
	<-j.done
	return j.err()
}

// Done is closed when the job has ended.
func (j *Job) Done() <-chan struct{} { return j.done }

// Ending tells that the job has ended or is about to, with an error or stopped.
func (j *Job) Ending() bool { return j.err() != nil }

// Stop ends the job where it is, without a result for its open windows and
// without a checkpoint, and waits for its goroutines; one that has not been started
// ends as soon as it is. Coordinator.Stop takes a checkpoint first.
func (j *Job) Stop() error {
	j.mu.Lock()
	cancel := j.cancel
	if cancel == nil && j.mu.err == nil {
		j.mu.err = context.Canceled
	}
	j.mu.Unlock()
	if cancel == nil {
		return nil
	}
	cancel(nil)
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
		out.Rejected += s.Rejected + s.Failed
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

// Figures is the accounts of the operators that a node of the plan has become.
func (j *Job) Figures(n plan.Node) []OpStats {
	var out []OpStats
	for _, c := range j.counts {
		if j.nodes[c] == n {
			out = append(out, c.stats())
		}
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
