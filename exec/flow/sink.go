package flow

import "context"

// Epoch numbers the checkpoints of a job, from 1.
type Epoch uint64

// Sink takes the rows of one output lane, on one goroutine. A lane is fixed by
// the plan, never by a goroutine: the input shard (row-wise), the hash partition
// (after an exchange), 0 (total order).
type Sink interface {
	// Write borrows b. It may make rows visible at once (write-through) or hold
	// them for Prepare; it blocks while the store is slow, never drops.
	Write(ctx context.Context, b Batch) error
	// Prepare makes every written row durable, though not yet visible, and
	// returns what Commit needs to publish it, also in another process.
	Prepare(ctx context.Context, e Epoch) ([]byte, error)
	// Commit makes prepared rows visible. Repeating it is a no-op.
	Commit(ctx context.Context, e Epoch, prepared []byte) error
	Close() error
}

// Finisher is a sink that holds rows back over several epochs, for larger files.
// Finish tells it that no row comes any more: the next Prepare takes all of them.
type Finisher interface{ Finish() }
