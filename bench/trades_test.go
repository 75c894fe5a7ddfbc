package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/millrace-sql/millrace"
	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/kv"
	"github.com/millrace-sql/millrace/storage/shardlog"
)

const (
	// arrivalSpan is how long the trades of a log take to arrive.
	arrivalSpan = 60 * time.Minute
	// appendRecords per append make a block just below the log's 256 KiB.
	appendRecords = 1300
)

// firstArrival is a full minute.
var firstArrival = types.TimeOf(time.Date(2025, 11, 23, 10, 0, 0, 0, time.UTC))

// tradeSchema declares the nine members of a trade.
var tradeSchema = types.StreamSchema(
	types.Field{Name: "TRADE_ID", Type: types.Of(types.BigInt)},
	types.Field{Name: "TICKER", Type: types.VarcharOf(8)},
	types.Field{Name: "PRICE", Type: types.Of(types.Double)},
	types.Field{Name: "VOLUME", Type: types.Of(types.Integer)},
	types.Field{Name: "SIDE", Type: types.VarcharOf(4)},
	types.Field{Name: "VENUE", Type: types.VarcharOf(16)},
	types.Field{Name: "TRADER", Type: types.VarcharOf(20)},
	types.Field{Name: "EVENT_TIME", Type: types.Of(types.Timestamp)},
	types.Field{Name: "PRICE_CHANGE", Type: types.Of(types.Double)},
)

// Columns of tradeSchema.
var (
	sixOfNine   = []int{0, 1, 2, 3, 7, 8}
	threeOfNine = []int{1, 2, 3}
)

// tradeTable is the same declaration in SQL, over a stream of the log.
const tradeTable = `CREATE STREAM trades (trade_id BIGINT, ticker VARCHAR(8), price DOUBLE, volume INTEGER, side VARCHAR(4),
	venue VARCHAR(16), trader VARCHAR(20), event_time TIMESTAMP, price_change DOUBLE)
	WITH ('connector'='stream', 'stream'='trades')`

// trades is a run of generated records: payloads of 186 bytes on average, and
// what the queries read of them.
type trades struct {
	data    []byte
	ends    []int
	tickers []int
	prices  []float64
	volumes []int32
	bytes   int64
}

func (t *trades) len() int { return len(t.ends) }

// record is payload i.
func (t *trades) record(i int) []byte {
	start := 0
	if i > 0 {
		start = t.ends[i-1]
	}
	return t.data[start:t.ends[i]:t.ends[i]]
}

// arrival is when record i arrives: all records of one append at once.
func (t *trades) arrival(i int) types.Time {
	appends := (t.len() + appendRecords - 1) / appendRecords
	return firstArrival + types.Time(int64(i/appendRecords)*arrivalSpan.Microseconds()/int64(appends))
}

func ticker(n int) string { return fmt.Sprintf("T%06d", n) }

// newTrades makes n records with keys different tickers.
func newTrades(n, keys int) *trades {
	r := rand.New(rand.NewPCG(7, 11))
	t := &trades{data: make([]byte, 0, n*192)}
	sides, venues := []string{"BUY", "SELL"}, []string{"XNAS", "XNYS", "ARCX", "BATS"}
	micros := firstArrival
	for i := range n {
		micros += types.Time(r.Int64N(2000))
		key, cents, volume := r.IntN(keys), r.IntN(90_000)+10_000, int32(r.IntN(9_900)+100)
		t.data = fmt.Appendf(t.data, `{"trade_id":%d,"ticker":"%s","price":%d.%02d,"volume":%d,"side":"%s","venue":"%s",`+
			`"trader":"desk-%04d-eqty","event_time":"%s","price_change":%.3f}`,
			7_000_000_000+i, ticker(key), cents/100, cents%100, volume, sides[r.IntN(2)], venues[r.IntN(4)],
			r.IntN(5000), micros.Std().Format("2006-01-02T15:04:05.000"), float64(r.IntN(2000)-1000)/1000)
		t.ends = append(t.ends, len(t.data))
		t.tickers = append(t.tickers, key)
		t.prices = append(t.prices, float64(cents)/100)
		t.volumes = append(t.volumes, volume)
	}
	t.bytes = int64(len(t.data))
	return t
}

// store appends the trades to the stream `trades` of a new data directory, with
// arrivals that span an hour, and returns the directory.
func (t *trades) store(tb testing.TB, codec shardlog.Codec) string {
	dir := tb.TempDir()
	db, err := kv.Open(dir, kv.Options{Durability: kv.None})
	if err != nil {
		tb.Fatal(err)
	}
	var now atomic.Int64
	now.Store(int64(firstArrival))
	log, err := shardlog.Open(db, shardlog.Options{Codec: codec, Now: func() types.Time { return types.Time(now.Load()) }})
	if err == nil {
		err = log.CreateStream("trades", 1)
	}
	var recs []shardlog.Record
	for i := 0; i < t.len() && err == nil; i += len(recs) {
		recs = recs[:0]
		for k := i; k < min(i+appendRecords, t.len()); k++ {
			recs = append(recs, shardlog.Record{PartitionKey: ticker(t.tickers[k]), Data: t.record(k)})
		}
		now.Store(int64(t.arrival(i)))
		_, err = log.Append(context.Background(), "trades", recs, nil)
	}
	if err != nil {
		tb.Fatal(err)
	}
	if err := log.Close(); err != nil {
		tb.Fatal(err)
	}
	if err := db.Close(); err != nil {
		tb.Fatal(err)
	}
	return dir
}

// open opens the data directory an hour after the first trade came.
func open(tb testing.TB, dir string, batchRows int) *millrace.DB {
	db, err := millrace.Open(dir, &millrace.Options{
		BatchRows: batchRows, Unsynced: true, Now: func() types.Time { return firstArrival + types.Time(2*arrivalSpan.Microseconds()) },
	})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	if err := db.Exec(context.Background(), tradeTable); err != nil {
		tb.Fatal(err)
	}
	return db
}
