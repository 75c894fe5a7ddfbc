package exec

import (
	"context"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// Push publishes rows from outside. rec has the declared columns, and either the
// ROWTIME column behind them or not: then every row gets the clock's time. A row
// whose explicit ROWTIME is below the one before it is rejected as out of order.
// Push borrows rec, blocks while readers are slow, and returns ErrSealed while
// the stream is sealed. The rows are not durable.
func (s *Stream) Push(ctx context.Context, rec arrow.Record) error {
	if err := s.push.take(ctx); err != nil {
		return s.pushError(err)
	}
	defer s.push.leave()
	explicit := int(rec.NumCols()) == len(s.Schema.Fields)
	if err := s.enter(explicit); err != nil {
		return err
	}
	b := flow.Batch{Rec: rec}
	if explicit {
		sel, err := s.inOrder(ctx, rec)
		if err != nil {
			return err
		}
		b.Sel = sel
	} else {
		s.last = max(s.Now().Millis(), s.last, s.promised())
		stamped := s.stamp(rec, s.last)
		defer stamped.Release()
		b.Rec = stamped
	}
	to := edge{in: s.in}
	if err := to.push(ctx, b); err != nil {
		return s.pushError(err)
	}
	// The next row may have the same time: nothing beyond it is promised.
	return s.pushError(to.advance(ctx, s.last))
}

// SetWatermark promises that no row below t will be pushed any more, and makes
// the outside's times explicit.
func (s *Stream) SetWatermark(ctx context.Context, t types.Time) error {
	if err := s.push.take(ctx); err != nil {
		return s.pushError(err)
	}
	defer s.push.leave()
	if err := s.enter(true); err != nil {
		return err
	}
	s.last = max(s.last, t)
	to := edge{in: s.in}
	return s.pushError(to.advance(ctx, s.last))
}

// Seal closes the stream to the outside. When its last writer has ended, too, its
// readers' input ends, behind every row pushed before.
func (s *Stream) Seal(ctx context.Context) error {
	if err := s.push.take(ctx); err != nil {
		return s.pushError(err)
	}
	defer s.push.leave()
	s.mu.Lock()
	s.mu.refused = true
	s.mu.Unlock()
	to := edge{in: s.in}
	return s.pushError(to.send(ctx, message{sealed: true}))
}

// Hold opens the stream to the outside and lets the outside promise nothing: what
// comes may be of any time until Seal. awaited tells that something will come;
// readers then wait for it. reopen gives the stream back its clock.
func (s *Stream) Hold(awaited bool) (reopen func()) {
	s.push.await()
	defer s.push.leave()
	s.mu.Lock()
	defer s.mu.Unlock()
	explicit, before := s.mu.explicit, s.mu.awaited
	s.mu.refused, s.mu.open, s.mu.explicit, s.mu.awaited = false, true, true, awaited
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.mu.refused, s.mu.open, s.mu.explicit, s.mu.awaited = false, true, explicit, before
	}
}

// promised is the watermark that readers have been given.
func (s *Stream) promised() types.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mu.wm
}

func (s *Stream) enter(explicit bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.refused {
		return fmt.Errorf("stream %s: %w", s.Name, ErrSealed)
	}
	s.mu.explicit, s.mu.awaited = s.mu.explicit || explicit, true
	return s.mu.err
}

// pushError names the stream in an error on the way in; a closed stream takes no
// more.
func (s *Stream) pushError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("stream %s: %w", s.Name, err)
}

// inOrder is the rows whose explicit ROWTIME does not go back; the others are
// rejected.
func (s *Stream) inOrder(ctx context.Context, rec arrow.Record) ([]uint32, error) {
	col := rec.Column(s.Schema.RowTime).(*array.Timestamp)
	sel := make([]uint32, 0, rec.NumRows())
	reached := s.promised()
	for i, v := range col.TimestampValues() {
		t := types.Time(v)
		r := flow.Rejected{Batch: flow.Batch{Rec: rec}, Row: i, RowTime: t, Origin: flow.Origin{Stream: s.Name}}
		switch {
		case col.IsNull(i):
			r.Name, r.Message, r.RowTime = flow.RowTimeError, "ROWTIME is NULL", types.MinTime
		case t < max(s.last, reached):
			r.Name, r.Message = flow.OutOfOrder, fmt.Sprintf("ROWTIME %s is below %s, which the stream has reached", t, max(s.last, reached))
		default:
			s.last = t
			sel = append(sel, uint32(i))
			continue
		}
		if err := s.Rejects.Reject(ctx, r); err != nil {
			return nil, err
		}
	}
	return sel, s.Rejects.Flush(ctx)
}

// stamp appends the rowtime column, the same instant in every row.
func (s *Stream) stamp(rec arrow.Record, t types.Time) arrow.Record {
	b := array.NewTimestampBuilder(s.Mem, types.Of(types.Timestamp).Arrow().(*arrow.TimestampType))
	defer b.Release()
	b.Reserve(int(rec.NumRows()))
	for range rec.NumRows() {
		b.UnsafeAppend(arrow.Timestamp(t))
	}
	times := b.NewArray()
	defer times.Release()
	columns := append(append([]arrow.Array(nil), rec.Columns()...), times)
	return array.NewRecord(s.Schema.Arrow(), columns, rec.NumRows())
}
