package stream

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/shardlog"
)

// sinkRun is a sink as a job drives it, and a later one as a restarted job does.
type sinkRun struct {
	t      *testing.T
	mem    memory.Allocator
	schema types.Schema
	sink   *Sink
	log    *testLog
}

func (r *sinkRun) open() {
	r.t.Helper()
	var err error
	r.sink, err = NewSink(SinkConfig{Log: r.log.log, Stream: "s", Schema: r.schema, Incarnation: [16]byte{1}})
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *sinkRun) write(numbers ...int64) {
	r.t.Helper()
	b := array.NewRecordBuilder(r.mem, r.schema.Arrow())
	defer b.Release()
	for _, n := range numbers {
		b.Field(0).(*array.Int64Builder).Append(n)
	}
	rec := b.NewRecord()
	defer rec.Release()
	if err := r.sink.Write(context.Background(), flow.Batch{Rec: rec}); err != nil {
		r.t.Fatal(err)
	}
}

// TestSinkCommitsBehind: a checkpoint is committed while the sink has already gone
// on. The rows behind it are new ones; those that a restart writes again are not.
func TestSinkCommitsBehind(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	ctx := context.Background()
	r := &sinkRun{t: t, mem: mem, log: newTestLog(t), schema: types.NewSchema(types.Field{Name: "N", Type: types.Of(types.BigInt)})}
	r.open()
	r.write(1, 2)
	token, err := r.sink.Prepare(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	r.write(3, 4)
	if err := r.sink.Commit(ctx, 1, token); err != nil {
		t.Fatal(err)
	}
	r.write(5)
	r.want(5)

	r.open() // a crash: the job goes on behind 2
	if err := r.sink.Commit(ctx, 1, token); err != nil {
		t.Fatal(err)
	}
	r.write(3)
	r.write(4, 5, 6)

	r.want(6)
}

// want reads the stream: the numbers from 1 to n.
func (r *sinkRun) want(n int) {
	r.t.Helper()
	reader, err := r.log.log.Reader("s", 0, shardlog.Oldest())
	if err != nil {
		r.t.Fatal(err)
	}
	defer reader.Close()
	var got, want []string
	for {
		b, err := reader.TryNext()
		if errors.Is(err, shardlog.ErrNoMore) {
			break
		}
		if err != nil {
			r.t.Fatal(err)
		}
		for i := range b.Len() {
			got = append(got, string(b.Data(i)))
		}
	}
	for i := range n {
		want = append(want, fmt.Sprintf(`{"N":%d}`, i+1))
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		r.t.Errorf("the stream holds %v, want %v", got, want)
	}
}
