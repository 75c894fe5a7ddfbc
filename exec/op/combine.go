package op

import (
	"context"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/exec/window"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// Combine merges the partial groups of several shards, each an input, into the
// result. A window is released when all shards have passed its end. States merge
// shard by shard, so the result and the order of its groups, by first appearance
// in (shard, sequence) order, depend on the log alone (DESIGN §6).
type Combine struct {
	*shape
	mem     memory.Allocator
	waiting []partialSpan // by start

	absorbed, gone int64 // partial rows taken and let go
	held           int64 // bytes
}

// partialSpan is the partial batches of one span, per input.
type partialSpan struct {
	span   window.Span
	inputs [][]flow.Batch
}

// NewCombine makes the operator that stands behind partial Aggregates of the
// same plan node.
func NewCombine(n *plan.Aggregate, mem memory.Allocator) (*Combine, error) {
	s, err := newShape(n, mem)
	return &Combine{shape: s, mem: mem}, err
}

// Process keeps the partial groups of one span of one shard.
func (c *Combine) Process(_ context.Context, input int, b flow.Batch, out flow.Out) error {
	c.keep(input, b)
	out.Count(flow.Absorbed, b.Rows())
	return nil
}

func (c *Combine) keep(input int, b flow.Batch) {
	span := c.spanOfPartial(b.Rec)
	at, found := slices.BinarySearchFunc(c.waiting, span, func(p partialSpan, s window.Span) int {
		return compareTimes(p.span.Start, s.Start)
	})
	if !found {
		c.waiting = slices.Insert(c.waiting, at, partialSpan{span: span})
	}
	w := &c.waiting[at]
	for len(w.inputs) <= input {
		w.inputs = append(w.inputs, nil)
	}
	w.inputs[input] = append(w.inputs[input], b.Keep())
	c.absorbed += int64(b.Rows())
	c.held += recordBytes(b)
}

// Advance releases the spans that every shard has passed.
func (c *Combine) Advance(_ context.Context, wm types.Time, out flow.Out) (types.Time, error) {
	if !c.windowed && wm == types.MaxTime && len(c.waiting) == 0 && len(c.keys) == 0 {
		p, err := c.newPane(window.Span{})
		if err != nil {
			return wm, err
		}
		p.groups.Assign(nil, expr.All(1), make([]uint32, 1))
		return wm, c.emitResult(p, c.mem, out)
	}
	for len(c.waiting) > 0 {
		w := c.waiting[0]
		if c.windowed && !w.span.Closed(wm) || !c.windowed && wm != types.MaxTime {
			break
		}
		if err := c.release(w, out); err != nil {
			return wm, err
		}
		c.waiting = c.waiting[1:]
		rows, bytes := w.drop()
		c.gone += rows
		c.held -= bytes
	}
	return wm, nil
}

func (c *Combine) release(w partialSpan, out flow.Out) error {
	p, err := c.newPane(w.span)
	if err != nil {
		return err
	}
	for _, batches := range w.inputs {
		for _, b := range batches {
			c.merge(p, b.Rec)
		}
	}
	if err := p.err(); err != nil {
		return err
	}
	err = c.emitResult(p, c.mem, out)
	c.recycle(p)
	return err
}

// drop releases the batches and counts what was in them.
func (w partialSpan) drop() (rows, bytes int64) {
	for _, batches := range w.inputs {
		for _, b := range batches {
			rows += int64(b.Rows())
			bytes += recordBytes(b)
			b.Release()
		}
	}
	return rows, bytes
}

// Held is how many partial rows wait, and how many were merged and let go.
func (c *Combine) Held() (waiting, released int64) { return c.absorbed - c.gone, c.gone }

// Oldest is the window that is released next.
func (c *Combine) Oldest() (window.Span, bool) {
	if !c.windowed || len(c.waiting) == 0 {
		return window.Span{}, false
	}
	return c.waiting[0].span, true
}

// Bytes is the memory of the partial groups.
func (c *Combine) Bytes() int64 { return c.held }

// Snapshot shares the partial groups that wait, by input.
func (c *Combine) Snapshot() (flow.Frozen, error) {
	f := &frozenBatches{mem: c.mem}
	for _, w := range c.waiting {
		for input, batches := range w.inputs {
			for _, b := range batches {
				f.add(int64(input), b, 0)
			}
		}
	}
	return f, nil
}

// Restore takes partial groups back.
func (c *Combine) Restore(r flow.StateReader) error {
	return readRecords(r, c.partial, c.mem, func(input int64, rec arrow.Record) error {
		c.keep(int(input), flow.Batch{Rec: rec})
		return nil
	})
}

// Close releases the partial groups held.
func (c *Combine) Close() error {
	for _, w := range c.waiting {
		w.drop()
	}
	c.waiting = nil
	return nil
}
