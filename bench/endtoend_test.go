package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/millrace-sql/millrace"
	"github.com/millrace-sql/millrace/storage/shardlog"
)

const (
	aggregates = `COUNT(*) AS n, SUM(volume) AS volume, AVG(price) AS mean, MIN(price) AS low, MAX(price) AS high`
	// windowed closes a window whenever the watermark passes a minute.
	windowed = `SELECT STREAM ticker, ` + aggregates + ` FROM trades GROUP BY ticker, FLOOR(trades.ROWTIME TO MINUTE)`
	// finite groups the whole log at once.
	finite = `SELECT ticker, FLOOR(ROWTIME TO MINUTE) AS in_minute, ` + aggregates + `
		FROM trades GROUP BY ticker, FLOOR(ROWTIME TO MINUTE)`
)

// count reads rows to their end.
func count(rows *millrace.Rows) (n int64, err error) {
	for {
		rec, err := rows.Next(context.Background())
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		n += rec.NumRows()
	}
}

// runWindowed runs the streaming query to the end of the stored stream.
func runWindowed(tb testing.TB, db *millrace.DB) (rows int64) {
	_, err := db.Run(context.Background(), windowed, &millrace.RunOptions{
		Result: func(_ context.Context, r millrace.Result) (err error) {
			rows, err = count(r.Rows)
			return err
		},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return rows
}

// runFinite runs the query over the stored stream as it is now.
func runFinite(tb testing.TB, db *millrace.DB) int64 {
	rows, err := db.Query(context.Background(), finite)
	if err != nil {
		tb.Fatal(err)
	}
	n, err := count(rows)
	if err := errors.Join(err, rows.Close()); err != nil {
		tb.Fatal(err)
	}
	return n
}

// groups is how many pairs of minute and ticker the trades have.
func (t *trades) groups() int64 {
	seen := map[group]bool{}
	for i := range t.len() {
		seen[group{t.minute(i), t.tickers[i]}] = true
	}
	return int64(len(seen))
}

// BenchmarkEndToEnd is the whole way through the public interface, one core:
// stored log, decoding 3 of 9 columns, windows of one minute by ticker, rows of
// the result. ofdecode is its speed over that of decoding the same records from
// memory, pass by pass in turn.
func BenchmarkEndToEnd(b *testing.B) {
	for _, keys := range []int{1000, 100_000} {
		for _, codec := range []shardlog.Codec{shardlog.Raw, shardlog.S2} {
			b.Run(fmt.Sprintf("keys=%d/codec=%s", keys, codec), func(b *testing.B) {
				t := logTrades[keys]()
				dir, groups := t.store(b, codec), t.groups()
				for _, batch := range []int{1024, 4096} {
					b.Run(fmt.Sprintf("path=window/batch=%d", batch), func(b *testing.B) {
						benchEndToEnd(b, t, groups, dir, batch, runWindowed)
					})
				}
				b.Run("path=finite/batch=1024", func(b *testing.B) { benchEndToEnd(b, t, groups, dir, 1024, runFinite) })
			})
		}
	}
}

func benchEndToEnd(b *testing.B, t *trades, groups int64, dir string, batch int, run func(testing.TB, *millrace.DB) int64) {
	oneCore(b)
	d, db := newDecoder(b, threeOfNine), open(b, dir, batch)
	run(b, db)
	b.ReportAllocs()
	way, only := meter{records: t.len()}, meter{records: t.len()}
	for b.Loop() {
		way.pass(func() {
			if n := run(b, db); n != groups {
				b.Fatalf("%d rows, want %d", n, groups)
			}
		})
		b.StopTimer()
		only.pass(func() { decode(b, t, d, batch) })
		b.StartTimer()
	}
	way.report(b, t.bytes, (t.len()+batch-1)/batch)
	b.ReportMetric(way.rate()/only.rate(), "ofdecode")
}
