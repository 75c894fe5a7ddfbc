package millrace

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"time"

	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/shardlog"
)

// StoredRecord is a record as the log keeps it: its bytes as they were put,
// where it is and when it arrived.
type StoredRecord struct {
	ShardID        string
	SequenceNumber uint64
	Arrival        types.Time
	PartitionKey   string
	Data           []byte
}

// TailOptions say which records of a stored stream are read. nil and the zero
// value are all shards from their oldest records.
type TailOptions struct {
	// Since skips the records that arrived before it; 0 skips none.
	Since types.Time
	// Latest begins behind the newest record there is.
	Latest bool
	// After begins, in the shards that it names by id, behind these sequence
	// numbers, whatever Since and Latest say: with the last record read of each
	// shard a reading goes on where another ended.
	After map[string]uint64
	// Shards are the ids of the shards to read; nil is all.
	Shards []string
}

// Tail is the records of a stored stream in the order of the log: by arrival,
// then shard, then sequence number. It belongs to one goroutine, has none of its
// own, and keeps one block of records per shard in memory. Close it.
type Tail struct {
	ctx    context.Context
	name   string
	follow bool
	shards []*tailShard // by number
	err    error        // after which nothing comes

	current *tailShard // where the last record came from
	limit   rank       // below which no other shard has a record
}

// Tail reads the stored records of a stream and then follows it. A record comes
// when no shard can get one any more that belongs before it: at once as a rule,
// at the latest a tenth of a second after the clock has passed its arrival. An end
// of ctx ends the reading with its error.
//
// Errors: of an unknown stream or shard, of a sequence number beyond the end of its
// shard, and of an in-application stream, which keeps no records.
func (s *Stream) Tail(ctx context.Context, o *TailOptions) (*Tail, error) {
	return s.read(ctx, o, true)
}

// Get is Tail that ends with the records that are there now.
func (s *Stream) Get(ctx context.Context, o *TailOptions) (*Tail, error) {
	return s.read(ctx, o, false)
}

func (s *Stream) read(ctx context.Context, o *TailOptions, follow bool) (*Tail, error) {
	r, err := s.find()
	if err != nil {
		return nil, err
	}
	switch r.Connector {
	case plan.StoredStream:
	case plan.InApplication:
		return nil, fmt.Errorf("stream %s is an in-application stream, which keeps no records: SELECT STREAM reads its rows", s.name)
	default:
		return nil, fmt.Errorf("stream %s keeps no records, its connector is %s: SELECT STREAM reads its rows", s.name, r.Connector)
	}
	if o == nil {
		o = &TailOptions{}
	}
	// The ends of all shards are of one moment.
	info, err := s.db.log.Describe(logName(&r.Relation))
	if err != nil {
		return nil, tailError(s.name, err)
	}
	if err := o.check(s.name, info); err != nil {
		return nil, err
	}
	t := &Tail{ctx: ctx, name: s.name, follow: follow}
	for n, sh := range info.Shards {
		if o.Shards != nil && !slices.Contains(o.Shards, sh.ID) {
			continue
		}
		reader, err := s.db.log.Reader(info.Name, n, o.position(sh))
		if err != nil {
			t.Close()
			return nil, tailError(s.name, err)
		}
		t.shards = append(t.shards, &tailShard{id: sh.ID, number: n, reader: reader, until: sh.Next, follow: follow})
	}
	return t, nil
}

// check refuses ids that are not those of a shard.
func (o *TailOptions) check(name string, info shardlog.StreamInfo) error {
	ids := slices.Clone(o.Shards)
	for id := range o.After {
		ids = append(ids, id)
	}
	for _, id := range ids {
		if !slices.ContainsFunc(info.Shards, func(s shardlog.ShardInfo) bool { return s.ID == id }) {
			last := info.Shards[len(info.Shards)-1].ID
			return fmt.Errorf("stream %s has no shard %q; it has %s to %s", name, id, info.Shards[0].ID, last)
		}
	}
	return nil
}

func (o *TailOptions) position(sh shardlog.ShardInfo) shardlog.Position {
	seq, named := o.After[sh.ID]
	switch {
	case named:
		return shardlog.After(seq)
	case o.Latest:
		// Not shardlog.Latest: what arrives while the readers are made is read too.
		return shardlog.After(sh.Next - 1)
	case o.Since != 0:
		return shardlog.At(o.Since)
	}
	return shardlog.Oldest()
}

// Next returns the next record; Data is valid until the next call of Next or
// Close. A Tail blocks until there is one, a Get returns io.EOF at its end.
// Errors: of the ctx that the reading began with, ErrClosed when the DB closes, of
// a stream that is dropped or damaged. After any of them Next returns it again.
func (t *Tail) Next() (StoredRecord, error) {
	const shortest, longest = time.Millisecond, 100 * time.Millisecond
	for pause := shortest; t.err == nil; pause = min(2*pause, longest) {
		if t.err = t.ctx.Err(); t.err != nil {
			break
		}
		s, err := t.pick()
		switch {
		case err != nil:
			t.err = err
		case s != nil:
			return s.take(), nil
		case !t.follow:
			t.err = io.EOF
		default:
			t.err = t.wait(pause)
		}
	}
	return StoredRecord{}, t.err
}

// All iterates over the records; an error ends the iteration. Data is valid for
// one step. Leaving the loop, early or not, closes the Tail.
func (t *Tail) All() iter.Seq2[StoredRecord, error] {
	return func(yield func(StoredRecord, error) bool) {
		defer t.Close()
		for {
			rec, err := t.Next()
			if errors.Is(err, io.EOF) || !yield(rec, err) || err != nil {
				return
			}
		}
	}
}

// Buffered tells that Next has a record at hand, from the block of the last one:
// what the caller collects need not be written out yet.
func (t *Tail) Buffered() bool {
	if t.err != nil || t.current == nil {
		return false
	}
	r, record := t.current.rank()
	return record && r.before(t.limit)
}

// Close lets go of what the reading holds in the database. It may be called
// twice, and after the DB has been closed.
func (t *Tail) Close() {
	for _, s := range t.shards {
		s.reader.Close()
	}
	if t.err == nil {
		t.err = io.EOF
	}
}

// tailError names the stream as SQL does.
func tailError(name string, err error) error {
	if errors.Is(err, shardlog.ErrClosed) {
		return ErrClosed
	}
	return fmt.Errorf("stream %s: %w", name, err)
}
