package shardlog

import (
	"errors"
	"fmt"

	"github.com/millrace-sql/millrace/storage/kv"
)

var (
	// ErrNoStream says that no stream of that name exists, or that it was dropped meanwhile.
	ErrNoStream = errors.New("no such stream")
	// ErrStreamExists says that a stream of that name exists already.
	ErrStreamExists = errors.New("stream exists already")
	// ErrNoShard says that the stream has no shard of that number.
	ErrNoShard = errors.New("no such shard")
	// ErrShardCount says that a stream cannot have that many shards: 1 to MaxShards.
	ErrShardCount = errors.New("unusable number of shards")
	// ErrStreamName says that a name cannot be a stream's: 1 to 1024 bytes.
	ErrStreamName = errors.New("unusable stream name")
	// ErrClosed is returned by every call after Close, and by calls that Close interrupts.
	ErrClosed = errors.New("shard log is closed")
	// ErrTooLarge says that a record exceeds MaxRecordBytes or its partition key MaxKeyBytes. Nothing was appended.
	ErrTooLarge = errors.New("record is too large")
	// ErrNoMore says that a reader is at the end of its shard for now.
	ErrNoMore = errors.New("no more records for now")
	// ErrPosition says that a position lies beyond the end of its shard.
	ErrPosition = errors.New("position is beyond the end of the shard")
	// ErrLane says that the first ordinal of an append is not the one that its lane goes on with (see LastOrdinal).
	// Nothing was appended.
	ErrLane = errors.New("ordinal does not continue its lane")
	// ErrVersion says that a block or a definition was written by a newer program; it is kv.ErrVersion.
	ErrVersion = kv.ErrVersion
)

// CorruptError says that a stored block is missing or damaged.
type CorruptError struct {
	Stream   string
	Shard    int
	Sequence uint64 // the first sequence number of the block, or the one that was looked for
	Reason   string
}

// Error names the block and what is wrong with it.
func (e *CorruptError) Error() string {
	return fmt.Sprintf("shardlog: corrupt block in stream %s, %s, sequence %d: %s", e.Stream, ShardID(e.Shard), e.Sequence, e.Reason)
}

func streamError(name string, err error) error {
	return fmt.Errorf("shardlog: stream %q: %w", name, err)
}
