package shardlog

import (
	"context"
	"errors"
	"sort"

	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/kv"
)

// Reader reads one shard in sequence order, from any position on, and then follows its tail. It belongs to one goroutine.
// While it reads what is no longer in memory, it keeps a snapshot of the database open; who stops before the end of the
// shard calls Close.
type Reader struct {
	log   *Log
	shard *shard
	next  uint64     // sequence number to return next
	from  types.Time // records that arrived earlier are skipped
	seen  types.Time // arrival of the last record returned
	view  *Block
	dec   *decoder

	cursor *kv.Cursor // over the stored blocks
	key    []byte     // of the block to load
}

// Reader returns a reader of the shard that starts at the position. Errors: ErrNoStream, ErrNoShard, ErrPosition,
// ErrClosed, *CorruptError, ErrVersion.
func (l *Log) Reader(stream string, shard int, from Position) (*Reader, error) {
	st, err := l.stream(stream)
	if err != nil {
		return nil, err
	}
	sh, err := st.shard(shard)
	if err != nil {
		return nil, err
	}
	r := &Reader{log: l, shard: sh, from: types.MinTime, seen: types.MinTime, view: &Block{}, dec: newDecoder()}
	r.cursor = l.db.Cursor(shardPrefix(st.ID, shard))
	if from.kind == atTime {
		r.from = from.time
	}
	r.next, err = l.seek(sh, from)
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Next returns the next block, waiting for one to be committed if there is none, until ctx ends. The block is valid until
// the next call on the reader, unless retained. Nothing is allocated per record. Errors: ctx.Err(), ErrNoStream when the
// stream is dropped, ErrClosed, *CorruptError; after an error the reader stays where it was.
func (r *Reader) Next(ctx context.Context) (*Block, error) {
	for {
		b, wait, err := r.step(true)
		if !errors.Is(err, ErrNoMore) {
			return b, err
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, streamError(r.shard.stream.name, ctx.Err())
		}
	}
}

// TryNext is Next without waiting: at the end of the shard it returns ErrNoMore.
func (r *Reader) TryNext() (*Block, error) {
	b, _, err := r.step(false)
	return b, err
}

// Close lets go of what the reader holds in the database. Blocks that were not retained are no longer valid, and the
// reader must not be used any more. Closing the database closes it too.
func (r *Reader) Close() { r.cursor.Close() }

// NextSequence returns the sequence number of the record that the reader returns next.
func (r *Reader) NextSequence() uint64 { return r.next }

// Horizon returns a time below which no record that this reader has yet to return arrived, committed already or not. At
// the end of the shard it is Log.Horizon, whose promise it makes; before that, the arrival reached so far. It never
// decreases and does not block. After Close it is the last one that was true.
func (r *Reader) Horizon() types.Time {
	r.log.mu.Lock()
	defer r.log.mu.Unlock()
	if r.next >= r.shard.next && !r.log.closed && !r.shard.stream.dropped {
		r.seen = max(r.seen, r.log.horizon())
	} else if b := r.shard.inHead(r.next); b != nil {
		r.seen = max(r.seen, b.minArrival)
	}
	return max(r.seen, r.from)
}

// step returns the next block, or ErrNoMore and, if wait, a channel that is closed when it is worth trying again.
func (r *Reader) step(wait bool) (*Block, <-chan struct{}, error) {
	for {
		b, grown, err := r.fetch(wait)
		if err != nil {
			return nil, grown, err
		}
		b.skip(int(r.next - b.first))
		r.next = b.first + uint64(b.count)
		if b.maxArrival < r.from {
			continue
		}
		if b.minArrival < r.from {
			b.skip(sort.Search(b.count, func(i int) bool { return b.Arrival(i) >= r.from }))
		}
		r.seen = max(r.seen, b.maxArrival)
		return b, nil, nil
	}
}

// fetch returns the block that holds the next record, from memory or from the database.
func (r *Reader) fetch(wait bool) (*Block, <-chan struct{}, error) {
	if r.view.retained {
		r.view, r.dec = &Block{}, newDecoder()
	}
	l, sh := r.log, r.shard
	l.mu.Lock()
	var end error
	var grown chan struct{}
	switch {
	case l.closed:
		end = ErrClosed
	case sh.stream.dropped:
		end = ErrNoStream
	case r.next >= sh.next:
		end = ErrNoMore
		if wait && sh.grown == nil {
			sh.grown = make(chan struct{})
		}
		grown = sh.grown
	}
	head := sh.inHead(r.next)
	l.mu.Unlock()
	if end != nil || head != nil {
		r.cursor.Close() // the database is not needed until the reader falls behind
	}
	if end == ErrNoMore {
		return nil, grown, ErrNoMore // as it is: it is no failure and must cost nothing
	}
	if end != nil {
		return nil, nil, streamError(sh.stream.name, end)
	}
	if head != nil {
		*r.view = *head
		return r.view, nil, nil
	}
	err := r.load()
	if err != nil {
		r.cursor.Close() // another try looks at the database as it is then
	}
	return r.view, nil, err
}

// load decodes the stored block that holds the next record into the reader's view.
func (r *Reader) load() error {
	l, sh := r.log, r.shard
	r.key = appendBlockKey(r.key[:0], sh.stream.ID, sh.number, r.next)
	err := l.decodeStored(r.cursor, sh, r.key, r.dec, r.view)
	if errors.Is(err, kv.ErrNotFound) {
		// The reader starts inside a block.
		var key []byte
		if key, err = l.findBlock(sh, r.next); err == nil {
			err = l.decodeStored(r.cursor, sh, key, r.dec, r.view)
		}
	}
	if errors.Is(err, kv.ErrNotFound) || err == nil && r.next-r.view.first >= uint64(r.view.count) {
		return &CorruptError{Stream: sh.stream.name, Shard: sh.number, Sequence: r.next, Reason: "no block holds this record"}
	}
	return err
}
