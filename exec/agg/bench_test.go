package agg

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/types"
)

const benchRows = 4096

// benchBatch is a batch of a string key and a DOUBLE.
type benchBatch struct{ key, price arrow.Array }

func benchBatches(keys, batches int) []benchBatch {
	rng := rand.New(rand.NewPCG(1, uint64(keys)))
	out := make([]benchBatch, batches)
	for i := range out {
		kb, pb := array.NewStringBuilder(memory.DefaultAllocator), array.NewFloat64Builder(memory.DefaultAllocator)
		for range benchRows {
			kb.Append(fmt.Sprintf("key-%06d", rng.IntN(keys)))
			pb.Append(100 + rng.NormFloat64())
		}
		out[i] = benchBatch{kb.NewArray(), pb.NewArray()}
	}
	return out
}

func benchSel() []uint32 {
	rows := make([]uint32, benchRows)
	for i := range rows {
		rows[i] = uint32(i)
	}
	return rows
}

func reportRows(b *testing.B, batches int) {
	b.ReportMetric(float64(batches)*benchRows/b.Elapsed().Seconds()/1e6, "Mrows/s")
}

// BenchmarkGroups is the table of keys alone.
func BenchmarkGroups(b *testing.B) {
	for _, keys := range []int{10, 10_000, 1_000_000} {
		b.Run(fmt.Sprintf("keys=%d", keys), func(b *testing.B) {
			batches, rows, ids := benchBatches(keys, 512), benchSel(), make([]uint32, benchRows)
			g := NewGroups([]arrow.DataType{arrow.BinaryTypes.String})
			done := 0
			for b.Loop() {
				if done%len(batches) == 0 {
					g.Reset()
				}
				g.Assign([]arrow.Array{batches[done%len(batches)].key}, rows, ids)
				done++
			}
			reportRows(b, done)
		})
	}
}

// BenchmarkTumble is one window after the other, 2 M rows each: COUNT, SUM, AVG,
// MIN and MAX by a string key.
func BenchmarkTumble(b *testing.B) {
	for _, keys := range []int{10, 10_000, 1_000_000} {
		b.Run(fmt.Sprintf("keys=%d", keys), func(b *testing.B) {
			batches, rows, ids := benchBatches(keys, 512), benchSel(), make([]uint32, benchRows)
			g := NewGroups([]arrow.DataType{arrow.BinaryTypes.String})
			var funcs []Func
			done := 0
			for b.Loop() {
				if done%len(batches) == 0 {
					g.Reset()
					funcs = funcs[:0]
					for _, name := range []string{"COUNT", "SUM", "AVG", "MIN", "MAX"} {
						f, err := New(name, types.Of(types.Double), types.Of(types.Double))
						if err != nil {
							b.Fatal(err)
						}
						funcs = append(funcs, f)
					}
				}
				batch := batches[done%len(batches)]
				g.Assign([]arrow.Array{batch.key}, rows, ids)
				for _, f := range funcs {
					f.Update(g.Len(), ids, rows, batch.price)
				}
				done++
			}
			reportRows(b, done)
		})
	}
}
