package exec

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/exec/op"
	"github.com/millrace-sql/millrace/sql/types"
)

// tick is how often a stream whose rows take their time from the clock promises
// the clock's horizon to its readers: windows close although nothing arrives
// (kda-sql.md §8.4).
const tick = 100 * time.Millisecond

// ErrSealed is returned by Push while the stream takes no rows from outside.
var ErrSealed = errors.New("stream takes no rows from outside")

// StreamConfig is what a Stream is made of.
type StreamConfig struct {
	Name   string
	Schema types.Schema // declared columns, then the hidden ROWTIME
	Mem    memory.Allocator
	Now    func() types.Time // the clock of rows without an explicit ROWTIME
	// Rejects takes rows pushed with a ROWTIME below the one before.
	Rejects Rejector
	// Key names the stream's checkpoints; "" = it has none.
	Key string
	// Restore is the checkpoint to go on from, nil = none.
	Restore *Checkpoint
	// Budget bounds what waits in the stream; Fail tells the jobs that use it to end,
	// when it holds most of an exceeded budget. It must not wait for them.
	Budget *Budget
	Fail   func(*Stream, error)
}

// Stream is an in-application stream: what its writers publish is merged by
// rowtime and handed to everyone who reads at that moment; it keeps no history.
// Writers and readers are jobs, and the outside through Push. It has one
// goroutine, from NewStream to Close. Its methods may be called from any
// goroutine.
type Stream struct {
	StreamConfig
	in    *inbox
	stop  context.CancelFunc
	ended chan struct{}

	// push serialises the outside: its rows enter in the order of their times.
	push turn
	last types.Time // of the outside's rows; guarded by push

	meet *meeting // of the writers
	held *holding

	epoch flow.Epoch  // of the last checkpoint; the coordinator's
	dirty atomic.Bool // a job that used it failed

	mu struct {
		sync.Mutex
		inputs   []writer
		names    []string // of the jobs that write, by input; 0 is the outside
		readers  []*inbox
		wm       types.Time // promised to readers
		explicit bool       // the outside sets times
		refused  bool       // the outside may not push
		open     bool       // readers have not been told yet that it may not
		awaited  bool       // the outside has pushed or is known to be going to
		merge    *op.Merge
		err      error
	}
}

// writer is one input of the stream; 0 is the outside.
type writer struct {
	wm   types.Time
	gone bool
}

// streamInput is a job's place in a stream: a writer's number, or a reader's
// inbox.
type streamInput struct {
	stream *Stream
	input  int
	reader *inbox
}

// NewStream starts a stream without readers, open to the outside.
func NewStream(c StreamConfig) *Stream {
	s := &Stream{StreamConfig: c, in: newInbox(), ended: make(chan struct{}), push: newTurn(), last: types.MinTime, meet: newMeeting(1)}
	s.held = c.Budget.hold("stream "+c.Name, func(err error) { s.Fail(s, err) })
	s.mu.wm, s.mu.open = types.MinTime, true
	s.mu.inputs, s.mu.names = []writer{{wm: types.MinTime}}, []string{""}
	s.mu.merge = op.NewMerge(c.Schema.RowTime, c.Mem)
	if c.Restore != nil {
		if err := s.restore(c.Restore); err != nil {
			s.mu.err = err
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.stop = cancel
	go s.run(ctx)
	return s
}

// Close stops the stream and waits for its goroutine. Jobs that use it must have
// ended. The error is the first one the stream met.
func (s *Stream) Close() error {
	s.stop()
	<-s.ended
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held.close()
	return errors.Join(s.mu.err, s.mu.merge.Close())
}

func (s *Stream) run(ctx context.Context) {
	defer close(s.ended)
	defer s.in.drain()
	defer close(s.in.done)
	clock := time.NewTicker(tick)
	defer clock.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case m := <-s.in.ch:
			if m.do != nil {
				m.do()
			} else {
				s.take(ctx, m)
			}
			s.in.handled.Add(1)
		case <-clock.C:
			s.horizon(ctx)
		}
	}
}

// horizon promises the clock on behalf of a quiet outside. A pusher at work
// promises more by itself, so it is not waited for.
func (s *Stream) horizon(ctx context.Context) {
	if !s.push.try() {
		return
	}
	defer s.push.leave()
	s.mu.Lock()
	for _, r := range s.mu.readers {
		if r.fell != nil && r.wm != types.MinTime {
			offer(r, message{wm: r.wm})
		}
	}
	quiet := s.mu.open && !s.mu.explicit && len(s.mu.readers) > 0
	s.mu.Unlock()
	if !quiet || len(s.in.ch) > 0 {
		return
	}
	s.last = max(s.Now().Millis(), s.last)
	s.take(ctx, message{wm: s.last})
}

// take merges one message and hands on what is ready.
func (s *Stream) take(ctx context.Context, m message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &fanOut{ctx: ctx, stream: s}
	var err error
	switch {
	case m.sealed:
		s.mu.open = false
	case m.batch.Rec == nil:
		s.mu.inputs[m.input].wm = max(s.mu.inputs[m.input].wm, m.wm)
	case s.idle() && s.alone(m.input):
		// Nobody can bring a row that belongs before these.
		err = out.Emit(m.batch)
	default:
		err = s.mu.merge.Process(ctx, m.input, m.batch, out)
	}
	m.batch.Release()
	if err == nil {
		err = s.promise(ctx, out)
	}
	if err != nil && ctx.Err() == nil && s.mu.err == nil {
		s.mu.err = err
	}
	s.note()
}

// note tells the writers' sources how far they are ahead of each other. Called with
// mu held.
func (s *Stream) note() {
	for i, w := range s.mu.inputs {
		p := s.meet.input(i)
		p.rows.Store(s.mu.merge.Waiting(i))
		p.wm.Store(int64(w.wm))
	}
	s.meet.least.Store(int64(s.mu.wm))
	if err := s.held.note(s.mu.merge.Bytes()); err != nil && s.Fail != nil {
		s.Fail(s, err)
	}
}

// idle tells whether the merge holds nothing back. Called with mu held.
func (s *Stream) idle() bool {
	waiting, _ := s.mu.merge.Held()
	return waiting == 0
}

// alone tells whether input is the only writer that counts. Called with mu held.
func (s *Stream) alone(input int) bool {
	for i, w := range s.mu.inputs {
		if i != input && w.wm != types.MaxTime && s.counts(i) {
			return false
		}
	}
	return true
}

// counts tells whether the readers wait for an input. A stream that only jobs
// write to has their time; the outside counts from its first row on, or when every
// job has come to its end. One that was stopped or failed may be started again
// and go on where it was: the clock must not run ahead of it. Called with mu held.
func (s *Stream) counts(i int) bool {
	if i > 0 {
		return !s.mu.inputs[i].gone
	}
	if !s.mu.open || s.mu.awaited {
		return s.mu.open
	}
	for _, w := range s.mu.inputs[1:] {
		if w.wm != types.MaxTime {
			return false
		}
	}
	return true
}

// promise advances the merge to the least watermark of the writers; when the
// last of them has ended, so have the readers' inputs. Called with mu held.
func (s *Stream) promise(ctx context.Context, out *fanOut) error {
	least := types.MaxTime
	for i, w := range s.mu.inputs {
		if s.counts(i) {
			least = min(least, w.wm)
		}
	}
	if least <= s.mu.wm || least == types.MaxTime && s.mu.open {
		// An open stream does not end: the outside, or a new pump, may go on.
		return nil
	}
	if _, err := s.mu.merge.Advance(ctx, least, out); err != nil {
		return err
	}
	for _, r := range s.mu.readers {
		s.send(ctx, r, message{wm: least})
	}
	if least == types.MaxTime {
		// The end is not kept: the readers and writers of a later run go on behind
		// the rows of this one.
		s.mu.readers = nil
		return nil
	}
	s.mu.wm = least
	return nil
}

// subscribe adds a reader: it gets the rows published from now on.
func (s *Stream) subscribe(r *inbox) streamInput {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.readers = append(s.mu.readers, r)
	return streamInput{stream: s, reader: r}
}

// attach adds a writer; it cannot publish below what has been promised. A job that
// wrote before has its old place, and with it its order among rows of one time.
func (s *Stream) attach(job string) streamInput {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.Index(s.mu.names, job)
	if i < 0 {
		i = len(s.mu.names)
		s.mu.names = append(s.mu.names, job)
		s.mu.inputs = append(s.mu.inputs, writer{wm: types.MinTime})
	}
	w := &s.mu.inputs[i]
	if w.gone = false; w.wm == types.MaxTime {
		w.wm = types.MinTime
	}
	w.wm = max(w.wm, s.mu.wm)
	return streamInput{stream: s, input: i}
}

// leave gives a job's place up. A writer that came to its end has said so by its
// watermark; one that was stopped no longer holds the others back. One that did
// more than a checkpoint knows still does: its set goes back to the checkpoint, and
// until then nobody may go on without its rows.
func (in streamInput) leave(err error, undone bool) {
	s := in.stream
	s.mu.Lock()
	defer s.mu.Unlock()
	if in.reader == nil {
		s.mu.inputs[in.input].gone = s.mu.inputs[in.input].gone || err != nil && !(undone && s.Key != "")
		return
	}
	for i, r := range s.mu.readers {
		if r == in.reader {
			s.mu.readers = append(s.mu.readers[:i:i], s.mu.readers[i+1:]...)
			return
		}
	}
}
