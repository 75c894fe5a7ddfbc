package millrace

import (
	"context"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/shardlog"
)

// Record is what Put appends to a stored stream: the partition key decides the
// shard, Data is one record in the stream's format.
type Record struct {
	PartitionKey string
	Data         []byte
}

// Receipt says where a record is and when it arrived.
type Receipt struct {
	ShardID        string
	SequenceNumber uint64
	Arrival        types.Time
}

// Stream is a handle on a stream by its stored name. It is cheap, holds nothing,
// and may be used from any goroutine.
type Stream struct {
	db   *DB
	name string
}

// Stream names a stream; whether it exists shows at the first use. The name is
// the stored one: upper case unless SQL quoted it.
func (db *DB) Stream(name string) *Stream { return &Stream{db: db, name: name} }

func (s *Stream) find() (*relation, error) {
	s.db.mu.Lock()
	defer s.db.mu.Unlock()
	if s.db.mu.closed {
		return nil, ErrClosed
	}
	r := s.db.mu.relations[s.name]
	if r == nil || !r.Stream {
		return nil, fmt.Errorf("stream %s: %w", s.name, plan.ErrNotFound)
	}
	return r, nil
}

// Put appends records to a stored stream and returns when all of them are
// durable, with a receipt for each. Data is borrowed until then. On an error the
// receipts are those of the records that are durable for certain.
func (s *Stream) Put(ctx context.Context, records ...Record) ([]Receipt, error) {
	r, err := s.find()
	if err != nil {
		return nil, err
	}
	if r.Connector != plan.StoredStream || r.ReadOnly {
		return nil, fmt.Errorf("stream %s takes no records: it is not a stored stream of yours; PutRows takes rows", s.name)
	}
	recs := make([]shardlog.Record, len(records))
	for i, rec := range records {
		recs[i] = shardlog.Record{PartitionKey: rec.PartitionKey, Data: rec.Data}
	}
	done, err := s.db.log.Append(ctx, logName(&r.Relation), recs, nil)
	out := make([]Receipt, len(done))
	for i, d := range done {
		out[i] = Receipt{ShardID: shardlog.ShardID(d.Shard), SequenceNumber: d.Sequence, Arrival: d.Arrival}
	}
	return out, err
}

// PutRows publishes rows in an in-application stream. rec has the declared
// columns in order and, if the rows bring their own time, a ROWTIME column behind
// them; a row whose ROWTIME is below the one before it goes to error_stream. rec
// is borrowed. PutRows blocks while readers are slow. The rows are not durable.
func (s *Stream) PutRows(ctx context.Context, rec arrow.Record) error {
	r, err := s.find()
	if err != nil {
		return err
	}
	if r.stream == nil {
		return fmt.Errorf("stream %s is not an in-application stream: Put takes records", s.name)
	}
	if err := fits(rec, r.Schema); err != nil {
		return fmt.Errorf("stream %s: %w", s.name, err)
	}
	return r.stream.Push(ctx, rec)
}

// SetWatermark promises that no row below t will be put into the in-application
// stream any more: windows that end at or before t close.
func (s *Stream) SetWatermark(ctx context.Context, t types.Time) error {
	r, err := s.find()
	if err != nil {
		return err
	}
	if r.stream == nil {
		return fmt.Errorf("stream %s is not an in-application stream: its watermark is the log's", s.name)
	}
	return r.stream.SetWatermark(ctx, t)
}

// fits checks the layout of rows from outside.
func fits(rec arrow.Record, schema types.Schema) error {
	want := schema.Arrow()
	n := int(rec.NumCols())
	if n != want.NumFields() && n != want.NumFields()-1 {
		return fmt.Errorf("rows have %d columns, want %s", n, schema)
	}
	for i := range n {
		if have := rec.Column(i).DataType(); !arrow.TypeEqual(have, want.Field(i).Type) {
			return fmt.Errorf("column %s is %s, want %s", want.Field(i).Name, have, want.Field(i).Type)
		}
		if !want.Field(i).Nullable && rec.Column(i).NullN() > 0 {
			return fmt.Errorf("column %s is NOT NULL and has a NULL", want.Field(i).Name)
		}
	}
	return nil
}
