package exec

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// sourceTask reads one shard to its end, or until the job stops, and pushes what
// it reads through its chain.
type sourceTask struct {
	key     string // of the offset in checkpoints
	source  flow.Source
	shard   flow.ShardID
	scan    flow.Scan
	finite  bool // no rowtime: the only watermark is the end
	rows    int
	next    receiver
	count   *counters
	rejects Rejector
	flush   rejectors // its own and those of its chain
	permits permits
	gate    *gate // of the job
	guard   guard
	ahead   []func() bool // where its rows wait for those of others
	horizon atomic.Int64  // as last pushed

	offset flow.Offset // after the last page; read while the gate is shut, and at the end
}

func (t *sourceTask) run(ctx context.Context) error {
	reader, err := t.source.Open(ctx, t.shard, t.offset, t.scan)
	if err != nil {
		return err
	}
	err = t.loop(ctx, reader)
	return errors.Join(err, reader.Close())
}

func (t *sourceTask) loop(ctx context.Context, reader flow.Reader) error {
	for {
		if err := wait(ctx, t.ahead); err != nil {
			return err
		}
		page, err := reader.Read(ctx, t.rows)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		err = t.pass(ctx, func(ctx context.Context) error { return t.page(ctx, page) })
		if errors.Is(err, flow.ErrEnough) {
			break
		}
		if err != nil {
			return err
		}
	}
	return t.pass(ctx, t.finish)
}

// pass does work inside the gate.
func (t *sourceTask) pass(ctx context.Context, work func(context.Context) error) error {
	if err := t.gate.enter(ctx); err != nil {
		return err
	}
	defer t.gate.leave()
	return t.guard.do(func() error {
		t.permits.acquire()
		defer t.permits.release()
		return work(ctx)
	})
}

// finish passes the end of input on.
func (t *sourceTask) finish(ctx context.Context) error {
	if err := t.next.advance(ctx, types.MaxTime); err != nil && !errors.Is(err, flow.ErrEnough) {
		return err
	}
	return t.flush.Flush(ctx)
}

// page pushes rows and bad rows, then the promise that came with them.
func (t *sourceTask) page(ctx context.Context, p flow.Page) error {
	t.count.in.Add(int64(p.Rows.Rows() + len(p.Bad)))
	t.count.out.Add(int64(p.Rows.Rows()))
	t.count.passed.Add(int64(p.Rows.Rows()))
	t.count.rejected.Add(int64(len(p.Bad)))
	for _, r := range p.Bad {
		if err := t.rejects.Reject(ctx, r); err != nil {
			return err
		}
	}
	if p.Rows.Rows() > 0 {
		if err := t.next.push(ctx, p.Rows); err != nil {
			return err
		}
	}
	t.offset = p.Next
	if !t.finite {
		t.horizon.Store(int64(p.Horizon))
		if err := t.next.advance(ctx, p.Horizon); err != nil {
			return err
		}
	}
	return t.flush.Flush(ctx)
}

// gatherTask drives a step with several inputs: their watermarks meet here, the
// least one counts.
type gatherTask struct {
	key     string
	in      *inbox
	meet    *meeting
	wms     []types.Time
	step    *step
	flush   rejectors
	permits permits
	guard   guard
}

func newGather(key string, inputs int, s *step, j *Job) *gatherTask {
	t := &gatherTask{key: key, in: newInbox(), step: s, permits: j.permits, guard: j.guard(key), wms: make([]types.Time, inputs), meet: newMeeting(inputs)}
	for i := range t.wms {
		t.wms[i] = types.MinTime
		if j.restore == nil {
			continue
		}
		if wm, ok := j.restore.Watermarks[t.inputKey(i)]; ok {
			t.wms[i] = wm
		}
	}
	return t
}

// inputKey names the watermark of an input in checkpoints.
func (t *gatherTask) inputKey(i int) string { return fmt.Sprintf("%s#%d", t.key, i) }

func (t *gatherTask) run(ctx context.Context) error {
	defer t.in.drain()
	defer close(t.in.done)
	wm := t.step.wm
	for wm != types.MaxTime {
		m, err := t.in.next(ctx)
		if err != nil {
			return err
		}
		next := wm
		err = t.guard.do(func() (err error) {
			next, err = t.take(ctx, m, wm)
			if errors.Is(err, flow.ErrEnough) {
				next, err = types.MaxTime, t.finish(ctx, wm)
			}
			return err
		})
		t.in.handled.Add(1)
		if err != nil {
			return err
		}
		wm = next
	}
	return nil
}

func (t *gatherTask) take(ctx context.Context, m message, wm types.Time) (types.Time, error) {
	t.permits.acquire()
	defer t.permits.release()
	defer t.note(m.input)
	if m.batch.Rec != nil {
		defer m.batch.Release()
		return wm, t.step.process(ctx, m.input, m.batch)
	}
	t.wms[m.input] = max(t.wms[m.input], m.wm)
	t.meet.input(m.input).wm.Store(int64(t.wms[m.input]))
	least := t.wms[0]
	for _, w := range t.wms[1:] {
		least = min(least, w)
	}
	if least <= wm {
		return wm, nil
	}
	t.meet.least.Store(int64(least))
	defer t.noteAll() // the watermark lets rows of every input go
	if err := t.step.advance(ctx, least); err != nil {
		return wm, err
	}
	return least, t.flush.Flush(ctx)
}

// note tells the sources of an input how many of its rows wait.
func (t *gatherTask) note(input int) {
	if m, ok := t.step.op.(interface{ Waiting(int) int64 }); ok {
		t.meet.input(input).rows.Store(m.Waiting(input))
	}
}

func (t *gatherTask) noteAll() {
	for i := range t.wms {
		t.note(i)
	}
}

// finish ends the step's output early: nothing further can change the result.
func (t *gatherTask) finish(ctx context.Context, wm types.Time) error {
	if wm == types.MaxTime {
		return nil
	}
	t.permits.acquire()
	defer t.permits.release()
	if err := t.step.advance(ctx, types.MaxTime); err != nil && !errors.Is(err, flow.ErrEnough) {
		return err
	}
	return t.flush.Flush(ctx)
}

// guard is around each piece of a task's work. What goes wrong in it, a panic
// included, has ended the job before the task lets go of its gate or its inbox: no
// checkpoint takes half a page for a whole one.
type guard struct {
	task string
	fail func(error) // ends the job
}

func (j *Job) guard(task string) guard { return guard{j.name + "/" + task, j.fail} }

func (g guard) do(work func() error) error {
	err := recovered(g.task, work)
	if err != nil && !errors.Is(err, flow.ErrEnough) {
		g.fail(err)
	}
	return err
}

// recovered turns a panic of a task, which is a defect, into the error of its
// job.
func recovered(name string, work func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("task %s: internal error: %v", name, p)
		}
	}()
	return work()
}
