package op

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// EventTime is WATERMARK FOR: it puts the shards of a stream into log order,
// gives the rows their declared time as ROWTIME, and says row by row how far that
// time has come (DESIGN §6). Its inputs are EventCheck's batches.
//
// The watermark is the least bound of the shards that count, plus 1 ms, and never
// goes back. A shard counts from its first record on, as long as the arrival under
// way is not more than idle behind its own last one. All of that is in the log, so a
// replay says the same. Rows below the watermark pass: who closes windows, or needs
// order, rejects them as late.
type EventTime struct {
	*Merge
	schema *arrow.Schema
	idle   types.Time // 0 = never
	shards []shardClock
	wm     types.Time
}

// shardClock is what a shard says of time.
type shardClock struct {
	bound, arrival types.Time
	seen           bool
}

// NewEventTime makes the operator of a plan node.
func NewEventTime(n *plan.EventTime, mem memory.Allocator) *EventTime {
	m := NewMerge(n.Input.Schema().RowTime, mem)
	m.track = true
	return &EventTime{Merge: m, schema: n.Schema().Arrow(), idle: n.Idle, wm: types.MinTime}
}

// Advance emits the rows that arrived before the log's horizon; its result is about
// the declared time.
func (e *EventTime) Advance(ctx context.Context, horizon types.Time, out flow.Out) (types.Time, error) {
	if _, err := e.Merge.Advance(ctx, horizon, clocked{e, out}); err != nil {
		return e.wm, err
	}
	if horizon == types.MaxTime {
		return types.MaxTime, nil
	}
	return e.wm, nil
}

// clocked takes what the merge emits.
type clocked struct {
	*EventTime
	out flow.Out
}

func (c clocked) Emit(b flow.Batch) error      { return c.emit(b.Rec, c.out) }
func (c clocked) Reject(r flow.Rejected) error { return c.out.Reject(r) }
func (c clocked) Count(f flow.Fate, rows int)  { c.out.Count(f, rows) }
func (c clocked) Promise(types.Time) error     { return nil }

// emit hands rows on. A row below the watermark must find the windows before it
// closed: there the batch is cut. Every other row is on time whether they are or
// not.
func (e *EventTime) emit(rec arrow.Record, out flow.Out) error {
	n := int(rec.NumCols())
	times := flow.Batch{Rec: rec}.Times(n - 2)
	arrivals := flow.Batch{Rec: rec}.Times(e.rowtime)
	bounds := rec.Column(n - 1).(*array.Timestamp)
	dressed := e.dress(rec)
	defer dressed.Release()
	start := 0
	for i, t := range times {
		if types.Time(t) < e.wm && i > start {
			if err := e.part(dressed, start, i, out); err != nil {
				return err
			}
			start = i
		}
		if types.Time(t) < e.wm {
			if err := out.Promise(e.wm); err != nil {
				return err
			}
		}
		bound := types.MinTime
		if bounds.IsValid(i) {
			bound = types.Time(bounds.Value(i))
		}
		e.see(int(e.from[i]), types.Time(arrivals[i]), bound)
	}
	return e.part(dressed, start, len(times), out)
}

func (e *EventTime) part(rec arrow.Record, lo, hi int, out flow.Out) error {
	if lo == 0 && hi == int(rec.NumRows()) {
		return out.Emit(flow.Batch{Rec: rec})
	}
	part := rec.NewSlice(int64(lo), int64(hi))
	defer part.Release()
	return out.Emit(flow.Batch{Rec: part})
}

// see notes a row and moves the watermark.
func (e *EventTime) see(shard int, arrival, bound types.Time) {
	for len(e.shards) <= shard {
		e.shards = append(e.shards, shardClock{bound: types.MinTime})
	}
	s := &e.shards[shard]
	ahead := bound > s.bound
	s.bound, s.arrival, s.seen = max(s.bound, bound), arrival, true
	if !ahead && e.idle == 0 {
		return
	}
	least := types.MaxTime
	for i := range e.shards {
		s := &e.shards[i]
		if s.seen && (e.idle == 0 || arrival-s.arrival <= e.idle) {
			least = min(least, s.bound)
		}
	}
	if least != types.MinTime {
		e.wm = max(e.wm, least+types.Millisecond)
	}
}

// dress is the rows as the plan sees them: the declared time as ROWTIME, the last
// two columns gone.
func (e *EventTime) dress(rec arrow.Record) arrow.Record {
	columns := append([]arrow.Array(nil), rec.Columns()[:rec.NumCols()-2]...)
	columns[e.rowtime] = rec.Column(int(rec.NumCols()) - 2)
	return array.NewRecord(e.schema, columns, rec.NumRows())
}

// Snapshot is the clocks, then the rows that wait for the order of the log.
func (e *EventTime) Snapshot() (flow.Frozen, error) {
	p := binary.AppendVarint(nil, int64(e.wm))
	for _, s := range e.shards {
		seen := int64(0)
		if s.seen {
			seen = 1
		}
		for _, v := range []int64{int64(s.bound), int64(s.arrival), seen} {
			p = binary.AppendVarint(p, v)
		}
	}
	rows, err := e.Merge.Snapshot()
	return frozenClock{rows, p}, err
}

type frozenClock struct {
	flow.Frozen
	clock []byte
}

// WriteTo is flow.Frozen's.
func (f frozenClock) WriteTo(w flow.StateWriter) error {
	if err := w.WriteChunk("clock", f.clock); err != nil {
		return err
	}
	return f.Frozen.WriteTo(w)
}

// Restore takes both back.
func (e *EventTime) Restore(r flow.StateReader) error {
	name, p, err := r.NextChunk()
	if err != nil || name != "clock" {
		return fmt.Errorf("%w: it begins with chunk %q (%v)", errState, name, err)
	}
	in := bytes.NewReader(p)
	var v []int64
	for in.Len() > 0 {
		n, err := binary.ReadVarint(in)
		if err != nil {
			return fmt.Errorf("%w: %w", errState, err)
		}
		v = append(v, n)
	}
	if len(v)%3 != 1 {
		return fmt.Errorf("%w: %d numbers for the clocks of shards", errState, len(v))
	}
	e.wm = types.Time(v[0])
	for v = v[1:]; len(v) > 0; v = v[3:] {
		e.shards = append(e.shards, shardClock{types.Time(v[0]), types.Time(v[1]), v[2] != 0})
	}
	return e.Merge.Restore(r)
}
