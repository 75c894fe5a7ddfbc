package exec

import (
	"context"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// edgeBatches is how many messages wait in an edge before its sender does: the
// back pressure inside a job.
const edgeBatches = 8

// message is a batch, or a watermark where the batch is empty; sealed, to a
// stream, says that nothing comes from outside behind it.
type message struct {
	input  int
	batch  flow.Batch
	wm     types.Time
	sealed bool
}

// inbox is where the senders of a task meet. done is closed by the task when it
// takes no more.
type inbox struct {
	ch   chan message
	done chan struct{}
}

func newInbox() *inbox {
	return &inbox{ch: make(chan message, edgeBatches), done: make(chan struct{})}
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

func (e *edge) send(ctx context.Context, m message) error {
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
