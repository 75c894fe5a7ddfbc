package shardlog

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/kv"
)

const (
	// A round takes records until they have this many bytes, so that a large append neither holds up the others nor
	// needs much memory. In memory the limit of a batch is lower and rules.
	roundBytes = 8 << 20
	// What a record and a block may add to the bytes of the records: lengths, and header, keys and lane.
	recordOverhead = 16
	blockOverhead  = 512
	// A builder keeps a buffer up to this size for the next round.
	keptBytes = 1 << 20
)

// task is work on the definitions of streams, done by the committer between commits.
type task struct {
	work func() error
	err  error
	done chan struct{}
}

// do runs work on the committer and waits for it.
func (l *Log) do(work func() error) error {
	t := &task{work: work, done: make(chan struct{})}
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return fmt.Errorf("shardlog: %w", ErrClosed)
	}
	l.tasks = append(l.tasks, t)
	l.signal()
	l.mu.Unlock()
	<-t.done
	return t.err
}

// round is one group commit in the making. Only the committer touches it.
type round struct {
	limit    int
	bytes    int
	requests []*request // those that put records into the round
	settled  []int      // how many records of each request were committed before
	blocks   []*builder // in use, in the order of sealing; further ones behind len are kept for later
	sealed   []*Block
	lanes    []*lane
	batch    kv.Batch
}

// run is the committer.
func (l *Log) run() {
	defer close(l.ended)
	r := &round{limit: roundBytes}
	if l.db.InMemory() {
		r.limit = min(roundBytes, l.db.MaxBatch()*3/4)
	}
	for t := l.next(); !t.end; t = l.next() {
		for _, task := range t.tasks {
			task.err = task.work()
			close(task.done)
		}
		switch {
		case t.commit:
			l.commit(r)
		case len(t.tasks) == 0:
			l.sleep(t.wait)
		}
	}
}

// refuse ends everything that waits; called with the lock held.
func (l *Log) refuse(tasks []*task, err error) {
	for _, t := range tasks {
		t.err = fmt.Errorf("shardlog: %w", err)
		close(t.done)
	}
	for _, q := range l.queue {
		q.finish(err)
	}
	clear(l.queue)
	l.queue, l.renew = l.queue[:0], false
}

// commit takes what waits through one group commit.
func (l *Log) commit(r *round) {
	r.reset()
	for {
		q, arrival := l.take(r)
		if q == nil || !r.add(q, arrival, l.opts.BlockBytes) {
			break
		}
	}
	l.mu.Lock()
	lead := l.clock.nextLead()
	if l.renew && lead < types.MaxTime {
		lead = max(lead, l.opts.Now()+leadTime)
	}
	stored := l.clock.lead
	l.mu.Unlock()
	if lead != stored {
		r.batch.Put(leadKey, binary.LittleEndian.AppendUint64(nil, uint64(lead)))
	}
	l.settle(r, lead, l.write(r))
}

// take moves on to the next request of the queue and stamps it; nil when the queue is at its end.
func (l *Log) take(r *round) (*request, types.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(r.requests) < len(l.queue) {
		i := len(r.requests)
		q := l.queue[i]
		err := q.refusal()
		if err == nil {
			q.busy = true
			return q, l.clock.stamp()
		}
		q.finish(err)
		l.queue = append(l.queue[:i], l.queue[i+1:]...)
	}
	return nil, 0
}

// refusal says why a request cannot be committed; called with the log's lock held, by the committer.
func (q *request) refusal() error {
	if q.stream.dropped {
		return ErrNoStream
	}
	if err := q.ctx.Err(); err != nil {
		return err
	}
	if q.lane == nil {
		return nil
	}
	due := q.lane.next
	if q.lane.touched {
		due = q.lane.upcoming
	}
	if at := q.ordinal + uint64(len(q.receipts)); at != due {
		return fmt.Errorf("lane %d: append begins at ordinal %d, the lane goes on with %d: %w", q.lane.lane, at, due, ErrLane)
	}
	return nil
}

// settle publishes a round that was written, and tells the requests. One that was not written for want of space is taken
// back and tried again later; after any other error the log fails.
func (l *Log) settle(r *round, lead types.Time, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.renew = false
	if errors.Is(err, kv.ErrNoSpace) {
		n := len(r.requests)
		r.undo()
		l.requeue(n)
		l.clock.retract()
		l.pause(err)
		return
	}
	if err != nil {
		r.undo()
		l.fail(fmt.Errorf("group commit: %w", err))
		return
	}
	l.paused = nil
	l.clock.settle(lead)
	for i, b := range r.blocks {
		b.shard.publish(r.sealed[i], l.opts.HeadBytes)
	}
	for _, ln := range r.lanes {
		ln.next = ln.upcoming
	}
	n := len(r.requests)
	r.forget()
	l.requeue(n)
}

// requeue keeps those of the first n requests that have records left, and all behind them; called with the lock held.
func (l *Log) requeue(n int) {
	rest := l.queue[:0]
	for i, q := range l.queue {
		switch {
		case i >= n:
			rest = append(rest, q)
		case len(q.receipts) == len(q.records):
			q.finish(nil)
		case q.ctx.Err() != nil:
			q.finish(q.ctx.Err())
		default:
			q.busy = false
			rest = append(rest, q)
		}
	}
	clear(l.queue[len(rest):])
	l.queue = rest
}

// fail lets nothing be appended any more: what the failed write left behind is known only when the log is opened again.
// The clock stays in flight, because what it stamped may be stored. Called with the lock held.
func (l *Log) fail(err error) {
	l.failed = err
	l.refuse(nil, err)
}
