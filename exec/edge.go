package exec

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// ErrFellBehind ends a reader of an in-application stream that nobody waits for
// and that did not take its rows in time (Env.Backlog).
var ErrFellBehind = errors.New("fell behind")

// edgeBatches is how many messages wait in an edge before its sender does: the
// back pressure inside a job.
const edgeBatches = 8

// message is a batch, or a watermark where the batch is empty; sealed, to a
// stream, says that nothing comes from outside behind it. do is something that a
// stream does behind what was sent before.
type message struct {
	input  int
	batch  flow.Batch
	wm     types.Time
	sealed bool
	do     func()
}

// inbox is where the senders of a task meet. done is closed by the task when it
// takes no more.
type inbox struct {
	ch   chan message
	done chan struct{}
	// sent counts messages before they are sent, handled after the task is done with
	// them and with what it sent because of them.
	sent, handled atomic.Int64
	behind
}

// idle tells that the task is done with every message sent so far; sent tells how
// many that were.
func (in *inbox) idle() (sent int64, ok bool) {
	select {
	case <-in.done:
		return 0, true
	default:
	}
	handled := in.handled.Load()
	sent = in.sent.Load()
	return sent, sent == handled
}

func newInbox() *inbox {
	return &inbox{ch: make(chan message, edgeBatches), done: make(chan struct{})}
}

// behind is what a stream keeps of a reader that it does not wait for; the zero
// value is a reader that it does.
type behind struct {
	fell  chan struct{} // closed when rows had to be left out; nil = the stream waits
	ended bool          // fell is closed; guarded by the stream
	wm    types.Time    // a promise that found no room; guarded by the stream
	rows  atomic.Int64  // in ch
	by    int64         // rows it had not taken when it fell; set before fell is closed
}

// newBacklog is an inbox for a reader that nobody waits for: batches messages
// wait for it at the most.
func newBacklog(batches int) *inbox {
	in := &inbox{ch: make(chan message, batches), done: make(chan struct{})}
	in.fell, in.wm = make(chan struct{}), types.MinTime
	return in
}

// next is the next message. What came before a gap is still delivered, then the
// gap is an error. Once ctx has ended there is none: the job may have been stopped at a
// checkpoint, and what others send behind that is not for it.
func (in *inbox) next(ctx context.Context) (message, error) {
	m, err := in.receive(ctx)
	if err == nil && ctx.Err() != nil {
		m.batch.Release()
		return message{}, ctx.Err()
	}
	return m, err
}

func (in *inbox) receive(ctx context.Context) (message, error) {
	select {
	case m := <-in.ch:
		return in.taken(m), nil
	default:
	}
	select {
	case m := <-in.ch:
		return in.taken(m), nil
	case <-ctx.Done():
		return message{}, ctx.Err()
	case <-in.fell:
	}
	select {
	case m := <-in.ch:
		return in.taken(m), nil
	default:
		return message{}, fmt.Errorf("the reader of an in-application stream %w by %d rows", ErrFellBehind, in.by)
	}
}

func (in *inbox) taken(m message) message {
	in.rows.Add(-int64(m.batch.Rows()))
	return m
}

// drain releases what nobody will take any more.
func (in *inbox) drain() {
	for {
		select {
		case m := <-in.ch:
			m.batch.Release()
		default:
			return
		}
	}
}

// edge sends to one input of an inbox. A sender that has to wait gives its
// permit back meanwhile: the receiver may need it.
type edge struct {
	in      *inbox
	input   int
	permits permits
}

func (e *edge) push(ctx context.Context, b flow.Batch) error {
	if b.Rows() == 0 {
		return nil
	}
	m := message{input: e.input, batch: b.Keep()}
	if err := e.send(ctx, m); err != nil {
		m.batch.Release()
		return err
	}
	return nil
}

func (e *edge) advance(ctx context.Context, wm types.Time) error {
	return e.send(ctx, message{input: e.input, wm: wm})
}

func (e *edge) send(ctx context.Context, m message) (err error) {
	e.in.sent.Add(1)
	defer func() {
		if err != nil {
			e.in.handled.Add(1)
		}
	}()
	select {
	case e.in.ch <- m:
		return nil
	default:
	}
	e.permits.release()
	defer e.permits.acquire()
	select {
	case e.in.ch <- m:
		return nil
	case <-e.in.done:
		return flow.ErrEnough
	case <-ctx.Done():
		return ctx.Err()
	}
}

// permits bounds how many tasks work at once; nil has no bound.
type permits chan struct{}

func (p permits) acquire() {
	if p != nil {
		p <- struct{}{}
	}
}

func (p permits) release() {
	if p != nil {
		<-p
	}
}
