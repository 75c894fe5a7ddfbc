package stream

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/storage/shardlog"
)

// TestSinkWritesWhileCheckpoint: rows come between Prepare and Commit, as they do while
// a checkpoint is stored. A sink that goes on from it knows them again.
func TestSinkWritesWhileCheckpoint(t *testing.T) {
	l := newTestLog(t)
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	ctx := context.Background()
	open := func() *Sink {
		s, err := NewSink(SinkConfig{Log: l.log, Stream: "s", Schema: testSchema, Incarnation: [16]byte{1}})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	write := func(s *Sink, a int64) {
		b := array.NewRecordBuilder(mem, testSchema.Arrow())
		defer b.Release()
		b.Field(0).(*array.Int64Builder).Append(a)
		b.Field(1).(*array.StringBuilder).Append("x")
		b.Field(2).(*array.TimestampBuilder).AppendNull()
		rec := b.NewRecord()
		defer rec.Release()
		if err := s.Write(ctx, flow.Batch{Rec: rec}); err != nil {
			t.Fatal(err)
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
	wantRows(t, l, 3)
	s = open() // the process has died
	if err := s.Commit(ctx, 1, token); err != nil {
		t.Fatal(err)
	}
	for a := range int64(3) {
		write(s, 2+a)
	}
	wantRows(t, l, 4)
}

// wantRows is that the log holds rows 1 to n.
func wantRows(t *testing.T, l *testLog, n int) {
	t.Helper()
	r, err := l.log.Reader("s", 0, shardlog.Oldest())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var got, want strings.Builder
	for b, err := r.TryNext(); err == nil; b, err = r.TryNext() {
		for i := range b.Len() {
			fmt.Fprintf(&got, "%s ", b.Data(i))
		}
	}
	for a := range n {
		fmt.Fprintf(&want, `{"A":%d,"B":"x"} `, a+1)
	}
	if got.String() != want.String() {
		t.Errorf("the log holds %s, want %s", &got, &want)
	}
}
