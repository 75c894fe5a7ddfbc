package millrace

import (
	"context"
	"path/filepath"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/google/uuid"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// Connector is a system that relations can live in. A nil function is something
// the system cannot do; SQL that asks for it is an error. All functions may be
// called from several goroutines.
type Connector struct {
	// Check says what is wrong with the options and schema of a new relation.
	Check func(r *plan.Relation, env ConnectorEnv) error
	// Create makes what the relation stands for, once, when it is created; replace
	// tells that an earlier content is to go.
	Create func(ctx context.Context, r *plan.Relation, env ConnectorEnv, replace bool) error
	// Source opens the relation for reading.
	Source func(ctx context.Context, r *plan.Relation, env ConnectorEnv) (flow.Source, error)
	// Sink opens one output lane of a pump for writing.
	Sink func(ctx context.Context, r *plan.Relation, env ConnectorEnv, lane Lane) (flow.Sink, error)
}

// ConnectorEnv is what a connector is given beside the relation.
type ConnectorEnv struct {
	Mem memory.Allocator
	// Dir is what relative paths are relative to.
	Dir string
	// Start is the job's start: the rowtime of rows that have none.
	Start types.Time
	// Ended is closed when nothing more will come from inside the engine; nil =
	// never.
	Ended <-chan struct{}
	// Bounded is for reading what is there now and no more.
	Bounded bool
}

// Lane is one output of a pump: its rows, in order, are the same after a crash.
type Lane struct {
	Incarnation uuid.UUID // of the pump
	Pump        string
	Number      int
	Schema      types.Schema // of the batches
	Key         []int        // columns that make the partition key; may be empty
}

// path resolves a path option.
func (e ConnectorEnv) path(p string) string {
	if filepath.IsAbs(p) || e.Dir == "" {
		return p
	}
	return filepath.Join(e.Dir, p)
}
