package exec

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// lane is the open end of a part of the graph: where its output goes is still to
// be said. A plan node has one lane per source shard until something needs total
// order.
type lane struct {
	tail  *receiver
	flush *rejectors // of the task that the lane runs on
	// sources is whose rows come this way: they pause where they are far ahead.
	sources []*sourceTask
}

func sourcesOf(lanes []*lane) (all []*sourceTask) {
	for _, l := range lanes {
		all = append(all, l.sources...)
	}
	return all
}

// rejectors is those of one task.
type rejectors []Rejector

func (r rejectors) Flush(ctx context.Context) error {
	for _, one := range r {
		if err := one.Flush(ctx); err != nil {
			return err
		}
	}
	return nil
}

// then appends an operator that runs on the lane's own task.
func (l *lane) then(s *step) *lane {
	*l.flush = append(*l.flush, s.rejects)
	*l.tail = s
	return &lane{tail: &s.next, flush: l.flush, sources: l.sources}
}

// sinkEnd writes to a sink. A checkpoint has the turn while the sink prepares and
// commits: meanwhile the lane waits, and nobody else.
type sinkEnd struct {
	key   string
	sink  flow.Sink
	count *counters
	turn  turn
	since atomic.Int64 // when the write under way began, Unix microseconds; 0 = none
}

func (s *sinkEnd) push(ctx context.Context, b flow.Batch) error {
	s.count.in.Add(int64(b.Rows()))
	s.count.out.Add(int64(b.Rows()))
	s.count.passed.Add(int64(b.Rows()))
	if err := s.turn.take(ctx); err != nil {
		return err
	}
	defer s.turn.leave()
	s.since.Store(time.Now().UnixMicro())
	defer s.since.Store(0)
	return s.sink.Write(ctx, b)
}

func (s *sinkEnd) advance(context.Context, types.Time) error { return nil }

// rowsEnd hands rows to a caller.
type rowsEnd struct {
	rows  func(ctx context.Context, b flow.Batch) error
	count *counters
}

func (r *rowsEnd) push(ctx context.Context, b flow.Batch) error {
	r.count.in.Add(int64(b.Rows()))
	r.count.out.Add(int64(b.Rows()))
	r.count.passed.Add(int64(b.Rows()))
	return r.rows(ctx, b)
}

func (r *rowsEnd) advance(context.Context, types.Time) error { return nil }

// streamEnd counts on the way into an in-application stream.
type streamEnd struct {
	edge
	count *counters
}

func (s *streamEnd) push(ctx context.Context, b flow.Batch) error {
	s.count.in.Add(int64(b.Rows()))
	s.count.out.Add(int64(b.Rows()))
	s.count.passed.Add(int64(b.Rows()))
	return s.edge.push(ctx, b)
}
