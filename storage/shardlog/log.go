package shardlog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/kv"
)

// Log is an open shard log. It is made by Open and ended by Close.
type Log struct {
	db   *kv.DB
	opts Options

	mu         sync.Mutex // guards everything below, the shards' heads and the requests' states
	streams    map[string]*stream
	nextStream uint32
	clock      clock
	queue      []*request
	tasks      []*task
	renew      bool  // the lead must be stored even if nothing is appended
	failed     error // the write error after which nothing is appended any more
	paused     error // why appends wait, see Paused
	retryAt    time.Time
	closed     bool

	wake  chan struct{} // holds a token when the committer has something to look at
	ended chan struct{} // closed when the committer has returned
}

// Open opens the log in the database, which the log borrows: it must stay open until Close. One log per database. It
// reads the newest block of every shard; a *CorruptError says that one of them is damaged, ErrVersion that a stream or a
// block was written by a newer program. It opens on a full disk too, see Paused. Open starts one goroutine.
func Open(db *kv.DB, o Options) (*Log, error) {
	o = o.withDefaults()
	l := &Log{db: db, opts: o, streams: map[string]*stream{}, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	l.clock = clock{now: o.Now, last: types.MinTime, lead: types.MaxTime}
	if err := l.load(); err != nil {
		return nil, err
	}
	go l.run()
	return l, nil
}

func (l *Log) load() error {
	if err := l.purge(); err != nil {
		return err
	}
	if err := l.loadStreams(); err != nil {
		return err
	}
	if l.db.InMemory() {
		return nil
	}
	stored, err := l.db.Get(leadKey)
	switch {
	case err == nil && len(stored) == 8:
		l.clock.last = types.Time(binary.LittleEndian.Uint64(stored))
	case err == nil:
		return fmt.Errorf("shardlog: stored time has %d bytes", len(stored))
	case !errors.Is(err, kv.ErrNotFound):
		return fmt.Errorf("shardlog: %w", err)
	}
	lead := max(l.clock.last, l.opts.Now()) + leadTime
	err = l.storeLead(lead)
	if errors.Is(err, kv.ErrNoSpace) {
		// Readers need no space; the horizon stands still until a lead is stored.
		l.clock.lead = l.clock.last
		l.pause(err)
		return nil
	}
	l.clock.lead = lead
	return err
}

func (l *Log) storeLead(t types.Time) error {
	var b kv.Batch
	b.Put(leadKey, binary.LittleEndian.AppendUint64(nil, uint64(t)))
	if err := l.db.Commit(&b); err != nil {
		return fmt.Errorf("shardlog: store time: %w", err)
	}
	return nil
}

// Close stops the log: a commit under way is finished, waiting appends and readers get ErrClosed. It returns after the
// log's goroutine has ended; a second Close does nothing. The database stays open.
func (l *Log) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		<-l.ended
		return nil
	}
	l.closed = true
	for _, st := range l.streams {
		st.wakeReaders()
	}
	l.signal()
	l.mu.Unlock()
	<-l.ended
	if l.db.InMemory() || l.failed != nil {
		return nil
	}
	// After an orderly end the next start goes on right behind the last promise, not a second later. It can do without.
	err := l.storeLead(l.clock.last)
	if errors.Is(err, kv.ErrNoSpace) {
		return nil
	}
	return err
}

// Horizon returns a time below which nothing will ever be committed to the shard, and thereby keeps later arrivals from
// falling below it. It never decreases. It does not block: when the clock has jumped, it may lag until the log has stored
// the jump, and while a commit is under way it stays at that commit's arrival. Records below it may be committed already
// and not yet read; see Reader.Horizon. Errors: ErrNoStream, ErrNoShard, ErrClosed.
func (l *Log) Horizon(stream string, shard int) (types.Time, error) {
	st, err := l.stream(stream)
	if err != nil {
		return types.MinTime, err
	}
	if _, err := st.shard(shard); err != nil {
		return types.MinTime, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.horizon(), nil
}

// horizon is called with the lock held.
func (l *Log) horizon() types.Time {
	h, renew := l.clock.horizon()
	if renew && !l.renew {
		l.renew = true
		l.signal()
	}
	return h
}

// signal makes the committer look again; it never blocks.
func (l *Log) signal() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}
