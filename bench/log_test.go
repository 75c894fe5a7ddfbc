package bench

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/millrace-sql/millrace/storage/kv"
	"github.com/millrace-sql/millrace/storage/shardlog"
)

// BenchmarkLog is the shard log on disk: one producer whose appends fill a
// block, and one reader of stored blocks, checksums included.
func BenchmarkLog(b *testing.B) {
	for _, codec := range []shardlog.Codec{shardlog.Raw, shardlog.S2} {
		for _, sync := range []kv.Durability{kv.Always, kv.None} {
			b.Run(fmt.Sprintf("append/sync=%s/codec=%s", sync, codec), func(b *testing.B) { benchAppend(b, sync, codec) })
		}
	}
	for _, codec := range []shardlog.Codec{shardlog.Raw, shardlog.S2} {
		b.Run(fmt.Sprintf("scan/codec=%s", codec), func(b *testing.B) { benchScan(b, codec) })
	}
}

// openLog opens the log of a directory; a head of one byte keeps no more in
// memory than the newest block.
func openLog(b *testing.B, dir string, sync kv.Durability, codec shardlog.Codec) *shardlog.Log {
	db, err := kv.Open(dir, kv.Options{Durability: sync})
	if err != nil {
		b.Fatal(err)
	}
	log, err := shardlog.Open(db, shardlog.Options{Codec: codec, HeadBytes: 1})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := errors.Join(log.Close(), db.Close()); err != nil {
			b.Error(err)
		}
	})
	return log
}

// benchAppend appends 100 blocks a pass.
func benchAppend(b *testing.B, sync kv.Durability, codec shardlog.Codec) {
	const blocks = 100
	t := logTrades[1000]()
	recs := make([]shardlog.Record, blocks*appendRecords)
	bytes := int64(0)
	for i := range recs {
		recs[i] = shardlog.Record{PartitionKey: ticker(t.tickers[i]), Data: t.record(i)}
		bytes += int64(len(recs[i].Data))
	}
	log := openLog(b, b.TempDir(), sync, codec)
	if err := log.CreateStream("trades", 1); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	m := meter{records: len(recs)}
	for b.Loop() {
		m.pass(func() {
			for at := 0; at < len(recs); at += appendRecords {
				if _, err := log.Append(context.Background(), "trades", recs[at:at+appendRecords], nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	m.report(b, bytes, blocks)
}

// benchScan touches the end of every record.
func benchScan(b *testing.B, codec shardlog.Codec) {
	oneCore(b)
	t := logTrades[1000]()
	log := openLog(b, t.store(b, codec), kv.None, codec)
	b.ReportAllocs()
	m := meter{records: t.len()}
	blocks := 0
	for b.Loop() {
		m.pass(func() {
			r, err := log.Reader("trades", 0, shardlog.Oldest())
			if err != nil {
				b.Fatal(err)
			}
			records := 0
			for blocks = 0; ; blocks++ {
				block, err := r.TryNext()
				if errors.Is(err, shardlog.ErrNoMore) {
					break
				}
				if err != nil {
					b.Fatal(err)
				}
				for i := range block.Len() {
					if data := block.Data(i); data[len(data)-1] == '}' {
						records++
					}
				}
			}
			if records != t.len() {
				b.Fatalf("%d records, want %d", records, t.len())
			}
		})
	}
	m.report(b, t.bytes, blocks)
}
