package exec

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Coordinator takes the checkpoints of jobs. Jobs that are joined by
// in-application streams are a set: they have one checkpoint, and an error of one
// ends all of them, because the rows between them are nowhere else. Sets do not
// know each other.
//
// It has one goroutine if Every is set, from NewCoordinator to Close, and one for each
// Checkpoint under way. Its methods may be called from any goroutine.
type Coordinator struct {
	store Checkpoints
	every time.Duration
	retry func(error) bool
	trace func(Phase, []string, time.Duration)

	// cutting is held while a checkpoint is taken: one at a time.
	cutting turn
	life    context.Context
	stop    context.CancelFunc
	over    chan struct{}
	asked   sync.WaitGroup // checkpoints on demand

	mu     sync.Mutex
	jobs   []*Job // built and not closed, in the order of building
	held   error  // what the last checkpoint waits for
	closed bool
}

// CoordinatorOptions of NewCoordinator.
type CoordinatorOptions struct {
	// Every is the time between checkpoints; 0 = only on demand and at the end of
	// input.
	Every time.Duration
	// Retry tells that an error of a store or sink will pass, such as a full disk: the
	// checkpoint then waits, and with it the lanes of the sinks that prepare.
	Retry func(error) bool
	// Trace, if set, is told when a checkpoint has come to a phase, d after its beginning,
	// for a log. The checkpoint waits for it.
	Trace func(phase Phase, jobs []string, d time.Duration)
}

// Phase is a step of a checkpoint.
type Phase string

// The phases, in order: sources wait; operators are frozen and sinks prepare while
// work goes on; the root records are stored, which is the commit point; sinks have
// committed.
const (
	Pausing   Phase = "pausing"
	Preparing Phase = "preparing"
	Saved     Phase = "saved"
	Committed Phase = "committed"
)

// NewCoordinator makes a coordinator over a store, which it borrows.
func NewCoordinator(store Checkpoints, o CoordinatorOptions) *Coordinator {
	if o.Retry == nil {
		o.Retry = func(error) bool { return false }
	}
	if o.Trace == nil {
		o.Trace = func(Phase, []string, time.Duration) {}
	}
	c := &Coordinator{store: store, every: o.Every, retry: o.Retry, trace: o.Trace, cutting: newTurn(), over: make(chan struct{})}
	c.life, c.stop = context.WithCancel(context.Background())
	if c.every <= 0 {
		close(c.over)
		return c
	}
	go c.run(c.life)
	return c
}

// Close ends the coordinator's goroutines. Jobs should have ended before.
func (c *Coordinator) Close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.stop()
	<-c.over
	c.asked.Wait()
}

func (c *Coordinator) run(ctx context.Context) {
	defer close(c.over)
	clock := time.NewTicker(c.every)
	defer clock.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-clock.C:
		}
		for _, s := range c.sets(nil) {
			// A set that cannot be checkpointed has failed: its rows would be written
			// again from the last one, ever more of them.
			if err := c.take(ctx, s.jobs[0], stopping{}); err != nil && ctx.Err() == nil {
				_ = s.fail(ctx, err) // the jobs say it
			}
		}
	}
}

// Checkpoint takes a checkpoint of the sets of some jobs, of all with none given,
// and returns when it is committed. Where ctx ends before, it goes on all the same:
// what sinks have prepared for it is in no other. Where it fails, so do the jobs of
// the set: they start again from the one before.
func (c *Coordinator) Checkpoint(ctx context.Context, jobs ...*Job) error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return context.Canceled
	}
	result := make(chan error, 1)
	c.asked.Go(func() { result <- c.checkpoint(jobs) })
	c.mu.Unlock()
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *Coordinator) checkpoint(jobs []*Job) error {
	var errs []error
	for _, s := range c.sets(jobs) {
		errs = append(errs, c.take(c.life, s.jobs[0], stopping{}))
	}
	return errors.Join(errs...)
}

// Stop takes a checkpoint of the jobs' sets and ends the jobs exactly there: the
// others of their sets go on. It waits for them; one that has not been started ends
// as soon as it is. A later run of the same names goes on from there. Where the checkpoint fails before anything was frozen, or ctx
// ends by then, the jobs go on; later, all of their sets fail.
func (c *Coordinator) Stop(ctx context.Context, jobs ...*Job) error {
	return c.end(ctx, stopping{jobs: jobs})
}

// Finish is Stop where nobody knows when, or whether, the jobs will go on: their
// sinks show every row that they were given. A job that was not started may be
// finished too: it is discarded, and must not be started any more.
func (c *Coordinator) Finish(ctx context.Context, jobs ...*Job) error {
	return c.end(ctx, stopping{jobs: jobs, finish: true})
}

// stopping is the jobs that end at a checkpoint; finish tells that their sinks
// finish.
type stopping struct {
	jobs   []*Job
	finish bool
}

func (s stopping) includes(j *Job) bool { return slices.Contains(s.jobs, j) }

func (c *Coordinator) end(ctx context.Context, stop stopping) error {
	var errs []error
	for _, s := range c.sets(stop.jobs) {
		errs = append(errs, c.take(ctx, s.jobs[0], stop))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for _, j := range stop.jobs {
		if !j.isStarted() {
			if stop.finish {
				j.Discard()
			}
			continue
		}
		select {
		case <-j.done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// ended commits the end of a job's input: with its set, if that has not been done
// by a checkpoint for another of the set's jobs.
func (c *Coordinator) ended(ctx context.Context, j *Job) error { return c.take(ctx, j, stopping{}) }

// Held is what checkpoints are waiting for, nil for nothing.
func (c *Coordinator) Held() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.held
}

// retryEvery is how often something that will pass is tried again.
const retryEvery = 250 * time.Millisecond

// patient repeats f while its error is one that passes.
func (c *Coordinator) patient(ctx context.Context, f func() error) error {
	for {
		err := f()
		c.mu.Lock()
		c.held = nil
		if err != nil && c.retry(err) {
			c.held = err
		}
		held := c.held
		c.mu.Unlock()
		if held == nil {
			return err
		}
		select {
		case <-time.After(retryEvery):
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		}
	}
}

func (c *Coordinator) add(j *Job) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.jobs = append(c.jobs, j)
}

// join notes that a job is going to use a stream, before it does: a checkpoint that
// is being taken then has all of them or has come first.
func (c *Coordinator) join(j *Job, s *Stream) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	j.streams = append(j.streams, s)
}

// remove forgets a job that is closed. Where it did more than a checkpoint knows,
// the last one of its set takes the set's streams back to the checkpoint.
func (c *Coordinator) remove(j *Job) {
	c.mu.Lock()
	if j.undone() {
		for _, s := range j.streams {
			s.markDirty()
		}
	}
	c.jobs = slices.DeleteFunc(c.jobs, func(o *Job) bool { return o == j })
	var reset []*Stream
	for _, s := range j.streams {
		if s.isDirty() && !slices.ContainsFunc(c.jobs, func(o *Job) bool { return slices.Contains(o.streams, s) }) {
			reset = append(reset, s)
		}
	}
	c.mu.Unlock()
	for _, s := range reset {
		s.reset(c.store)
	}
}

// failed ends the other jobs of a set.
func (c *Coordinator) failed(j *Job, err error) {
	for _, s := range c.sets([]*Job{j}) {
		for _, other := range s.jobs {
			if other != j {
				other.halt(&JoinedError{Job: j.name, Err: err})
			}
		}
	}
}

// FailStream ends the jobs that use a stream.
func (c *Coordinator) FailStream(s *Stream, err error) {
	c.mu.Lock()
	jobs := slices.Clone(c.jobs)
	jobs = slices.DeleteFunc(jobs, func(j *Job) bool { return !slices.Contains(j.streams, s) })
	c.mu.Unlock()
	for _, j := range jobs {
		j.halt(err)
	}
}

// JoinedError ends a job because another one of its set has failed.
type JoinedError struct {
	Job string
	Err error
}

// Error names the other job.
func (e *JoinedError) Error() string {
	return fmt.Sprintf("stopped because %s failed, which is joined with it: %v", e.Job, e.Err)
}

// Unwrap is the error of the other job.
func (e *JoinedError) Unwrap() error { return e.Err }
