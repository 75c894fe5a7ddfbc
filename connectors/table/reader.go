package table

import (
	"context"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/lake"
)

// Reader reads a table once, to its end.
type Reader struct {
	scanner *lake.Scanner
	last    arrow.Record // lent to the caller until the next call
}

var _ flow.Reader = (*Reader)(nil)

// Read returns the next rows; there are never bad ones, and rows of a table have no time, so that the horizon says nothing.
// Errors: io.EOF at the end, those of lake.Scanner.Next.
func (r *Reader) Read(ctx context.Context, maxRows int) (flow.Page, error) {
	r.drop()
	rec, err := r.scanner.Next(ctx, maxRows)
	if err != nil {
		return flow.Page{}, err
	}
	r.last = rec
	next, err := formatOffset(r.scanner.Position())
	if err != nil {
		return flow.Page{}, err
	}
	return flow.Page{Rows: flow.Batch{Rec: rec}, Next: next, Horizon: types.MinTime}, nil
}

// Stats is what has been read and passed over so far.
func (r *Reader) Stats() lake.ScanStats { return r.scanner.Stats() }

// Close gives up the last page and the open file.
func (r *Reader) Close() error {
	r.drop()
	return r.scanner.Close()
}

func (r *Reader) drop() {
	if r.last != nil {
		r.last.Release()
		r.last = nil
	}
}
