package state

import (
	"errors"
	"fmt"
	"io"

	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/kv"
)

var (
	// ErrNone says that the job has no checkpoint.
	ErrNone = errors.New("no checkpoint")
	// ErrEpoch says that a checkpoint is not newer than the latest one of its job.
	ErrEpoch = errors.New("epoch does not grow")
	// ErrCorrupt says that a root record or a chunk is missing or damaged.
	ErrCorrupt = errors.New("corrupt checkpoint")
	// ErrVersion says that a root record was written by a newer program; it is kv.ErrVersion.
	ErrVersion = kv.ErrVersion
	// ErrTooLarge says that a root record does not fit into one value, or a job's name into a key.
	ErrTooLarge = errors.New("checkpoint is too large")
)

// Checkpoint is one consistent cut through a job. A nil map is the same as an empty one.
type Checkpoint struct {
	Epoch      uint64
	Offsets    map[string][]byte     // where each input goes on
	Watermarks map[string]types.Time // what was promised
	Counters   map[string]int64
	Tokens     map[string][]byte // what each sink prepared
	// State is written by each operator during Save, once; Latest leaves it nil and gives a Reader instead.
	State map[string]io.WriterTo
}

func jobError(job string, epoch uint64, err error) error {
	return fmt.Errorf("state: checkpoint %d of job %q: %w", epoch, job, err)
}
