package flow

import (
	"context"

	"github.com/millrace-sql/millrace/sql/types"
)

// ShardID names a shard within its source.
type ShardID string

// Shard is an ordered part of a source. A child is read after its parents end.
type Shard struct {
	ID      ShardID
	Parents []ShardID
}

// Offset is a position in a shard, after the rows it was returned with. Only
// its source may look inside; "" is the beginning.
type Offset string

// Range is a hint that only rows with Low <= column <= High are wanted; a nil
// bound is open. Bounds are int64 (integers, days, microseconds), float64,
// string or bool. A source may use it to skip data, never needs to: the plan
// filters again.
type Range struct {
	Column    int
	Low, High any
}

// Scan is what a plan reads of a source: indexes of the source's schema, in
// the order the rows must have them, and hints.
type Scan struct {
	Columns []int
	Ranges  []Range
}

// Page is what one Read brought: rows and bad rows, the position after both, and
// a promise. The reader owns Rows until the next Read or Close; the caller
// retains what it keeps.
type Page struct {
	Rows Batch
	Bad  []Rejected
	Next Offset
	// Horizon: later rows of this shard have a rowtime >= Horizon.
	Horizon types.Time
}

// Source is a relation outside the engine that can be read, from any position,
// any number of times. It may be used from several goroutines.
type Source interface {
	Shards(ctx context.Context) ([]Shard, error)
	Open(ctx context.Context, id ShardID, from Offset, s Scan) (Reader, error)
}

// Reader reads one shard in order, on one goroutine. Read blocks for rows, bad
// rows or a new Horizon (at most 100 ms on a live source); it returns io.EOF,
// with an empty page, when the shard has ended. maxRows > 0 bounds the rows of
// a page, but for those of its last record: a record is never in two pages, because
// an offset stands behind one.
type Reader interface {
	Read(ctx context.Context, maxRows int) (Page, error)
	Close() error
}
