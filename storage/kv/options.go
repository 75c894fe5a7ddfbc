package kv

import (
	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
)

// Durability says when a commit may be acknowledged.
type Durability int

const (
	// Always acknowledges a commit after it was synced to the device: it survives a power failure.
	Always Durability = iota
	// None acknowledges once the operating system has the bytes: a commit survives the end of the process, however
	// it comes, but not a power failure or a crash of the system.
	None
)

// String returns the name of the option value.
func (d Durability) String() string {
	if d == None {
		return "none"
	}
	return "always"
}

// Options of Open. The zero value is the default.
type Options struct {
	// Durability of every commit; ignored in memory.
	Durability Durability
	// SegmentBytes is the size of one value file, between 1 MiB and 1 GiB; 0 means 128 MiB. Space of deleted values
	// comes back file by file, so smaller files give it back sooner. A value cannot be larger than a file.
	SegmentBytes int64
	// ReserveBytes of the file system stay free: a commit that would leave less is refused with ErrNoSpace. 0 means
	// 128 MiB, below 0 there is no limit; ignored in memory. Below some 64 MiB a full disk may end the process.
	ReserveBytes int64
	// Free returns how many bytes may still be written to the file system of the data directory, for tests and quotas;
	// nil asks the operating system, at most every 10 ms. Ignored in memory.
	Free func() (int64, error)
	// Intercept, for fault tests, is called with every change in the place of making it: Write.Do makes it, and the
	// error returned is what the caller sees. Nil costs nothing.
	Intercept func(w Write) error
}

const (
	defaultSegmentBytes = 128 << 20
	// Values from this size on go to the value files, written once; smaller ones travel through the sorted tables.
	valueThreshold  = 1 << 10
	memtableBytes   = 8 << 20
	memoryThreshold = 1 << 20             // the most the database takes; in memory there are no value files behind it
	memoryValueMax  = memoryThreshold - 1 // a value as large as the threshold passes its check and then panics
	memoryMemtable  = 16 << 20            // an atomic write holds 15 % of a memtable, which must exceed a value
	maxKeyBytes     = 65000
	entryBytes      = 128 // what an entry counts towards the limit of a batch beside its bytes, at most
	maxSegmentBytes = 1 << 30
)

func (o Options) badger(dir string) badger.Options {
	b := badger.DefaultOptions(dir).
		WithLogger(nil).
		WithMetricsEnabled(false).
		WithDetectConflicts(false). // batches only write; a reader never decides what to write in a transaction
		WithNumVersionsToKeep(1).
		WithCompression(options.None). // large values are compressed by their owners
		WithBlockCacheSize(0).
		WithNumMemtables(3).
		WithNumCompactors(2).
		WithMemTableSize(memtableBytes).
		WithValueThreshold(valueThreshold).
		WithSyncWrites(o.Durability == Always).
		WithValueLogFileSize(o.segmentBytes())
	if dir == "" {
		return b.WithInMemory(true).WithSyncWrites(false).
			WithValueThreshold(memoryThreshold).WithMemTableSize(memoryMemtable)
	}
	return b
}

func (o Options) segmentBytes() int64 {
	switch {
	case o.SegmentBytes == 0:
		return defaultSegmentBytes
	case o.SegmentBytes < 1<<20:
		return 1 << 20
	case o.SegmentBytes > maxSegmentBytes:
		return maxSegmentBytes
	}
	return o.SegmentBytes
}
