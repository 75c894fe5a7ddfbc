package millrace

import (
	"errors"
	"math"
	"time"

	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/shardlog"
)

// tailShard is one shard of a Tail and the block it is in.
type tailShard struct {
	id     string
	number int
	reader *shardlog.Reader
	follow bool
	until  uint64 // without follow: the sequence number to end at, not read itself

	block *shardlog.Block // nil = none under way
	next  int             // record of block
	key   string          // of the last record taken, kept where the next has the same
}

// fill gets a block if the shard has more to read, without waiting.
func (s *tailShard) fill() error {
	if s.block != nil && s.next < s.block.Len() {
		return nil
	}
	s.block, s.next = nil, 0
	if !s.follow && s.reader.NextSequence() >= s.until {
		return nil
	}
	block, err := s.reader.TryNext()
	if errors.Is(err, shardlog.ErrNoMore) {
		return nil
	}
	if err != nil {
		return err
	}
	if !s.follow && block.FirstSequence() >= s.until {
		return nil // all records before the end are older than what was asked for
	}
	s.block = block
	return nil
}

// rank is where a record stands in the order of the log, its sequence number aside.
type rank struct {
	arrival types.Time
	shard   int
}

func (p rank) before(o rank) bool {
	return p.arrival < o.arrival || p.arrival == o.arrival && p.shard < o.shard
}

// rank is that of the record that waits, or the one below which the shard will
// never have a record.
func (s *tailShard) rank() (p rank, record bool) {
	switch {
	case s.block != nil && s.next < s.block.Len():
		return rank{s.block.Arrival(s.next), s.number}, true
	case !s.follow:
		return rank{types.MaxTime, s.number}, false
	}
	return rank{s.reader.Horizon(), s.number}, false
}

// take hands out the record that waits.
func (s *tailShard) take() StoredRecord {
	key, data := s.block.Record(s.next)
	if s.key != string(key) {
		s.key = string(key)
	}
	rec := StoredRecord{
		ShardID: s.id, SequenceNumber: s.block.Sequence(s.next), Arrival: s.block.Arrival(s.next), PartitionKey: s.key, Data: data,
	}
	s.next++
	if !s.follow && rec.SequenceNumber+1 >= s.until {
		s.next = s.block.Len() // the block goes on behind the end
	}
	return rec
}

// pick is the shard with the record that comes next; nil while there is none, or
// while a shard without one may still get one that belongs before it.
func (t *Tail) pick() (*tailShard, error) {
	// Nothing of another shard comes before limit: as long as this one stays below,
	// nobody else is asked.
	if t.Buffered() {
		return t.current, nil
	}
	t.current, t.limit = nil, rank{types.MaxTime, math.MaxInt}
	least, certain := t.limit, false
	for _, s := range t.shards {
		if err := s.fill(); err != nil {
			return nil, tailError(t.name, err)
		}
		p, record := s.rank()
		if p.before(least) {
			t.current, t.limit, least, certain = s, least, p, record
		} else if p.before(t.limit) {
			t.limit = p
		}
	}
	if !certain {
		t.current = nil
	}
	return t.current, nil
}

// wait passes the time until it is worth looking again: one shard tells by itself.
func (t *Tail) wait(pause time.Duration) error {
	if len(t.shards) == 1 {
		s := t.shards[0]
		block, err := s.reader.Next(t.ctx)
		switch {
		case t.ctx.Err() != nil:
			return t.ctx.Err()
		case err != nil:
			return tailError(t.name, err)
		}
		s.block, s.next = block, 0
		return nil
	}
	select {
	case <-time.After(pause):
		return nil
	case <-t.ctx.Done():
		return t.ctx.Err()
	}
}
