package shardlog

import (
	"time"

	"github.com/millrace-sql/millrace/sql/types"
)

const (
	// MaxRecordBytes is the largest Data of a record.
	MaxRecordBytes = 10 << 20
	// MaxKeyBytes is the longest partition key.
	MaxKeyBytes = 64 << 10
	// MaxShards is the largest number of shards of one stream.
	MaxShards = 10_000

	defaultBlockBytes = 256 << 10
	defaultHeadBytes  = 1 << 20
	maxBlockBytes     = 16 << 20
)

// Codec says how the body of a block is stored.
type Codec uint8

const (
	// S2 compresses bodies with S2, and stores a body raw where that would not make it smaller.
	S2 Codec = iota
	// Raw stores bodies as they are.
	Raw
)

// String returns the name of the codec.
func (c Codec) String() string {
	if c == Raw {
		return "raw"
	}
	return "s2"
}

// Options of Open. The zero value is the default.
type Options struct {
	// Codec of new blocks; blocks of both kinds can always be read.
	Codec Codec
	// BlockBytes of keys and data seal a block; 0 means 256 KiB, 16 MiB is the most. A larger
	// record has a block of its own.
	BlockBytes int
	// HeadBytes of each shard's newest records stay in memory; 0 means 1 MiB. The newest block always does.
	HeadBytes int
	// Now is the clock that arrivals are taken from, for tests and replays; nil is the system's. It is called with a
	// lock held and must not call the log. It may step back: arrivals then stand still.
	Now func() types.Time
}

func (o Options) withDefaults() Options {
	if o.BlockBytes <= 0 {
		o.BlockBytes = defaultBlockBytes
	}
	o.BlockBytes = min(o.BlockBytes, maxBlockBytes)
	if o.HeadBytes <= 0 {
		o.HeadBytes = defaultHeadBytes
	}
	if o.Now == nil {
		o.Now = func() types.Time { return types.TimeOf(time.Now()) }
	}
	return o
}
