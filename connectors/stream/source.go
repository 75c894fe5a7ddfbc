package stream

import (
	"context"
	"fmt"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/connectors/format"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/shardlog"
)

// SourceConfig says what to read. Schema is the declared columns, then the hidden
// pseudo-columns by their names (ROWTIME, APPROXIMATE_ARRIVAL_TIME, SHARD_ID,
// SEQUENCE_NUMBER, PARTITION_KEY).
type SourceConfig struct {
	Log    *shardlog.Log
	Stream string
	Format string // of the payloads: "json" (default), "csv"
	Schema types.Schema
	// Decode is how payloads become rows: paths and delimiters.
	Decode format.Options
	Start  shardlog.Position // where a reader without an offset begins
	Mem    memory.Allocator
	// Ended tells that nothing more will be appended: a reader then ends at the
	// shard's end. nil = never, the reader follows the tail.
	Ended <-chan struct{}
	// Bounded reads what is there when the source is made and no more.
	Bounded bool
}

// Source is a stored stream.
type Source struct {
	SourceConfig
	ends []uint64 // per shard: the sequence number that a bounded reader ends at
}

// NewSource checks the configuration and, if Bounded, notes where the shards end.
func NewSource(c SourceConfig) (*Source, error) {
	if c.Format == "" {
		c.Format = "json"
	}
	info, err := c.Log.Describe(c.Stream)
	if err != nil {
		return nil, err
	}
	s := &Source{SourceConfig: c}
	for _, sh := range info.Shards {
		s.ends = append(s.ends, sh.Next)
	}
	return s, nil
}

// Shards lists the shards by id.
func (s *Source) Shards(context.Context) ([]flow.Shard, error) {
	info, err := s.Log.Describe(s.Stream)
	if err != nil {
		return nil, err
	}
	out := make([]flow.Shard, len(info.Shards))
	for i, sh := range info.Shards {
		out[i].ID = flow.ShardID(sh.ID)
	}
	return out, nil
}

// Open starts a reader behind the record that the offset names.
func (s *Source) Open(_ context.Context, id flow.ShardID, from flow.Offset, scan flow.Scan) (flow.Reader, error) {
	shard, err := shardlog.ParseShardID(string(id))
	if err != nil {
		return nil, err
	}
	at := s.Start
	if from != "" {
		seq, err := strconv.ParseUint(string(from), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("stream %s: shard %s: offset %q is not a sequence number", s.Stream, id, from)
		}
		at = shardlog.After(seq)
	}
	log, err := s.Log.Reader(s.Stream, shard, at)
	if err != nil {
		return nil, err
	}
	r := &reader{source: s, id: id, log: log, offset: from}
	if s.Bounded {
		r.until = s.ends[shard]
	}
	declared, err := r.layout(scan.Columns)
	if err != nil {
		return nil, err
	}
	r.decoder, err = format.NewDecoder(s.Format, s.Schema, declared, s.Decode, s.Mem)
	if err != nil {
		return nil, err
	}
	return r, nil
}
