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

	block  *shardlog.Block
	next   int // record of block
	offset flow.Offset
	rows   []rowOf // of the page under construction
	rec    arrow.Record
}

// place is where a column of a page comes from: the decoder's columns or the
// record's metadata.
type place struct {
	decoded int // index among the decoder's columns, -1 = metadata
	meta    string
}

// rowOf is the record a row came from.
type rowOf struct{ record, rows int }

// layout sorts the scan's columns into decoded ones and metadata and returns the
// former, as indexes of the stream's schema.
func (r *reader) layout(columns []int) ([]int, error) {
	s := r.source.Schema
	r.schema = s.Select(columns).Arrow()
	var declared []int
	for _, c := range columns {
		if f := s.Fields[c]; f.Hidden {
			r.places = append(r.places, place{decoded: -1, meta: f.Name})
			continue
		}
		r.places = append(r.places, place{decoded: len(declared)})
		declared = append(declared, c)
	}
	return declared, nil
}

// Read returns the next rows of the current block, or waits for a block.
func (r *reader) Read(ctx context.Context, maxRows int) (flow.Page, error) {
	r.release()
	if r.block == nil || r.next == r.block.Len() {
		more, err := r.fetch(ctx)
		if err != nil {
			return flow.Page{}, err
		}
		if !more {
			return flow.Page{Next: r.offset, Horizon: r.horizon()}, nil
		}
	}
	bad, err := r.decode(maxRows)
	if err != nil {
		return flow.Page{}, err
	}
	p := flow.Page{Bad: bad, Horizon: r.horizon()}
	r.offset = flow.Offset(strconv.FormatUint(r.block.Sequence(r.next-1), 10))
	p.Next = r.offset
	if r.decoder.Rows() > 0 || len(r.rows) > 0 {
		r.rec = r.record()
		p.Rows = flow.Batch{Rec: r.rec}
	}
	return p, nil
}

// fetch moves to the next block. false without an error: there is none yet. At
// the end of an ended stream it returns io.EOF.
func (r *reader) fetch(ctx context.Context) (bool, error) {
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
	if err != nil || block == nil {
		return false, err
	}
	r.block, r.next = block, 0
	return true, nil
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
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		return nil, nil
	}
	return block, err
}

// decode appends records of the block until maxRows rows are there.
func (r *reader) decode(maxRows int) ([]flow.Rejected, error) {
	var bad []flow.Rejected
	r.rows = r.rows[:0]
	total := 0
	for r.next < r.block.Len() && total < maxRows && len(bad) < maxRows {
		n, err := r.decoder.Append(r.block.Data(r.next))
		if errors.Is(err, format.ErrFull) && total > 0 {
			break
		}
		var b *format.Bad
		switch {
		case errors.As(err, &b):
			bad = append(bad, r.reject(b))
		case err != nil:
			return nil, fmt.Errorf("stream %s: shard %s: record %d: %w", r.source.Stream, r.id, r.block.Sequence(r.next), err)
		case n > 0:
			r.rows = append(r.rows, rowOf{r.next, n})
			total += n
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
	if r.block != nil && r.next < r.block.Len() {
		return r.block.Arrival(r.next).Millis()
	}
	return r.log.Horizon().Millis()
}

// record puts decoded columns and metadata together in the scan's order.
func (r *reader) record() arrow.Record {
	decoded := r.decoder.Finish()
	total := 0
	for _, row := range r.rows {
		total += row.rows
	}
	columns := make([]arrow.Array, len(r.places))
	for i, p := range r.places {
		if p.decoded >= 0 {
			columns[i] = decoded[p.decoded]
		} else {
			columns[i] = r.metadata(p.meta, total)
		}
	}
	rec := array.NewRecord(r.schema, columns, int64(total))
	for _, c := range columns {
		c.Release()
	}
	return rec
}

// metadata is one pseudo-column, one value per row of the page.
func (r *reader) metadata(name string, total int) arrow.Array {
	if name == types.RowTimeName || name == "APPROXIMATE_ARRIVAL_TIME" {
		b := array.NewTimestampBuilder(r.source.Mem, types.Of(types.Timestamp).Arrow().(*arrow.TimestampType))
		defer b.Release()
		b.Reserve(total)
		for _, row := range r.rows {
			t := arrow.Timestamp(r.block.Arrival(row.record).Millis())
			for range row.rows {
				b.UnsafeAppend(t)
			}
		}
		return b.NewArray()
	}
	b := array.NewStringBuilder(r.source.Mem)
	defer b.Release()
	for _, row := range r.rows {
		var v string
		switch name {
		case "SHARD_ID":
			v = string(r.id)
		case "SEQUENCE_NUMBER":
			v = strconv.FormatUint(r.block.Sequence(row.record), 10)
		case "PARTITION_KEY":
			key, _ := r.block.Record(row.record)
			v = string(key)
		}
		for range row.rows {
			b.Append(v)
		}
	}
	return b.NewArray()
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
	r.decoder.Close()
	return nil
}
