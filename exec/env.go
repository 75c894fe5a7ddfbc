package exec

import (
	"context"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// Env is what a job needs of the world outside. All functions must be safe for
// use from several goroutines.
type Env struct {
	// Mem is where batches live.
	Mem memory.Allocator
	// BatchRows bounds the rows of one batch from a source; 0 = 4096.
	BatchRows int
	// Parallelism is how many tasks of a job may work at once; 0 = no bound. It
	// never changes a result.
	Parallelism int
	// OpenSource opens what a Scan reads, unless that is an in-application stream,
	// which comes from Stream.
	OpenSource func(ctx context.Context, s *plan.Scan, start types.Time) (flow.Source, error)
	Stream     func(name string) (*Stream, error)
	// Rejects opens the way of the rows that one instance of an operator rejects.
	// Each has a lane of its own: the order of rejected rows within a lane then does
	// not depend on how rows are cut into batches.
	Rejects func(operator string, lane int) (Rejector, error)
	// Backlog is how many batches of an in-application stream may wait for the job
	// before it ends with ErrFellBehind; 0 = the stream waits for the job.
	Backlog int
	// Coordinator takes the job's checkpoints and keeps them over restarts; nil = every
	// run starts anew, and sinks commit at the end of input alone.
	Coordinator *Coordinator
	// Budget bounds the state of all jobs that share it; nil = no bound.
	Budget *Budget
	// Now is the clock of CURRENT_ROW_TIMESTAMP.
	Now func() types.Time
	// Start is when the job starts: CURRENT_TIMESTAMP, and the time of rows without one of
	// their own. A job that was interrupted goes on with the one it had.
	Start types.Time
	// Seed settles what is left to chance in the job, together with the place in its plan:
	// the name of the pump, empty for what has none.
	Seed string
}

// Rejector takes the rejected rows of one operator, on its goroutine. Reject
// borrows r; Flush makes what was rejected durable and is called after each page. A
// checkpoint keeps Position, and a new Rejector goes on there after Restore.
type Rejector interface {
	Reject(ctx context.Context, r flow.Rejected) error
	Flush(ctx context.Context) error
	Position() []byte
	Restore(position []byte) error
}

const defaultBatchRows = 4096
