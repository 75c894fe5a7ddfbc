package kvfault

import (
	"errors"
	"sync"

	"github.com/millrace-sql/millrace/storage/kv"
)

var (
	// ErrFault is what a planned failure returns.
	ErrFault = errors.New("planned fault")
	// ErrStopped is what every write returns after the process "died".
	ErrStopped = errors.New("process has stopped")
)

// Fault is what happens to a write.
type Fault int

const (
	// None lets the write be, and makes all writes before it survive a power failure too.
	None Fault = iota
	// FailBefore fails with ErrFault and writes nothing.
	FailBefore
	// FailAfter writes and fails with ErrFault.
	FailAfter
	// StopBefore writes nothing, and neither does anything from then on: all of it fails with ErrStopped.
	StopBefore
	// StopAfter writes, and nothing from then on does.
	StopAfter
	// SkipSync writes and succeeds, but PowerFail takes the write back unless a later one is synced.
	SkipSync
	// Lose succeeds and writes nothing: a writer that was told so will write what refers to it.
	Lose
)

// Write is what a plan knows of a write.
type Write struct {
	Ordinal int    // from 1
	Drop    bool   // of prefixes; otherwise the commit of a batch
	Key     []byte // the first key of the batch, or the first prefix; borrowed
}

// Faults decides about the writes of one database. It outlives the database that it was given to: a test closes that and
// opens the directory again with other options.
type Faults struct {
	mu      sync.Mutex
	plan    func(Write) Fault
	writes  int
	stopped bool
	undo    []*kv.Batch // of the writes since the last sync, oldest first
}

// New returns faults by the plan, which is asked once for every write, under a lock; nil plans none.
func New(plan func(Write) Fault) *Faults {
	f := &Faults{}
	f.Plan(plan)
	return f
}

// At plans one fault at the write of that ordinal.
func At(ordinal int, fault Fault) func(Write) Fault {
	return func(w Write) Fault {
		if w.Ordinal == ordinal {
			return fault
		}
		return None
	}
}

// Plan changes the plan and counts from 1 again; what has stopped stays so.
func (f *Faults) Plan(plan func(Write) Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.plan, f.writes = plan, 0
}

// Writes returns how many writes there were since the plan was made.
func (f *Faults) Writes() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.writes
}

// Stopped reports whether the process has "died".
func (f *Faults) Stopped() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.stopped
}

// Stop lets nothing be written any more.
func (f *Faults) Stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stopped = true
}

// Intercept is for kv.Options.
func (f *Faults) Intercept(w kv.Write) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stopped {
		return ErrStopped
	}
	f.writes++
	if f.plan == nil {
		return f.synced(w)
	}
	op := Write{Ordinal: f.writes, Drop: w.Batch == nil}
	if op.Drop {
		op.Key = w.Prefixes[0]
	} else {
		op.Key = firstKey(w.Batch)
	}
	return f.apply(f.plan(op), w)
}

func (f *Faults) apply(fault Fault, w kv.Write) error {
	switch fault {
	case FailBefore:
		return ErrFault
	case FailAfter:
		return errors.Join(ErrFault, f.synced(w))
	case StopBefore:
		f.stopped = true
		return ErrStopped
	case StopAfter:
		err := f.synced(w)
		f.stopped = true
		return errors.Join(ErrStopped, err)
	case SkipSync:
		return f.unsynced(w)
	case Lose:
		return nil
	}
	return f.synced(w)
}

func firstKey(b *kv.Batch) (first []byte) {
	b.Each(func(key, _ []byte, _ bool) {
		if first == nil {
			first = key
		}
	})
	return first
}
