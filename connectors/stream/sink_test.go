package stream

import (
	"context"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
)

// TestSinkCommit: rows go on between a checkpoint's prepare and its commit; the
// commit does not move the lane back to where it was prepared. A sink made anew
// goes on at the checkpoint and knows the rows behind it.
func TestSinkCommit(t *testing.T) {
	l, ctx := newTestLog(t), context.Background()
	open := func() *Sink {
		s, err := NewSink(SinkConfig{Log: l.log, Stream: "s", Schema: testSchema, Incarnation: [16]byte{1}})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	write := func(s *Sink, values ...int64) {
		t.Helper()
		b := array.NewRecordBuilder(memory.DefaultAllocator, testSchema.Arrow())
		defer b.Release()
		for _, v := range values {
			b.Field(0).(*array.Int64Builder).Append(v)
			b.Field(1).AppendNull()
			b.Field(2).(*array.TimestampBuilder).Append(0)
		}
		rec := b.NewRecord()
		defer rec.Release()
		if err := s.Write(ctx, flow.Batch{Rec: rec}); err != nil {
			t.Fatal(err)
		}
	}
	holds := func(want uint64) {
		t.Helper()
		if got, err := l.log.LastOrdinal("s", [16]byte{1}, 0); err != nil || got != want {
			t.Errorf("%d rows of the lane are in the log, %v; want %d", got, err, want)
		}
	}
	s := open()
	write(s, 1)
	token, err := s.Prepare(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	write(s, 2)
	if err := s.Commit(ctx, 1, token); err != nil {
		t.Fatal(err)
	}
	write(s, 3)
	holds(3)
	s = open()
	if err := s.Commit(ctx, 1, token); err != nil {
		t.Fatal(err)
	}
	write(s, 2, 3, 4)
	holds(4)
}
