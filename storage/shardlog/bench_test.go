package shardlog

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/millrace-sql/millrace/storage/kv"
)

// trades returns records of 186 bytes of JSON, nine fields, as the performance goals assume.
func trades(n int) []Record {
	out := make([]Record, n)
	for i := range out {
		data := fmt.Appendf(nil, `{"id":%010d,"ticker":"T%04d","price":%08.4f,"quantity":%06d,"side":"%s","venue":"XNYS","account":"A%06d",`+
			`"time":"2026-11-23T10:%02d:%02d.%06dZ","note":"`, i, i*7919%1000, float64(i%50000)/37, i*31%100000, []string{"BUY_", "SELL"}[i%2],
			i*104729%1000000, i/60%60, i%60, i*17%1000000)
		for len(data) < 184 {
			data = append(data, 'a'+byte(i%13))
		}
		out[i] = Record{PartitionKey: fmt.Sprintf("T%04d", i*7919%1000), Data: append(data, '"', '}')}
	}
	return out
}

const (
	benchBatch = 500 // records, as in a full PutRecords call
	// So many different records take turns that none repeats within a block, which would flatter the compression.
	benchRecords = 40 * benchBatch
)

func BenchmarkAppend(b *testing.B) {
	for _, d := range []kv.Durability{kv.Always, kv.None} {
		for _, producers := range []int{1, 16} {
			for _, shards := range []int{1, 4} {
				b.Run(fmt.Sprintf("sync=%s/producers=%d/shards=%d", d, producers, shards), func(b *testing.B) {
					benchAppend(b, d, producers, shards)
				})
			}
		}
	}
}

func benchAppend(b *testing.B, d kv.Durability, producers, shards int) {
	db, err := kv.Open(b.TempDir(), kv.Options{Durability: d})
	if err != nil {
		b.Fatal(err)
	}
	l, err := Open(db, Options{})
	if err != nil {
		b.Fatal(err)
	}
	create(b, l, "s", shards)
	recs := trades(benchRecords)
	for _, r := range recs {
		if len(r.Data) != 186 {
			b.Fatalf("a record of %d bytes", len(r.Data))
		}
	}
	b.SetBytes(186)
	b.ReportAllocs()
	b.ResetTimer()
	var wg sync.WaitGroup
	for p := range producers {
		wg.Go(func() {
			at := p * benchBatch
			for left := b.N*(p+1)/producers - b.N*p/producers; left > 0; left -= benchBatch {
				at = (at + benchBatch*17) % benchRecords
				if _, err := l.Append(context.Background(), "s", recs[at:at+min(left, benchBatch)], nil); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrec/s")
	if err := errors.Join(l.Close(), db.Close()); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkScan(b *testing.B) {
	for _, c := range []Codec{Raw, S2} {
		b.Run(fmt.Sprintf("codec=%s", c), func(b *testing.B) { benchScan(b, c) })
	}
}

// benchScan reads a log of 500,000 records again and again, from the database, one core.
func benchScan(b *testing.B, c Codec) {
	const total = 500_000
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	db, err := kv.Open(b.TempDir(), kv.Options{Durability: kv.None})
	if err != nil {
		b.Fatal(err)
	}
	l, err := Open(db, Options{Codec: c, HeadBytes: 1})
	if err != nil {
		b.Fatal(err)
	}
	create(b, l, "s", 1)
	appendAll(b, l, "s", trades(total))
	b.SetBytes(186)
	b.ReportAllocs()
	b.ResetTimer()
	sum := 0
	for left := b.N; left > 0; {
		r, err := l.Reader("s", 0, Oldest())
		if err != nil {
			b.Fatal(err)
		}
		for left > 0 {
			blk, err := r.TryNext()
			if errors.Is(err, ErrNoMore) {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			for i := range blk.Len() {
				k, d := blk.Record(i)
				sum += len(k) + int(d[len(d)-1])
			}
			left -= blk.Len()
		}
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrec/s")
	if sum == 0 {
		b.Fatal("nothing was read")
	}
	if err := errors.Join(l.Close(), db.Close()); err != nil {
		b.Fatal(err)
	}
}
