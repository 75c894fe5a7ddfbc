package millrace

import (
	"log/slog"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/connectors/stream"
	"github.com/millrace-sql/millrace/exec"
	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/kv"
)

// Options of Open. nil and the zero value are the defaults.
type Options struct {
	// Dir is what relative paths in SQL options are relative to; "" is the working
	// directory. Run may say otherwise for one script.
	Dir string
	// BatchRows bounds the rows of a batch from a source; 0 means 4096.
	BatchRows int
	// Parallelism is how many tasks of a job may work at once; 0 has no bound
	// beyond GOMAXPROCS. It never changes a result.
	Parallelism int
	// Unsynced acknowledges writes when the operating system has them: they survive
	// the end of the process, not a power failure.
	Unsynced bool
	// MemoryBudget bounds, in bytes, the state that pumps and queries hold: open
	// windows, rows that wait, sorted results, tables of joins. The one that holds
	// most ends with an error that names it (exec.ErrMemory). 0 means 2 GiB, less
	// than 0 no bound.
	MemoryBudget int64
	// DiskReserve is how many bytes stay free on the data directory's disk: below,
	// appends and checkpoints wait until there is room again. 0 means 128 MiB, less
	// than 0 none.
	DiskReserve int64
	// CheckpointEvery is the time between the checkpoints of running pumps; 0 means 10
	// s, less than 0 only at the end of input, when a pump stops and by Checkpoint.
	CheckpointEvery time.Duration
	// Connectors are systems outside beside those the engine brings (file, stream,
	// lake), by the name SQL gives in 'connector'.
	Connectors map[string]Connector
	// Functions are functions, aggregates and table functions that SQL can call beside
	// those of the engine.
	Functions []Function
	// Now is the clock of arrivals and of rows without an explicit time, for tests
	// and replays; nil is the system's.
	Now func() types.Time
	// Mem is where batches live; nil is a pool of the DB's own.
	Mem memory.Allocator
	// Logger gets what happens in the background; nil is silent.
	Logger *slog.Logger

	// store stands between the DB and its disk, in tests.
	store kv.Options
	// sink changes what each sink of a stored stream is told, in tests.
	sink func(*stream.SinkConfig)
}

func (o *Options) withDefaults() Options {
	var out Options
	if o != nil {
		out = *o
	}
	if out.MemoryBudget == 0 {
		out.MemoryBudget = 2 << 30
	}
	if out.CheckpointEvery == 0 {
		out.CheckpointEvery = 10 * time.Second
	}
	if out.Now == nil {
		out.Now = func() types.Time { return types.TimeOf(time.Now()) }
	}
	if out.Mem == nil {
		out.Mem = exec.NewPool()
	}
	if out.Logger == nil {
		out.Logger = slog.New(slog.DiscardHandler)
	}
	if out.sink == nil {
		out.sink = func(*stream.SinkConfig) {}
	}
	return out
}
