package oracle

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/duckdb/duckdb-go/v2"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// tradeFields are the columns of the trades of package bench, and two that hold numbers
// as text.
var tradeFields = []types.Field{
	{Name: "TRADE_ID", Type: types.Of(types.BigInt)},
	{Name: "TICKER", Type: types.VarcharOf(8)},
	{Name: "PRICE", Type: types.Of(types.Double)},
	{Name: "VOLUME", Type: types.Of(types.Integer)},
	{Name: "SIDE", Type: types.VarcharOf(4)},
	{Name: "VENUE", Type: types.VarcharOf(16)},
	{Name: "TRADER", Type: types.VarcharOf(20)},
	{Name: "EVENT_TIME", Type: types.Of(types.Timestamp)},
	{Name: "PRICE_CHANGE", Type: types.Of(types.Double)},
	{Name: "PRICE_TEXT", Type: types.VarcharOf(10)},
	{Name: "VOLUME_TEXT", Type: types.VarcharOf(10)},
}

const duckTrades = `CREATE TABLE trades (trade_id BIGINT, ticker VARCHAR, price DOUBLE, volume INTEGER, side VARCHAR, venue VARCHAR,
	trader VARCHAR, event_time TIMESTAMP, price_change DOUBLE, price_text VARCHAR, volume_text VARCHAR)`

// tradeCatalog binds queries over the trades.
type tradeCatalog struct{}

func (tradeCatalog) Relation(ast.Qualified) (*plan.Relation, error) {
	return &plan.Relation{Name: "TRADES", Connector: "file", Schema: types.NewSchema(tradeFields...)}, nil
}

func (tradeCatalog) Names() []string { return []string{"TRADES"} }

// tradeRow is the values of trade i.
func tradeRow(r *rand.Rand, i int, at time.Time) []any {
	cents, volume := r.IntN(90_000)+10_000, int32(r.IntN(9_900)+100)
	return []any{
		int64(7_000_000_000 + i), fmt.Sprintf("T%06d", r.IntN(1000)), float64(cents) / 100, volume,
		[]string{"BUY", "SELL"}[r.IntN(2)], []string{"XNAS", "XNYS", "ARCX", "BATS"}[r.IntN(4)],
		fmt.Sprintf("desk-%04d-eqty", r.IntN(5000)), at, float64(r.IntN(2000)-1000) / 1000,
		fmt.Sprintf("%d.%02d", cents/100, cents%100), fmt.Sprint(volume),
	}
}

// inMemory is the same trades in both engines: a table of DuckDB, which has one thread,
// and batches of columns.
type inMemory struct {
	duck *sql.Conn
	recs []arrow.Record
	rows int
}

func newInMemory(tb testing.TB, rows, batch int) *inMemory {
	ctx := context.Background()
	db, err := sql.Open("duckdb", "?threads=1")
	if err != nil {
		tb.Fatal(err)
	}
	m := &inMemory{rows: rows}
	if m.duck, err = db.Conn(ctx); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		for _, rec := range m.recs {
			rec.Release()
		}
		if err := errors.Join(m.duck.Close(), db.Close()); err != nil {
			tb.Error(err)
		}
	})
	if _, err := m.duck.ExecContext(ctx, duckTrades); err != nil {
		tb.Fatal(err)
	}
	if err := m.duck.Raw(func(conn any) error { return m.fill(conn.(driver.Conn), batch) }); err != nil {
		tb.Fatal(err)
	}
	return m
}

// fill appends every trade to both.
func (m *inMemory) fill(conn driver.Conn, batch int) error {
	appender, err := duckdb.NewAppenderFromConn(conn, "", "trades")
	if err != nil {
		return err
	}
	schema := types.NewSchema(tradeFields...)
	builder := array.NewRecordBuilder(memory.DefaultAllocator, schema.Arrow())
	defer builder.Release()
	r := rand.New(rand.NewPCG(7, 11))
	at := time.Date(2025, 11, 23, 10, 0, 0, 0, time.UTC)
	values := make([]driver.Value, len(tradeFields))
	for i := range m.rows {
		at = at.Add(time.Duration(r.Int64N(2000)) * time.Microsecond)
		for c, v := range tradeRow(r, i, at) {
			values[c] = v
			appendValue(builder.Field(c), v)
		}
		if err := appender.AppendRow(values...); err != nil {
			return err
		}
		if (i+1)%batch == 0 || i == m.rows-1 {
			m.recs = append(m.recs, builder.NewRecord())
		}
	}
	return appender.Close()
}

func appendValue(to array.Builder, v any) {
	switch v := v.(type) {
	case int64:
		to.(*array.Int64Builder).Append(v)
	case int32:
		to.(*array.Int32Builder).Append(v)
	case float64:
		to.(*array.Float64Builder).Append(v)
	case string:
		to.(*array.StringBuilder).Append(v)
	case time.Time:
		to.(*array.TimestampBuilder).Append(arrow.Timestamp(v.UnixMicro()))
	}
}
