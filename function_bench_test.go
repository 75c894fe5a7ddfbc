package millrace

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/agg"
	"github.com/millrace-sql/millrace/exec/op"
)

const benchFunctionRows = 4096

// benchFunctionColumns is a group, a number, a whole number and a text for each row.
func benchFunctionColumns() (groups, rows []uint32, columns map[string]arrow.Array) {
	rng := rand.New(rand.NewPCG(1, 2))
	f, i, s := array.NewFloat64Builder(memory.DefaultAllocator), array.NewInt32Builder(memory.DefaultAllocator), array.NewStringBuilder(memory.DefaultAllocator)
	for row := range benchFunctionRows {
		groups, rows = append(groups, uint32(rng.IntN(1000))), append(rows, uint32(row))
		f.Append(1 + rng.Float64())
		i.Append(int32(rng.IntN(1000)))
		s.Append(fmt.Sprintf("GET /item/%d HTTP/1.1", rng.IntN(1_000_000)))
	}
	return groups, rows, map[string]arrow.Array{"double": f.NewArray(), "integer": i.NewArray(), "text": s.NewArray()}
}

func reportPerRow(b *testing.B, rows int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(rows), "ns/row")
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds()/1e6, "Mrows/s")
}

// BenchmarkGoAggregate adds rows to 1000 groups; MEDIAN begins anew each hundred batches.
func BenchmarkGoAggregate(b *testing.B) {
	groups, rows, columns := benchFunctionColumns()
	tuple, err := array.NewStructArray([]arrow.Array{columns["integer"], columns["text"]}, []string{"a", "b"})
	if err != nil {
		b.Fatal(err)
	}
	columns["tuple"] = tuple
	for _, c := range []struct {
		name, column string
		of           Function
	}{
		{"double", "double", Aggregate1("F", func(s *float64, v float64) { *s += v }, func(into, from *float64) { *into += *from }, func(s *float64) (float64, error) { return *s, nil })},
		{"text", "text", scriptFunctions[1]}, {"slice", "integer", scriptFunctions[2]}, {"two", "tuple", scriptFunctions[6]},
	} {
		b.Run(c.name, func(b *testing.B) {
			f := c.of.kernel.(agg.NewUser)()
			done := 0
			b.ReportAllocs()
			for b.Loop() {
				if done%100 == 0 {
					f.Reset()
				}
				f.Update(1000, groups, rows, columns[c.column])
				done++
			}
			reportPerRow(b, done*benchFunctionRows)
		})
	}
}

// BenchmarkGoStates writes and reads the states of 1000 groups: per group.
func BenchmarkGoStates(b *testing.B) {
	groups, rows, columns := benchFunctionColumns()
	for _, c := range []struct {
		name, column string
		of           Function
	}{{"gob", "double", scriptFunctions[0]}, {"gob_slice", "integer", scriptFunctions[2]}, {"own", "text", scriptFunctions[3]}} {
		b.Run(c.name, func(b *testing.B) {
			from, to := c.of.kernel.(agg.NewUser)(), c.of.kernel.(agg.NewUser)()
			from.Update(1000, groups, rows, columns[c.column])
			done := 0
			for b.Loop() {
				state := from.State(1000, memory.DefaultAllocator)
				to.Reset()
				to.Merge(1000, rows[:1000], state)
				state[0].Release()
				done++
			}
			if err := to.Err(); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(done*1000), "ns/state")
		})
	}
}

// BenchmarkGoTableFunction is rows in: one row out of each with a number, and six with a
// text each.
func BenchmarkGoTableFunction(b *testing.B) {
	_, rows, columns := benchFunctionColumns()
	type number struct{ V float64 }
	same := TableFunc("SAME", func(in number, emit func(number)) error {
		emit(number{in.V * 2})
		return nil
	})
	type text struct{ S []byte }
	fields := TableFunc("FIELDS", func(in text, emit func(text)) error {
		start := 0
		for i, c := range in.S {
			if c == ' ' || c == '/' {
				emit(text{in.S[start:i]})
				start = i + 1
			}
		}
		emit(text{in.S[start:]})
		return nil
	})
	// The same bytes: FIELDS takes VARBINARY, so that only the engine's own work is measured.
	binary := array.NewBinaryBuilder(memory.DefaultAllocator, arrow.BinaryTypes.Binary)
	for i := range columns["text"].Len() {
		binary.Append([]byte(columns["text"].ValueStr(i)))
	}
	columns["binary"] = binary.NewArray()
	for _, c := range []struct {
		name, column string
		of           Function
	}{{"one_number", "double", same}, {"six_texts", "binary", fields}} {
		b.Run(c.name, func(b *testing.B) {
			k := c.of.kernel.(op.NewTableKernel)()
			done, made := 0, 0
			b.ReportAllocs()
			for b.Loop() {
				k.Load([]arrow.Array{columns[c.column]}, rows)
				for _, row := range rows {
					n, err := k.Call(row)
					if err != nil {
						b.Fatal(err)
					}
					made += n
				}
				for _, col := range k.Columns(memory.DefaultAllocator) {
					col.Release()
				}
				done++
			}
			reportPerRow(b, done*benchFunctionRows)
			b.ReportMetric(float64(made)/float64(done*benchFunctionRows), "rows/row")
		})
	}
}
