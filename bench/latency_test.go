package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/millrace-sql/millrace"
)

const (
	latencyRate      = 50_000 // records a second
	latencyBatch     = 100    // records of one Put
	latencyProducers = 8
	latencySeconds   = 3
)

// BenchmarkLatency is the time from a record's Put to its row in a durable stored
// stream behind a per-row query, at 50,000 records/s from 8 producers, beside what one
// fdatasync of 4 KiB costs on the same disk in the same run: a row is synced twice on
// its way, as a record and as a result.
func BenchmarkLatency(b *testing.B) {
	for b.Loop() {
		dir := b.TempDir()
		syncs := syncTimes(b, dir, 300)
		times := latencies(b, filepath.Join(dir, "data"))
		syncs = append(syncs, syncTimes(b, dir, 300)...)
		b.ReportMetric(percentile(times, 50), "p50-ms")
		b.ReportMetric(percentile(times, 99), "p99-ms")
		b.ReportMetric(percentile(syncs, 50), "fdatasync-p50-ms")
		b.ReportMetric(percentile(syncs, 99), "fdatasync-p99-ms")
		b.ReportMetric(float64(len(times))/latencySeconds, "records/s")
	}
}

func percentile(d []time.Duration, p int) float64 {
	slices.Sort(d)
	return float64(d[min(len(d)-1, len(d)*p/100)]) / 1e6
}

func syncTimes(b *testing.B, dir string, n int) []time.Duration {
	b.Helper()
	f, err := os.Create(filepath.Join(dir, "sync"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	out := make([]time.Duration, 0, n)
	block := make([]byte, 4096)
	for range n {
		began := time.Now()
		if _, err := f.Write(block); err != nil {
			b.Fatal(err)
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			b.Fatal(err)
		}
		out = append(out, time.Since(began))
	}
	return out
}

func latencies(b *testing.B, dir string) []time.Duration {
	b.Helper()
	db, err := millrace.Open(dir, nil)
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	err = db.Exec(ctx, `
		CREATE STREAM src (sent BIGINT, n INTEGER) WITH ('connector'='stream');
		CREATE STREAM dst (sent BIGINT, twice INTEGER) WITH ('connector'='stream');
		CREATE PUMP p AS INSERT INTO dst SELECT STREAM sent, n * 2 FROM src WHERE n >= 0;`)
	if err != nil {
		b.Fatal(err)
	}
	tail, err := db.Stream("DST").Tail(ctx, nil)
	if err != nil {
		b.Fatal(err)
	}
	const total = latencyRate * latencySeconds / (latencyBatch * latencyProducers) * (latencyBatch * latencyProducers)
	out := make([]time.Duration, 0, total)
	var wg sync.WaitGroup
	wg.Go(func() {
		for len(out) < total {
			r, err := tail.Next()
			if err != nil {
				b.Error(err)
				return
			}
			var row struct{ Sent int64 }
			now := time.Now().UnixMicro()
			if err := json.Unmarshal(r.Data, &row); err != nil {
				b.Error(err)
				return
			}
			out = append(out, time.Duration(now-row.Sent)*time.Microsecond)
		}
	})
	for i := range latencyProducers {
		wg.Go(func() { produceAt(b, db, i, total/latencyProducers) })
	}
	wg.Wait()
	tail.Close()
	cancel()
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	return out
}

// produceAt puts n records, in batches at even times.
func produceAt(b *testing.B, db *millrace.DB, producer, n int) {
	every := time.Second * latencyBatch * latencyProducers / latencyRate
	next := time.Now().Add(every * time.Duration(producer) / latencyProducers)
	for sent := 0; sent < n; sent += latencyBatch {
		time.Sleep(time.Until(next))
		next = next.Add(every)
		records := make([]millrace.Record, latencyBatch)
		at := time.Now().UnixMicro()
		for i := range records {
			records[i] = millrace.Record{PartitionKey: fmt.Sprint(i), Data: fmt.Appendf(nil, `{"SENT":%d,"N":%d}`, at, i)}
		}
		if _, err := db.Stream("SRC").Put(context.Background(), records...); err != nil && !errors.Is(err, context.Canceled) {
			b.Error(err)
			return
		}
	}
}
