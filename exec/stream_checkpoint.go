package exec

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace-sql/millrace/exec/op"
	"github.com/millrace-sql/millrace/sql/types"
)

// Names in the checkpoint of a stream.
const (
	streamWatermark = "stream"
	streamLast      = "outside"
	streamExplicit  = "explicit"
	streamAwaited   = "awaited"
	streamMerge     = "merge"
	writerPrefix    = "writer/"
)

// Watermark is what has been promised to the stream's readers.
func (s *Stream) Watermark() types.Time { return s.promised() }

// freeze is the stream as it stands, while it is held and nothing is on the way:
// the rows that wait for a slower writer, and what every writer has promised.
func (s *Stream) freeze() (*Checkpoint, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.err != nil {
		return nil, s.mu.err
	}
	c := newCheckpoint(s.epoch + 1)
	c.Watermarks[streamWatermark], c.Watermarks[streamLast] = s.mu.wm, s.last
	for i, w := range s.mu.inputs {
		name := writerPrefix + s.mu.names[i]
		c.Counters[name] = int64(i)
		if w.wm != types.MaxTime {
			c.Watermarks[name] = w.wm
		}
	}
	for name, is := range map[string]bool{streamExplicit: s.mu.explicit, streamAwaited: s.mu.awaited} {
		if is {
			c.Counters[name] = 1
		}
	}
	frozen, err := s.mu.merge.Snapshot()
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", s.Name, err)
	}
	c.State[streamMerge] = frozen
	return c, nil
}

// restore makes the stream what it was at a checkpoint. Its writers come back when
// their jobs attach. Called where the outside cannot push.
func (s *Stream) restore(c *Checkpoint) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.mu.merge.Close(); err != nil {
		return err
	}
	s.mu.merge = op.NewMerge(s.Schema.RowTime, s.Mem)
	s.epoch, s.mu.wm, s.last = c.Epoch, c.Watermarks[streamWatermark], c.Watermarks[streamLast]
	s.mu.explicit, s.mu.awaited = c.Counters[streamExplicit] != 0, c.Counters[streamAwaited] != 0
	s.mu.names, s.mu.inputs = s.mu.names[:0], s.mu.inputs[:0]
	for name := range c.Counters {
		if writer, ok := strings.CutPrefix(name, writerPrefix); ok {
			s.mu.names = append(s.mu.names, writer)
		}
	}
	slices.SortFunc(s.mu.names, func(a, b string) int {
		return cmp.Compare(c.Counters[writerPrefix+a], c.Counters[writerPrefix+b])
	})
	for i, name := range s.mu.names {
		wm, ok := c.Watermarks[writerPrefix+name]
		if !ok {
			wm = types.MaxTime
		}
		s.mu.inputs = append(s.mu.inputs, writer{wm: wm, gone: i > 0})
	}
	r, err := c.Open(streamMerge)
	if err == nil && r != nil {
		err = s.mu.merge.Restore(r)
	}
	if err != nil {
		return fmt.Errorf("stream %s: checkpoint %d: %w", s.Name, c.Epoch, err)
	}
	return nil
}

func (s *Stream) markDirty()    { s.dirty.Store(true) }
func (s *Stream) isDirty() bool { return s.dirty.Load() }

// reset takes back what has happened since the last checkpoint, after a job that
// used the stream has failed: its set is going to do it again. Rows that came from
// outside since then are lost. It happens behind what the jobs have sent: nothing of
// that may come into the state that is restored.
func (s *Stream) reset(store Checkpoints) {
	if s.Key == "" || !s.dirty.CompareAndSwap(true, false) {
		return
	}
	s.push.await()
	defer s.push.leave()
	done := make(chan struct{})
	m := message{do: func() { s.takeBack(store); close(done) }}
	if to := (edge{in: s.in}); to.send(context.Background(), m) != nil {
		return // the stream is closed
	}
	select {
	case <-done:
	case <-s.ended:
	}
}

func (s *Stream) takeBack(store Checkpoints) {
	c, err := store.Latest(s.Key)
	if err == nil && c == nil {
		c = newCheckpoint(0)
		c.Watermarks[streamWatermark], c.Watermarks[streamLast] = types.MinTime, types.MinTime
		c.Counters[writerPrefix] = 0
		c.Watermarks[writerPrefix] = types.MinTime
		c.Open = noState
	}
	if err == nil {
		err = s.restore(c)
	}
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.mu.err = err
	}
}
