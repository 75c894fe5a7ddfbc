package op

import (
	"context"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// Pick takes some columns of its input: what a scan of an in-application stream
// reads of the stream's rows. It copies nothing.
type Pick struct {
	schema  *arrow.Schema
	columns []int
	picked  []arrow.Array
}

// NewPick makes the operator; schema is that of the columns picked.
func NewPick(schema types.Schema, columns []int) *Pick {
	return &Pick{schema: schema.Arrow(), columns: columns, picked: make([]arrow.Array, len(columns))}
}

// Process emits the columns.
func (p *Pick) Process(_ context.Context, _ int, b flow.Batch, out flow.Out) error {
	for i, c := range p.columns {
		p.picked[i] = b.Rec.Column(c)
	}
	rec := array.NewRecord(p.schema, p.picked, b.Rec.NumRows())
	defer rec.Release()
	out.Count(flow.Passed, b.Rows())
	return out.Emit(flow.Batch{Rec: rec, Sel: b.Sel, Kinds: b.Kinds})
}

// Advance passes the watermark on.
func (p *Pick) Advance(_ context.Context, wm types.Time, _ flow.Out) (types.Time, error) {
	return wm, nil
}

// Close has nothing to release.
func (p *Pick) Close() error { return nil }
