package exec

import (
	"context"
	"fmt"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// send waits for a slow reader: back pressure. A reader that is gone wants
// nothing any more. Called with mu held.
func (s *Stream) send(ctx context.Context, r *inbox, m message) {
	if r.fell != nil {
		offer(r, m)
		return
	}
	r.sent.Add(1)
	select {
	case r.ch <- m:
		return
	case <-r.done:
	case <-ctx.Done():
	}
	m.batch.Release()
	r.handled.Add(1)
}

// offer gives a message to a reader that nobody waits for. Promises leave half of
// the room to rows and are repeated later; rows that find no room end the reader.
func offer(r *inbox, m message) {
	isRow, isEnd := m.batch.Rec != nil, m.wm == types.MaxTime
	if r.ended || !isRow && !isEnd && len(r.ch) >= cap(r.ch)/2 {
		m.batch.Release()
		r.wm = max(r.wm, m.wm)
		return
	}
	r.rows.Add(int64(m.batch.Rows()))
	select {
	case r.ch <- m:
		r.wm = types.MinTime
	default:
		r.ended, r.by = true, r.rows.Load()
		m.batch.Release()
		close(r.fell)
	}
}

// fanOut is the merge's way to the readers.
type fanOut struct {
	ctx    context.Context
	stream *Stream
}

func (f *fanOut) Emit(b flow.Batch) error {
	for _, r := range f.stream.mu.readers {
		f.stream.send(f.ctx, r, message{batch: b.Keep()})
	}
	return nil
}

func (f *fanOut) Reject(r flow.Rejected) error {
	return fmt.Errorf("stream %s: internal error: merge rejected a row: %s", f.stream.Name, r.Message)
}

func (f *fanOut) Promise(types.Time) error { return nil }
func (f *fanOut) Count(flow.Fate, int)     {}
