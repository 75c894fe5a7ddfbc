package bench

import (
	"context"
	"encoding/binary"
	"io"
	"sync/atomic"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// keyed is a source of rows (K VARCHAR, V DOUBLE) that are columns already, so that
// what stands behind it is the whole cost: keys in an order like chance, rowtimes
// that go on by a step with each batch. It notes the longest pause between two
// reads, which is how long processing has stood still.
type keyed struct {
	keys int64
	step types.Time // between batches
	mem  memory.Allocator

	rows  atomic.Int64
	pause atomic.Int64 // nanoseconds, since the last reset
	limit atomic.Int64 // rows after which the shard is quiet; 0 = none
}

func (k *keyed) connector() millrace.Connector {
	return millrace.Connector{Source: func(_ context.Context, _ *plan.Relation, env millrace.ConnectorEnv) (flow.Source, error) {
		k.mem = env.Mem
		return k, nil
	}}
}

func (k *keyed) Shards(context.Context) ([]flow.Shard, error) { return []flow.Shard{{ID: "0"}}, nil }

func (k *keyed) Open(_ context.Context, _ flow.ShardID, from flow.Offset, s flow.Scan) (flow.Reader, error) {
	r := &keyedReader{k: k, columns: s.Columns}
	if from != "" {
		r.row = int64(binary.LittleEndian.Uint64([]byte(from)))
	}
	return r, nil
}

type keyedReader struct {
	k       *keyed
	columns []int
	row     int64
	last    time.Time
	rec     arrow.Record
}

func (r *keyedReader) Read(ctx context.Context, maxRows int) (flow.Page, error) {
	k := r.k
	if now := time.Now(); !r.last.IsZero() {
		if d := int64(now.Sub(r.last)); d > k.pause.Load() {
			k.pause.Store(d)
		}
	}
	r.release()
	for limit := k.limit.Load(); limit > 0 && r.row >= limit; limit = k.limit.Load() {
		select {
		case <-ctx.Done():
			return flow.Page{}, ctx.Err()
		case <-time.After(time.Millisecond):
		}
		if k.limit.Load() < 0 {
			return flow.Page{}, io.EOF
		}
	}
	at := types.Time(r.row/int64(maxRows)) * k.step
	r.rec = k.record(r.columns, r.row, maxRows, at)
	r.row += int64(maxRows)
	k.rows.Store(r.row)
	r.last = time.Now()
	return flow.Page{
		Rows: flow.Batch{Rec: r.rec}, Horizon: at,
		Next: flow.Offset(binary.LittleEndian.AppendUint64(nil, uint64(r.row))),
	}, nil
}

const keyLen = 16

// record makes n rows from row first on: the scan's columns of K, V, ROWTIME.
func (k *keyed) record(columns []int, first int64, n int, at types.Time) arrow.Record {
	schema := keyedSchema().Select(columns)
	arrays := make([]arrow.Array, len(columns))
	for i, c := range columns {
		switch c {
		case 0:
			arrays[i] = k.names(first, n)
		case 1:
			b := array.NewFloat64Builder(k.mem)
			b.Reserve(n)
			for row := range n {
				b.UnsafeAppend(float64((first + int64(row)) % 1000))
			}
			arrays[i] = b.NewArray()
			b.Release()
		default:
			b := array.NewTimestampBuilder(k.mem, types.Of(types.Timestamp).Arrow().(*arrow.TimestampType))
			b.Reserve(n)
			for range n {
				b.UnsafeAppend(arrow.Timestamp(at))
			}
			arrays[i] = b.NewArray()
			b.Release()
		}
	}
	rec := array.NewRecord(schema.Arrow(), arrays, int64(n))
	for _, a := range arrays {
		a.Release()
	}
	return rec
}

func (k *keyed) names(first int64, n int) arrow.Array {
	offsets, data := memory.NewResizableBuffer(k.mem), memory.NewResizableBuffer(k.mem)
	defer offsets.Release()
	defer data.Release()
	offsets.Resize((n + 1) * 4)
	data.Resize(n * keyLen)
	out, text := arrow.Int32Traits.CastFromBytes(offsets.Bytes()), data.Bytes()
	for i := range n {
		out[i] = int32(i * keyLen)
		// A multiplication by an odd number goes through all keys before it repeats one.
		key := uint64(first+int64(i)) * 0x9E3779B1 % uint64(k.keys)
		at := text[i*keyLen : (i+1)*keyLen]
		copy(at, "key-000000000000")
		for p := keyLen - 1; key > 0; p-- {
			at[p] = '0' + byte(key%10)
			key /= 10
		}
	}
	out[n] = int32(n * keyLen)
	d := array.NewData(arrow.BinaryTypes.String, n, []*memory.Buffer{nil, offsets, data}, nil, 0, 0)
	defer d.Release()
	return array.NewStringData(d)
}

func keyedSchema() types.Schema {
	return types.StreamSchema(types.Field{Name: "K", Type: types.VarcharOf(keyLen)}, types.Field{Name: "V", Type: types.Of(types.Double)})
}

func (r *keyedReader) release() {
	if r.rec != nil {
		r.rec.Release()
		r.rec = nil
	}
}

func (r *keyedReader) Close() error {
	r.release()
	return nil
}
