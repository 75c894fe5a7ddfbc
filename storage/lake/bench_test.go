package lake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/types"
)

var benchSchema = types.NewSchema(
	types.Field{Name: "ID", Type: types.Of(types.BigInt)},
	types.Field{Name: "TS", Type: types.Of(types.Timestamp)},
	types.Field{Name: "KIND", Type: types.Of(types.Varchar)},
	types.Field{Name: "KEY", Type: types.Of(types.Varchar)},
	types.Field{Name: "VALUE", Type: types.Of(types.Double)},
)

const (
	benchBatch   = 4096
	benchBatches = 256 // about a million rows
)

// benchRecords is rows like those of lake-and-catalog.md §5.5.
func benchRecords() []arrow.Record {
	r := rand.New(rand.NewPCG(3, 4))
	out := make([]arrow.Record, benchBatches)
	id := 0
	for i := range out {
		rows := make([][]any, benchBatch)
		for j := range rows {
			rows[j] = []any{id, 1_600_000_000_000_000 + 1000*id + r.IntN(500), fmt.Sprintf("kind-%03d", r.IntN(200)),
				fmt.Sprintf("%016x%08x", r.Uint64(), r.Uint32()), r.NormFloat64()}
			id++
		}
		out[i] = newRecord(memory.DefaultAllocator, benchSchema, rows...)
	}
	return out
}

func benchWrite(b testing.TB, bucket Bucket, recs []arrow.Record, location string) *Table {
	ctx := context.Background()
	tab := mustOpen(b, bucket, location, Options{Schema: benchSchema})
	w := mustWriter(b, tab, testWriter)
	for _, rec := range recs {
		if err := w.Append(ctx, rec, nil); err != nil {
			b.Fatal(err)
		}
	}
	w.Finish()
	token, err := w.Prepare(ctx, 1)
	if err == nil {
		err = w.Commit(ctx, 1, token)
	}
	if err != nil {
		b.Fatal(err)
	}
	return tab
}

func reportRows(b *testing.B) {
	b.ReportMetric(float64(b.N)*benchBatch*benchBatches/b.Elapsed().Seconds()/1e6, "Mrows/s")
}

func BenchmarkWrite(b *testing.B) {
	recs := benchRecords()
	bucket := NewMem()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		benchWrite(b, bucket, recs, fmt.Sprint("t", n))
	}
	reportRows(b)
	snap, err := mustOpen(b, bucket, "t1", Options{}).Snapshot(context.Background(), 0)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(snap.Files[0].Size)/float64(snap.Files[0].Rows), "bytes/row")
}

func BenchmarkRead(b *testing.B) {
	tab := benchWrite(b, NewMem(), benchRecords(), "t")
	for name, s := range map[string]types.Schema{"5columns": benchSchema, "2columns": benchSchema.Select([]int{0, 4})} {
		b.Run(name, func(b *testing.B) {
			ctx := context.Background()
			b.ReportAllocs()
			for b.Loop() {
				sc, err := tab.Scan(ctx, ScanOptions{Schema: s})
				if err != nil {
					b.Fatal(err)
				}
				for {
					rec, err := sc.Next(ctx, benchBatch)
					if errors.Is(err, io.EOF) {
						break
					}
					if err != nil {
						b.Fatal(err)
					}
					rec.Release()
				}
				if err := sc.Close(); err != nil {
					b.Fatal(err)
				}
			}
			reportRows(b)
		})
	}
}

// One commit of a hundred partitions of two hundred rows each to disk: the time is that of syncing files and folders.
func BenchmarkCommitPartitions(b *testing.B) {
	bucket, err := OpenDir(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	var rows [][]any
	for i := range 20_000 {
		rows = append(rows, []any{i % 100, i, "TX"})
	}
	rec := newRecord(memory.DefaultAllocator, daySchema, rows...)
	n := 0
	for b.Loop() {
		n++
		tab := mustOpen(b, bucket, fmt.Sprint("t", n), Options{Schema: daySchema, PartitionedBy: []string{"day"}})
		mustCommit(b, mustWriter(b, tab, testWriter), 1, rec, nil)
	}
}

// What segments cost: a million rows in batches of a thousand to disk, one file at the end, without a checkpoint before, and
// with one every 300,000 rows, about ten a second at this speed, or every 100,000.
func BenchmarkSegments(b *testing.B) {
	var recs []arrow.Record
	for _, rec := range benchRecords() {
		for at := int64(0); at+1000 <= rec.NumRows(); at += 1000 {
			recs = append(recs, rec.NewSlice(at, at+1000))
		}
	}
	for name, every := range map[string]int{"end": len(recs), "every100k": 100, "every300k": 300} {
		b.Run(name, func(b *testing.B) {
			ctx := context.Background()
			bucket, err := OpenDir(b.TempDir())
			if err != nil {
				b.Fatal(err)
			}
			n := 0
			for b.Loop() {
				n++
				w := mustWriter(b, mustOpen(b, bucket, fmt.Sprint("t", n), Options{Schema: benchSchema}), testWriter)
				for i, rec := range recs {
					if err := w.Append(ctx, rec, nil); err != nil {
						b.Fatal(err)
					}
					if i%every == every-1 || i == len(recs)-1 {
						if i == len(recs)-1 {
							w.Finish()
						}
						token, err := w.Prepare(ctx, uint64(i))
						if err == nil {
							err = w.Commit(ctx, uint64(i), token)
						}
						if err != nil {
							b.Fatal(err)
						}
					}
				}
			}
			b.ReportMetric(float64(b.N*len(recs)*1000)/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}
