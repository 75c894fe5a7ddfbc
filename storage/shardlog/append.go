package shardlog

import (
	"context"
	"fmt"

	"github.com/millrace-sql/millrace/sql/types"
)

// Record is what a producer appends.
type Record struct {
	PartitionKey string
	Data         []byte
}

// Receipt says where a record is and when it arrived.
type Receipt struct {
	Shard    int
	Sequence uint64
	Arrival  types.Time
}

// Lane numbers the output rows of one task of one pump, so that rows written again after a crash can be recognised. The
// incarnation is minted when the pump is created; FirstOrdinal is the number, from 0, of the first record of the append
// among all records of the lane. A lane goes on where it ended: see Log.LastOrdinal.
type Lane struct {
	Incarnation  [16]byte
	ID           uint32
	FirstOrdinal uint64
}

// request is one waiting Append. The committer owns it from take to settle, the queue before and after.
type request struct {
	ctx      context.Context
	stream   *stream
	records  []Record
	shards   []uint32 // shard of each record; nil when the stream has one
	lane     *lane    // nil without a lane
	ordinal  uint64   // of the first record, when there is a lane
	receipts []Receipt
	busy     bool // in the round that is being committed
	finished bool
	err      error
	done     chan struct{}
}

// Append adds the records to the stream, in order per shard, and returns one receipt per record once all of them are
// durable. It blocks for that: for a group commit, and for room on the disk (see Paused). The records are borrowed until it returns. An
// append of up to some megabytes is atomic; of a larger one a prefix may be stored when it fails. On an error the
// receipts returned, possibly none, are those of the records that are durable for certain.
//
// When ctx ends, records that no commit has begun with are withdrawn; a commit under way is waited for. With a lane, the
// records become the lane's next ordinals, atomically with being stored; a block never mixes lanes. Errors: ErrNoStream,
// ErrClosed, ErrTooLarge, ErrLane, ctx.Err(), and the database's, after which the log refuses further appends until it is
// opened again, because what the failed write left behind is known only then.
func (l *Log) Append(ctx context.Context, stream string, recs []Record, lane *Lane) ([]Receipt, error) {
	if err := ctx.Err(); err != nil {
		return nil, streamError(stream, err)
	}
	st, err := l.stream(stream)
	if err != nil {
		return nil, err
	}
	if len(recs) == 0 {
		return nil, nil
	}
	for i := range recs {
		if len(recs[i].Data) > MaxRecordBytes || len(recs[i].PartitionKey) > MaxKeyBytes {
			return nil, streamError(stream, fmt.Errorf("record %d of the append, key of %d and data of %d bytes: %w",
				i, len(recs[i].PartitionKey), len(recs[i].Data), ErrTooLarge))
		}
	}
	r := &request{ctx: ctx, stream: st, records: recs, shards: st.route(recs), done: make(chan struct{}),
		receipts: make([]Receipt, 0, len(recs))}
	if lane != nil {
		if r.lane, err = l.lane(st, laneID{lane.Incarnation, lane.ID}); err != nil {
			return nil, err
		}
		r.ordinal = lane.FirstOrdinal
	}
	if err := l.enqueue(r); err != nil {
		return nil, streamError(stream, err)
	}
	select {
	case <-r.done:
	case <-ctx.Done():
		l.withdraw(r)
		<-r.done
	}
	if r.err != nil {
		return r.receipts, streamError(stream, r.err)
	}
	return r.receipts, nil
}

func (l *Log) enqueue(r *request) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return ErrClosed
	}
	if l.failed != nil {
		return l.failed
	}
	l.queue = append(l.queue, r)
	l.signal()
	return nil
}

// withdraw takes a request out of the queue, unless the committer is busy with it: then settle looks at its context.
func (l *Log) withdraw(r *request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.busy || r.finished {
		return
	}
	for i, q := range l.queue {
		if q == r {
			l.queue = append(l.queue[:i], l.queue[i+1:]...)
			break
		}
	}
	r.finish(r.ctx.Err())
}

// finish is called once, with the log's lock held.
func (r *request) finish(err error) {
	r.err, r.finished = err, true
	close(r.done)
}
