package stream

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/millrace-sql/millrace/connectors/format"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/shardlog"
)

// SinkConfig says where one output lane of a pump writes. Schema is the layout of
// the batches; its visible columns are written.
type SinkConfig struct {
	Log         *shardlog.Log
	Stream      string
	Schema      types.Schema
	Incarnation [16]byte // of the pump, minted when it was created
	Lane        uint32
	// Key is the columns whose text makes the partition key; empty = the first
	// visible column.
	Key []int
}

// Sink writes one JSON object per row, members named as the columns, without
// ROWTIME. It is write-through: a row is durable and visible when Write returns.
// Each row has an ordinal in its lane; rows that a run before a crash has already
// written are recognised by it and dropped (DESIGN §8).
type Sink struct {
	SinkConfig
	json    *format.JSONEncoder
	ordinal uint64 // of the next row written
	durable uint64 // ordinals below are in the log
	begun   bool   // it has a position of its own

	buf  []byte
	keys []byte
	recs []shardlog.Record
}

// maxAppend bounds the bytes of one append: it is the unit of the group commit.
const maxAppend = 1 << 20

// NewSink asks the log how far the lane has come.
func NewSink(c SinkConfig) (*Sink, error) {
	visible := c.Schema.Visible()
	if len(c.Key) == 0 {
		c.Key = visible[:1]
	}
	durable, err := c.Log.LastOrdinal(c.Stream, c.Incarnation, c.Lane)
	if err != nil {
		return nil, err
	}
	return &Sink{SinkConfig: c, json: format.NewJSONEncoder(c.Schema, visible), durable: durable}, nil
}

// Write appends the rows of b that are not in the log yet and waits until they
// are durable.
func (s *Sink) Write(ctx context.Context, b flow.Batch) error {
	defer s.json.Reset()
	s.begun = true
	rows := b.Rows()
	skip := 0
	if s.ordinal < s.durable {
		skip = int(min(uint64(rows), s.durable-s.ordinal))
		s.ordinal += uint64(skip)
	}
	s.buf, s.recs = s.buf[:0], s.recs[:0]
	for i := skip; i < rows; i++ {
		s.add(b, b.Row(i))
		if len(s.buf) >= maxAppend {
			if err := s.flush(ctx); err != nil {
				return err
			}
		}
	}
	return s.flush(ctx)
}

// add encodes a row. The payloads share one buffer; growing it would leave the
// records before pointing at the old one, which is as good.
func (s *Sink) add(b flow.Batch, row int) {
	start := len(s.buf)
	s.buf = s.json.Append(s.buf, b.Rec, row)
	s.keys = s.keys[:0]
	for i, k := range s.Key {
		if i > 0 {
			s.keys = append(s.keys, '|')
		}
		if b.Rec.Column(k).IsValid(row) {
			s.keys = format.AppendCell(s.keys, b.Rec, k, row)
		}
	}
	key := s.keys[:min(len(s.keys), 256)]
	s.recs = append(s.recs, shardlog.Record{PartitionKey: string(key), Data: s.buf[start:len(s.buf):len(s.buf)]})
}

func (s *Sink) flush(ctx context.Context) error {
	if len(s.recs) == 0 {
		return nil
	}
	lane := &shardlog.Lane{Incarnation: s.Incarnation, ID: s.Lane, FirstOrdinal: s.ordinal}
	done, err := s.Log.Append(ctx, s.Stream, s.recs, lane)
	s.ordinal += uint64(len(done))
	s.durable = max(s.durable, s.ordinal)
	s.buf, s.recs = s.buf[:0], s.recs[:0]
	return err
}

// Prepare returns the lane's position: the rows are durable already.
func (s *Sink) Prepare(context.Context, flow.Epoch) ([]byte, error) {
	s.begun = true
	return binary.LittleEndian.AppendUint64(nil, s.ordinal), nil
}

// Commit moves a new sink to the position of the checkpoint it goes on from. One at
// work is beyond it by then; there is nothing to publish.
func (s *Sink) Commit(_ context.Context, e flow.Epoch, prepared []byte) error {
	if len(prepared) != 8 {
		return fmt.Errorf("stream %s: lane %d: token of epoch %d has %d bytes", s.Stream, s.Lane, e, len(prepared))
	}
	if !s.begun {
		s.ordinal = binary.LittleEndian.Uint64(prepared)
	}
	return nil
}

// Close has nothing to release.
func (s *Sink) Close() error { return nil }
