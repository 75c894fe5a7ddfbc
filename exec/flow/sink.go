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

// Finisher is a Sink that may hold rows back over several epochs, such as those
// of a file that is to grow.
type Finisher interface {
	// Finish says that no Write comes before the next Prepare, and that the Commit of
	// that epoch is to make every row visible: at the end of input, and where a pump is
	// stopped for good. It does nothing by itself and may be repeated.
	Finish()
}
