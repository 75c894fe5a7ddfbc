package bench

import (
	"context"
	"fmt"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/millrace-sql/millrace"
	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/shardlog"
)

// group is a ticker in the minute that starts at minute.
type group struct {
	minute types.Time
	ticker int
}

func (t *trades) minute(i int) types.Time {
	const minute = types.Time(60_000_000)
	return t.arrival(i) / minute * minute
}

// result is one row of the queries.
type result struct {
	n, volume       int64
	mean, low, high float64
}

// expected groups the generated values.
func (t *trades) expected() map[group]result {
	out := map[group]result{}
	for i := range t.len() {
		g := group{t.minute(i), t.tickers[i]}
		r, ok := out[g]
		if !ok {
			r.low, r.high = t.prices[i], t.prices[i]
		}
		r.n++
		r.volume += int64(t.volumes[i])
		r.mean += t.prices[i] // the sum, until all are in
		r.low, r.high = min(r.low, t.prices[i]), max(r.high, t.prices[i])
		out[g] = r
	}
	for g, r := range out {
		r.mean /= float64(r.n)
		out[g] = r
	}
	return out
}

// check compares rows in which the aggregates start at column first.
func check(t *testing.T, rec arrow.Record, first int, minute func(row int) types.Time, want map[group]result) {
	t.Helper()
	tickers := rec.Column(0).(*array.String)
	for row := range int(rec.NumRows()) {
		var g group
		if _, err := fmt.Sscanf(tickers.Value(row), "T%d", &g.ticker); err != nil {
			t.Fatalf("ticker %q: %v", tickers.Value(row), err)
		}
		g.minute = minute(row)
		have := result{
			n: integer(rec.Column(first), row), volume: integer(rec.Column(first+1), row), mean: rec.Column(first + 2).(*array.Float64).Value(row),
			low: rec.Column(first + 3).(*array.Float64).Value(row), high: rec.Column(first + 4).(*array.Float64).Value(row),
		}
		if w, ok := want[g]; !ok || w != have {
			t.Fatalf("%v: %+v, want %+v (known: %v)", g, have, w, ok)
		}
		delete(want, g)
	}
}

func integer(a arrow.Array, row int) int64 {
	if a, ok := a.(*array.Int32); ok {
		return int64(a.Value(row))
	}
	return a.(*array.Int64).Value(row)
}

// TestEndToEnd checks the rows of the benchmark's queries, for both codecs and
// for batches that divide blocks, fill them and exceed them.
func TestEndToEnd(t *testing.T) {
	data := newTrades(100_000, 500)
	for _, codec := range []shardlog.Codec{shardlog.Raw, shardlog.S2} {
		dir := data.store(t, codec)
		for _, batch := range []int{100, 1024, 4096} {
			t.Run(fmt.Sprintf("codec=%s/batch=%d", codec, batch), func(t *testing.T) {
				db := open(t, dir, batch)
				checkWindows(t, db, data)
				checkFinite(t, db, data)
			})
		}
	}
}

// checkWindows expects one window after the other, each whole.
func checkWindows(t *testing.T, db *millrace.DB, data *trades) {
	want := data.expected()
	windows := 0
	_, err := db.Run(context.Background(), "SELECT STREAM ticker, ROWTIME AS closed, "+aggregates+
		" FROM trades GROUP BY ticker, FLOOR(trades.ROWTIME TO MINUTE)", &millrace.RunOptions{
		Result: func(_ context.Context, r millrace.Result) error {
			last := types.MinTime
			for rec, err := range r.All() {
				if err != nil {
					return err
				}
				closed := rec.Column(1).(*array.Timestamp).TimestampValues()
				for _, at := range closed {
					if types.Time(at) != last {
						if types.Time(at) < last {
							return fmt.Errorf("a row of the window ending %s after %s", types.Time(at), last)
						}
						last = types.Time(at)
						windows++
					}
				}
				check(t, rec, 2, func(row int) types.Time { return types.Time(closed[row]) - 60_000_000 }, want)
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(want) > 0 || windows != 60 {
		t.Errorf("%d windows, want 60; %d groups are missing", windows, len(want))
	}
}

func checkFinite(t *testing.T, db *millrace.DB, data *trades) {
	want := data.expected()
	rows, err := db.Query(context.Background(), finite)
	if err != nil {
		t.Fatal(err)
	}
	for rec, err := range rows.All() {
		if err != nil {
			t.Fatal(err)
		}
		minutes := rec.Column(1).(*array.Timestamp).TimestampValues()
		check(t, rec, 2, func(row int) types.Time { return types.Time(minutes[row]) }, want)
	}
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	if len(want) > 0 {
		t.Errorf("%d groups are missing", len(want))
	}
}
