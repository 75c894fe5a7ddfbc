package exec

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/exec/window"
	"github.com/millrace-sql/millrace/sql/types"
)

// Condition is what a running job is about at a moment: why it gives no rows, if it
// gives none.
type Condition struct {
	Shards    []ShardCondition
	Operators []OperatorCondition
	// Blocked says who waits for whom, in words; empty = nobody.
	Blocked []string
	// Epoch is the last checkpoint's; 0 = none yet.
	Epoch flow.Epoch
}

// ShardCondition is a shard of a source. Horizon is the least rowtime that it may
// still bring; types.MinTime before the first page.
type ShardCondition struct {
	Scan    string
	Shard   flow.ShardID
	Rows    int64 // of the whole scan
	Horizon types.Time
	Ahead   bool // it pauses: others are far behind it
}

// OperatorCondition is an instance of an operator that holds rows or closes windows.
type OperatorCondition struct {
	Name           string
	Watermark      types.Time
	Waiting, Bytes int64
	Oldest         window.Span // the window released next; zero = none
}

// sight is what others may see of a step while it works.
type sight struct {
	wm, waiting, start, end atomic.Int64
}

func (s *sight) note(o flow.Operator, wm types.Time) {
	s.wm.Store(int64(wm))
	if h, ok := o.(flow.Holder); ok {
		waiting, _ := h.Held()
		s.waiting.Store(waiting)
	}
	w, ok := o.(interface{ Oldest() (window.Span, bool) })
	if !ok {
		return
	}
	span, _ := w.Oldest()
	s.start.Store(int64(span.Start))
	s.end.Store(int64(span.End))
}

// slowWrite is how long a write to a sink takes before it is worth mentioning.
const slowWrite = 200 * time.Millisecond

// Condition looks at the job while it runs.
func (j *Job) Condition() Condition {
	c := Condition{Epoch: flow.Epoch(j.epoch.Load())}
	for _, t := range j.sources {
		ahead := false
		for _, is := range t.ahead {
			ahead = ahead || is()
		}
		c.Shards = append(c.Shards, ShardCondition{
			Scan: t.count.name, Shard: t.shard, Rows: t.count.in.Load(), Horizon: types.Time(t.horizon.Load()), Ahead: ahead,
		})
		if ahead {
			c.Blocked = append(c.Blocked, fmt.Sprintf("shard %s is more than %d rows ahead of the others and pauses", t.shard, aheadRows))
		}
	}
	for _, s := range j.steps {
		if _, ok := s.op.(flow.Holder); !ok {
			continue
		}
		c.Operators = append(c.Operators, OperatorCondition{
			Name: s.key, Watermark: types.Time(s.seen.wm.Load()), Waiting: s.seen.waiting.Load(), Bytes: s.held.bytes.Load(),
			Oldest: window.Span{Start: types.Time(s.seen.start.Load()), End: types.Time(s.seen.end.Load())},
		})
	}
	for _, t := range j.gathers {
		if len(t.in.ch) == cap(t.in.ch) {
			c.Blocked = append(c.Blocked, fmt.Sprintf("%s does not keep up: its queue of %d batches is full", t.key, cap(t.in.ch)))
		}
	}
	for _, s := range j.sinks {
		if since := s.since.Load(); since > 0 {
			if d := time.Since(time.UnixMicro(since)); d > slowWrite {
				c.Blocked = append(c.Blocked, fmt.Sprintf("%s has been writing one batch for %s", s.key, d.Round(10*time.Millisecond)))
			}
		}
	}
	return c
}
