package stream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/millrace-sql/millrace/connectors/format"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/shardlog"
)

// patience is how long a live Read waits for records before it returns with a
// new horizon alone.
const patience = 100 * time.Millisecond

// reader decodes one shard, block by block.
type reader struct {
	source  *Source
	id      flow.ShardID
	log     *shardlog.Reader
	decoder format.Decoder
	schema  *arrow.Schema
	places  []place // of the scan's columns

	block  *shardlog.Block // nil = none under way
	next   int             // record of block
	offset flow.Offset
	last   uint64 // sequence number before next
	until  uint64 // sequence number to end at, not read itself; 0 = none
	spans  []span // of block, not yet in the metadata columns
	total  int    // rows of the page under construction
	cols   []arrow.Array
	rec    arrow.Record
}

// place is where a column of a page comes from: the decoder's columns or the
// record's metadata.
type place struct {
	decoded int // index among the decoder's columns, -1 = metadata
	meta    metadata
}

// layout sorts the scan's columns into decoded ones and metadata and returns the
// former, as indexes of the stream's schema.
func (r *reader) layout(columns []int) ([]int, error) {
	s := r.source.Schema
	r.schema = s.Select(columns).Arrow()
	var declared []int
	for _, c := range columns {
		if f := s.Fields[c]; f.Hidden {
			r.places = append(r.places, place{decoded: -1, meta: newMetadata(f.Name, r.id, r.source.Mem)})
			continue
		}
		r.places = append(r.places, place{decoded: len(declared)})
		declared = append(declared, c)
	}
	return declared, nil
}

// Read returns the next rows that are in the log, or waits for a block.
func (r *reader) Read(ctx context.Context, maxRows int) (flow.Page, error) {
	r.release()
	if r.done() {
		more, err := r.fetch(ctx)
		if err != nil {
			return flow.Page{}, err
		}
		if !more {
			return flow.Page{Next: r.offset, Horizon: r.horizon()}, nil
		}
	}
	bad, err := r.page(maxRows)
	if err != nil {
		return flow.Page{}, err
	}
	p := flow.Page{Bad: bad, Horizon: r.horizon()}
	r.offset = flow.Offset(strconv.FormatUint(r.last, 10))
	p.Next = r.offset
	if r.total > 0 {
		r.rec = r.record()
		p.Rows = flow.Batch{Rec: r.rec}
	}
	return p, nil
}

// done tells that the block, if any, has been read.
func (r *reader) done() bool { return r.block == nil || r.next >= r.end() }

// end is how many records of the block are to be read.
func (r *reader) end() int {
	n := r.block.Len()
	if first := r.block.FirstSequence(); r.until > 0 && first+uint64(n) > r.until {
		return int(r.until - min(first, r.until))
	}
	return n
}

// atEnd tells that a bounded reader has read all it is to read.
func (r *reader) atEnd() bool { return r.until > 0 && r.last+1 >= r.until }

// page decodes block after block until the page is full or the log has no more:
// what a page costs is then spread over as many rows as the caller takes. It ends
// at a block with bad records, because they lie in that block's memory.
func (r *reader) page(maxRows int) ([]flow.Rejected, error) {
	r.total = 0
	for {
		bad, err := r.decode(maxRows)
		if err != nil {
			return nil, err
		}
		r.last = r.block.Sequence(r.next - 1)
		for i := range r.places {
			if m := r.places[i].meta; m != nil {
				m.add(r.block, r.spans)
			}
		}
		if len(bad) > 0 || r.total >= maxRows || !r.done() || r.atEnd() {
			return bad, nil
		}
		// An error here is met again, and told, by the next Read.
		if r.block, err = r.log.TryNext(); err != nil {
			r.block = nil
			return nil, nil
		}
		if r.next = 0; r.done() {
			return nil, nil // it begins behind the end
		}
	}
}

// fetch moves to the next block. false without an error: there is none yet. At
// the end of an ended stream it returns io.EOF.
func (r *reader) fetch(ctx context.Context) (bool, error) {
	if r.atEnd() {
		return false, io.EOF
	}
	ended := false
	select {
	case <-r.source.Ended:
		ended = true
	default:
	}
	block, err := r.log.TryNext()
	if errors.Is(err, shardlog.ErrNoMore) && ended {
		return false, io.EOF
	}
	if errors.Is(err, shardlog.ErrNoMore) {
		block, err = r.wait(ctx)
	}
	r.block, r.next = block, 0
	if block != nil && r.done() {
		return false, io.EOF // it begins behind the end
	}
	return err == nil && block != nil, err
}

// wait gives a live shard a moment; no block and no error when it passes, or
// when the stream has ended meanwhile.
func (r *reader) wait(ctx context.Context) (*shardlog.Block, error) {
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	stop := make(chan struct{})
	defer close(stop)
	if r.source.Ended != nil {
		go func() {
			select {
			case <-r.source.Ended:
				cancel()
			case <-stop:
			}
		}()
	}
	block, err := r.log.Next(limited)
	if err != nil && limited.Err() != nil {
		return nil, ctx.Err() // that both may have ended is no reason to tell of the moment
	}
	return block, err
}

// decode appends records of the block until maxRows rows are there.
func (r *reader) decode(maxRows int) ([]flow.Rejected, error) {
	var bad []flow.Rejected
	r.spans = r.spans[:0]
	for r.next < r.end() && r.total < maxRows && len(bad) < maxRows {
		n, err := r.decoder.Append(r.block.Data(r.next))
		if err != nil {
			if errors.Is(err, format.ErrFull) && r.total > 0 {
				break
			}
			why, ok := errors.AsType[*format.Bad](err)
			if !ok {
				return nil, fmt.Errorf("stream %s: shard %s: record %d: %w", r.source.Stream, r.id, r.block.Sequence(r.next), err)
			}
			bad = append(bad, r.reject(why))
		} else if n > 0 {
			r.spans = appendSpan(r.spans, r.next, n)
			r.total += n
		}
		r.next++
	}
	return bad, nil
}

func (r *reader) reject(b *format.Bad) flow.Rejected {
	return flow.Rejected{
		Name: b.Name, Message: b.Detail(), RowTime: r.block.Arrival(r.next).Millis(), Raw: r.block.Data(r.next),
		Origin: flow.Origin{Stream: r.source.Stream, Shard: r.id, Position: strconv.FormatUint(r.block.Sequence(r.next), 10)},
	}
}

// horizon: what is still to come arrived no earlier.
func (r *reader) horizon() types.Time {
	if !r.done() {
		return r.block.Arrival(r.next).Millis()
	}
	return r.log.Horizon().Millis()
}

// record puts decoded columns and metadata together in the scan's order.
func (r *reader) record() arrow.Record {
	decoded := r.decoder.Finish()
	r.cols = r.cols[:0]
	for _, p := range r.places {
		if p.decoded >= 0 {
			r.cols = append(r.cols, decoded[p.decoded])
		} else {
			r.cols = append(r.cols, p.meta.finish())
		}
	}
	rec := array.NewRecord(r.schema, r.cols, int64(r.total))
	for _, c := range r.cols {
		c.Release()
	}
	return rec
}

func (r *reader) release() {
	if r.rec != nil {
		r.rec.Release()
		r.rec = nil
	}
}

// Close gives back the rows of the last page and what was not handed out.
func (r *reader) Close() error {
	r.release()
	r.log.Close()
	r.decoder.Close()
	for i := range r.places {
		if m := r.places[i].meta; m != nil {
			m.free()
		}
	}
	return nil
}
