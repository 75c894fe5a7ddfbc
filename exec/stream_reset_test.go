package exec

import (
	"context"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// TestResetForgets: what a failed writer had sent and the stream had not taken is
// not part of the state that the stream goes back to.
func TestResetForgets(t *testing.T) {
	for range 50 {
		mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
		s := NewStream(StreamConfig{
			Name: "S", Key: "stream/S", Mem: mem, Now: func() types.Time { return 0 },
			Schema: types.StreamSchema(types.Field{Name: "N", Type: types.Of(types.Integer)}),
		})
		in := s.attach("failed").input
		s.attach("slower") // holds the rows back
		to := edge{in: s.in, input: in}
		b := array.NewRecordBuilder(mem, s.Schema.Arrow())
		b.Field(0).(*array.Int32Builder).Append(1)
		b.Field(1).(*array.TimestampBuilder).Append(1)
		rec := b.NewRecord()
		b.Release()
		for range 8 {
			if err := to.push(context.Background(), flow.Batch{Rec: rec}); err != nil {
				t.Fatal(err)
			}
		}
		rec.Release()
		s.markDirty()
		s.reset(newMemoryStore())
		for _, idle := s.in.idle(); !idle; _, idle = s.in.idle() {
			continue
		}
		s.mu.Lock()
		if waiting, _ := s.mu.merge.Held(); waiting != 0 || len(s.mu.inputs) != 1 {
			t.Errorf("%d rows of %d writers wait in a stream that was reset", waiting, len(s.mu.inputs))
		}
		s.mu.Unlock()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		mem.AssertSize(t, 0)
	}
}
