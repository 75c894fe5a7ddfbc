package table

import (
	"context"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/storage/lake"
)

// Sink writes one output lane to a table of the lake.
type Sink struct{ writer *lake.Writer }

var (
	_ flow.Sink     = (*Sink)(nil)
	_ flow.Finisher = (*Sink)(nil)
)

// NewSink is a sink over a writer, which it owns from here on.
func NewSink(w *lake.Writer) *Sink { return &Sink{writer: w} }

// Write gathers the rows; it blocks while finished files are stored. It retains b.Rec, at most until the next Prepare.
// After an error nothing of b is taken, and the call may be repeated. Errors: those of lake.Writer.Append.
func (s *Sink) Write(ctx context.Context, b flow.Batch) error {
	return s.writer.Append(ctx, b.Rec, b.Sel)
}

// Prepare stores what was written beside the table. The token names finished files, for Commit to show, and the rows of
// unfinished ones, for a later Sink to go on from; it is nil when there are none. Errors: those of lake.Writer.Prepare.
func (s *Sink) Prepare(ctx context.Context, e flow.Epoch) ([]byte, error) {
	return s.writer.Prepare(ctx, uint64(e))
}

// Commit makes the finished files of a prepared epoch part of the table. As the first call it also restores the unfinished
// ones. Errors: those of lake.Writer.Commit.
func (s *Sink) Commit(ctx context.Context, e flow.Epoch, prepared []byte) error {
	return s.writer.Commit(ctx, uint64(e), prepared)
}

// Finish says that no more rows come: the next Prepare finishes all files.
func (s *Sink) Finish() { s.writer.Finish() }

// Publish shows everything that the last token of a pump holds, which is given up with that; see lake.Writer.Publish.
func (s *Sink) Publish(ctx context.Context, e flow.Epoch, prepared []byte) error {
	return s.writer.Publish(ctx, uint64(e), prepared)
}

// Close forgets the rows that no Prepare covers.
func (s *Sink) Close() error { return s.writer.Close(context.Background()) }
