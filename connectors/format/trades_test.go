package format

import (
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/millrace-sql/millrace/sql/types"
)

// tradeSchema is the declaration of the benchmark's records: nine fields, 186
// bytes of JSON on average.
var tradeSchema = types.StreamSchema(
	types.Field{Name: "TRADE_ID", Type: types.Of(types.BigInt)},
	types.Field{Name: "TICKER", Type: types.VarcharOf(8)},
	types.Field{Name: "PRICE", Type: types.Of(types.Double)},
	types.Field{Name: "VOLUME", Type: types.Of(types.Integer)},
	types.Field{Name: "SIDE", Type: types.VarcharOf(4)},
	types.Field{Name: "VENUE", Type: types.VarcharOf(16)},
	types.Field{Name: "TRADER", Type: types.VarcharOf(16)},
	types.Field{Name: "EVENT_TIME", Type: types.Of(types.Timestamp)},
	types.Field{Name: "CHANGE", Type: types.Of(types.Double)},
)

var (
	sixOfNine   = []int{0, 1, 2, 3, 7, 8}
	threeOfNine = []int{1, 2, 7}
)

// trade is the same record for libraries that decode into structs.
type trade struct {
	TradeID   int64   `json:"trade_id"`
	Ticker    string  `json:"ticker"`
	Price     float64 `json:"price"`
	Volume    int32   `json:"volume"`
	EventTime string  `json:"event_time"`
	Change    float64 `json:"change"`
}

// trades makes n deterministic records, as JSON and as CSV.
func trades(n int) (json, csv [][]byte) {
	r := rand.New(rand.NewPCG(7, 11))
	venues := []string{"XNAS", "XNYS", "ARCX", "BATS"}
	sides := []string{"BUY", "SELL"}
	micros := int64(1_763_892_000_000_000)
	for i := range n {
		micros += r.Int64N(2000)
		ticker := "T" + strconv.Itoa(100+r.IntN(900)) + "Q"
		id := int64(7_000_000_000) + int64(i)
		price := float64(r.IntN(90_000)+10_000) / 100
		volume := r.IntN(9_900) + 100
		side, venue := sides[r.IntN(2)], venues[r.IntN(4)]
		trader := fmt.Sprintf("desk-%04d-equities", r.IntN(5000))
		at := types.Time(micros).Std().Format("2006-01-02T15:04:05.000000")
		change := float64(r.IntN(2000)-1000) / 1000
		json = append(json, fmt.Appendf(nil,
			`{"trade_id":%d,"ticker":"%s","price":%.2f,"volume":%d,"side":"%s","venue":"%s","trader":"%s","event_time":"%s","change":%.3f}`,
			id, ticker, price, volume, side, venue, trader, at, change))
		csv = append(csv, fmt.Appendf(nil, "%d,%s,%.2f,%d,%s,%s,%s,%s,%.3f",
			id, ticker, price, volume, side, venue, trader, at, change))
	}
	return json, csv
}

func total(records [][]byte) int64 {
	n := 0
	for _, r := range records {
		n += len(r)
	}
	return int64(n)
}
