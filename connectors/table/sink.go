package table

import (
	"context"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/storage/lake"
)

// Sink writes one output lane to a table of the lake.
type Sink struct{ writer *lake.Writer }

var _ flow.Sink = (*Sink)(nil)

// NewSink is a sink over a writer, which it owns from here on.
func NewSink(w *lake.Writer) *Sink { return &Sink{writer: w} }

// Write gathers the rows; it blocks while finished files are stored. Errors: those of lake.Writer.Append.
func (s *Sink) Write(ctx context.Context, b flow.Batch) error {
	return s.writer.Append(ctx, b.Rec, b.Sel)
}

// Prepare stores what was written beside the table. The token names the files; it is nil when there are no rows.
func (s *Sink) Prepare(ctx context.Context, e flow.Epoch) ([]byte, error) {
	return s.writer.Prepare(ctx, uint64(e))
}

// Commit makes the files of a prepared epoch part of the table, in this process or in a later one.
func (s *Sink) Commit(ctx context.Context, e flow.Epoch, prepared []byte) error {
	return s.writer.Commit(ctx, uint64(e), prepared)
}

// Close forgets the rows that no Prepare covers.
func (s *Sink) Close() error { return s.writer.Close(context.Background()) }
