package exec

import (
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// Checkpoints is the durable state of jobs and in-application streams; its user is
// Coordinator.
type Checkpoints interface {
	// Latest is the newest checkpoint of a name; nil where there is none.
	Latest(name string) (*Checkpoint, error)
	// Save stores checkpoints by name, atomically: all of them or none. It borrows
	// them.
	Save(set map[string]*Checkpoint) error
}

// Checkpoint is a job or a stream between two epochs.
type Checkpoint struct {
	Epoch flow.Epoch
	// Offsets is where each source shard goes on, by scan and shard.
	Offsets map[string]flow.Offset
	// Watermarks is what has been promised to each operator, and on each input of
	// those that have several. After the end of input it is the greatest window end
	// released: rows below it are late in a later run.
	Watermarks map[string]types.Time
	// Counters is the account of each operator.
	Counters map[string]int64
	// Tokens is what each sink's Prepare returned, by lane, and the position of each
	// Rejector.
	Tokens map[string][]byte
	// State is what operators hold, by name. Of a stored checkpoint it is nil: Names
	// lists the operators and Open reads the state of one.
	State map[string]flow.Frozen
	Names []string
	Open  func(operator string) (flow.StateReader, error)
}

func newCheckpoint(e flow.Epoch) *Checkpoint {
	return &Checkpoint{
		Epoch: e, Offsets: map[string]flow.Offset{}, Watermarks: map[string]types.Time{}, Counters: map[string]int64{},
		Tokens: map[string][]byte{}, State: map[string]flow.Frozen{},
	}
}

// release lets go of the states.
func (c *Checkpoint) release() {
	for _, f := range c.State {
		f.Release()
	}
	c.State = nil
}

// noState is the Open of a checkpoint without states.
func noState(string) (flow.StateReader, error) { return nil, nil }
