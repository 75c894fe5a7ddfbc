package shardlog

import (
	"encoding/binary"

	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/kv"
)

func (r *round) reset() {
	r.bytes = 0
	r.requests, r.settled = r.requests[:0], r.settled[:0]
	r.blocks, r.sealed, r.lanes = r.blocks[:0], r.sealed[:0], r.lanes[:0]
	r.batch.Reset()
}

// undo takes the round back: its records count as never looked at.
func (r *round) undo() {
	for i, q := range r.requests {
		q.receipts, q.busy = q.receipts[:r.settled[i]], false
	}
	r.forget()
}

// forget ends the round for the shards and lanes that took part, and lets go of what belongs to the requests.
func (r *round) forget() {
	for _, b := range r.blocks {
		b.shard.open = nil
		clear(b.records)
		if cap(b.stored) > keptBytes {
			b.stored = nil
		}
	}
	for _, ln := range r.lanes {
		ln.touched = false
	}
	clear(r.requests)
	clear(r.sealed)
	r.batch.Reset()
}

// add puts records of the request into blocks, as far as the round has room, and reports whether it has room for more.
// The receipts are filled in here and count only once the round is settled.
func (r *round) add(q *request, arrival types.Time, blockBytes int) bool {
	r.requests = append(r.requests, q)
	r.settled = append(r.settled, len(q.receipts))
	if q.lane != nil && !q.lane.touched {
		q.lane.touched, q.lane.upcoming = true, q.lane.next
		r.lanes = append(r.lanes, q.lane)
	}
	for i := len(q.receipts); i < len(q.records); i++ {
		rec := &q.records[i]
		size := len(rec.PartitionKey) + len(rec.Data)
		if r.bytes > 0 && r.bytes+size+recordOverhead+blockOverhead > r.limit {
			return false
		}
		sh := q.stream.shards[0]
		if q.shards != nil {
			sh = q.stream.shards[q.shards[i]]
		}
		b := sh.open
		if b == nil || b.lane != q.lane || b.bytes+size > blockBytes {
			b = r.start(sh, q.lane, q.ordinal+uint64(i))
		}
		b.add(rec, arrival)
		r.bytes += size + recordOverhead
		q.receipts = append(q.receipts, Receipt{Shard: sh.number, Sequence: sh.upcoming, Arrival: arrival})
		sh.upcoming++
		if q.lane != nil {
			q.lane.upcoming++
		}
	}
	return true
}

// start opens a new block in the shard; the one before it, if any, takes no further records.
func (r *round) start(sh *shard, ln *lane, ordinal uint64) *builder {
	if sh.open == nil {
		sh.upcoming = sh.next
	}
	n := len(r.blocks)
	if n < cap(r.blocks) {
		r.blocks = r.blocks[:n+1]
	} else {
		r.blocks = append(r.blocks, nil)
	}
	if r.blocks[n] == nil {
		r.blocks[n] = &builder{}
	}
	b := r.blocks[n]
	b.reset(sh, ln, ordinal, sh.upcoming)
	sh.open = b
	r.bytes += blockOverhead
	return b
}

// write seals the blocks and commits them with the ordinals of their lanes. On disk that is one commit, whatever the size:
// what fails with kv.ErrNoSpace has left nothing behind.
func (l *Log) write(r *round) error {
	for _, b := range r.blocks {
		var nextOrdinal uint64
		if b.lane != nil {
			nextOrdinal = b.lane.upcoming
		}
		r.sealed = append(r.sealed, b.seal(l.opts.Codec, nextOrdinal))
		if err := l.putBlock(&r.batch, blockKey(b.shard.stream.ID, b.shard.number, b.first), b.stored); err != nil {
			return err
		}
	}
	for _, ln := range r.lanes {
		r.batch.Put(ln.key, binary.LittleEndian.AppendUint64(nil, ln.upcoming))
	}
	return l.db.Commit(&r.batch)
}

// putBlock puts the block into the batch, in chunks when it exceeds the largest value. In memory a batch does not hold as
// much: there the further chunks are committed first, one by one. Without the first chunk nobody looks at the others, so
// the block still appears at once.
func (l *Log) putBlock(batch *kv.Batch, key, stored []byte) error {
	limit := l.db.MaxValue()
	for at, n := limit, 1; at < len(stored); at, n = at+limit, n+1 {
		chunk := stored[at:min(at+limit, len(stored))]
		if !l.db.InMemory() {
			batch.Put(chunkKey(key, n), chunk)
			continue
		}
		var b kv.Batch
		b.Put(chunkKey(key, n), chunk)
		if err := l.db.Commit(&b); err != nil {
			return err
		}
	}
	batch.Put(key, stored[:min(limit, len(stored))])
	return nil
}
