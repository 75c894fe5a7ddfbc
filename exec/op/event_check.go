package op

import (
	"context"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// EventCheck prepares the rows of one shard for EventTime: behind their columns it
// puts the declared time, cut to milliseconds, and the bound that the row sets for
// the watermark. A row without a time, or of a time too far ahead of its arrival in the
// log, is rejected: one bad clock must not close everybody's windows.
type EventCheck struct {
	mem     memory.Allocator
	column  int
	rowtime int
	bound   *expr.Evaluator
	skew    types.Time // 0 = any
	schema  *arrow.Schema
	rejects rejects
}

// NewEventCheck makes the operator of a plan node, for one lane.
func NewEventCheck(n *plan.EventTime, mem memory.Allocator) (*EventCheck, error) {
	bound, err := expr.Compile(n.Bound)
	if err != nil {
		return nil, err
	}
	in := n.Input.Schema()
	stamp := types.Of(types.Timestamp).Arrow()
	fields := append(in.Arrow().Fields(), arrow.Field{Name: "time", Type: stamp, Nullable: true}, arrow.Field{Name: "bound", Type: stamp, Nullable: true})
	return &EventCheck{mem: mem, column: n.Column, rowtime: in.RowTime, bound: bound, skew: n.Skew, schema: arrow.NewSchema(fields, nil)}, nil
}

// Process emits the rows that have a time.
func (e *EventCheck) Process(_ context.Context, _ int, b flow.Batch, out flow.Out) error {
	bounds, errs := e.bound.Array(b.Rec, b.Sel, e.mem)
	defer bounds.Release()
	errs = mergeErrors(e.check(b), errs)
	if err := e.rejects.report(b, -1, errs, out); err != nil {
		return err
	}
	out.Count(flow.Passed, b.Rows()-len(errs))
	sel := b.Sel
	if len(errs) > 0 {
		if sel == nil {
			sel = expr.All(int(b.Rec.NumRows()))
		}
		if sel = e.rejects.without(sel, errs); len(sel) == 0 {
			return nil
		}
	}
	times := e.millis(b)
	defer times.Release()
	columns := append(append([]arrow.Array(nil), b.Rec.Columns()...), times, bounds)
	rec := array.NewRecord(e.schema, columns, b.Rec.NumRows())
	defer rec.Release()
	return out.Emit(flow.Batch{Rec: rec, Sel: sel, Kinds: b.Kinds})
}

func (e *EventCheck) check(b flow.Batch) (errs []expr.RowError) {
	col := b.Rec.Column(e.column).(*array.Timestamp)
	arrivals := b.Times(e.rowtime)
	name := b.Rec.ColumnName(e.column)
	for i := range b.Rows() {
		row := b.Row(i)
		t, arrival := types.Time(0), types.Time(arrivals[row])
		if col.IsValid(row) {
			t = types.Time(col.Value(row))
		}
		switch {
		case col.IsNull(row):
			errs = append(errs, expr.RowError{Row: uint32(row), Name: flow.RowTimeError, Message: name + ", the row's time, is NULL"})
		case e.skew > 0 && t-arrival > e.skew:
			errs = append(errs, expr.RowError{
				Row: uint32(row), Name: flow.RowTimeError,
				Message: fmt.Sprintf("%s is %s, more than max_future_skew ahead of its arrival %s", name, t, arrival),
			})
		}
	}
	return errs
}

// millis is the declared time cut to milliseconds, as ROWTIME is.
func (e *EventCheck) millis(b flow.Batch) arrow.Array {
	col := b.Rec.Column(e.column).(*array.Timestamp)
	buf := newBuffer(e.mem, col.Len()*arrow.TimestampSizeBytes)
	out := arrow.TimestampTraits.CastFromBytes(buf.Bytes())
	for i, v := range col.TimestampValues() {
		out[i] = arrow.Timestamp(types.Time(v).Millis())
	}
	data := array.NewData(col.DataType(), col.Len(), []*memory.Buffer{nil, buf}, nil, 0, 0)
	defer data.Release()
	buf.Release()
	return array.MakeFromData(data)
}

// Advance passes the log's horizon on.
func (e *EventCheck) Advance(_ context.Context, wm types.Time, _ flow.Out) (types.Time, error) {
	return wm, nil
}

// Close has nothing to release.
func (e *EventCheck) Close() error { return nil }
