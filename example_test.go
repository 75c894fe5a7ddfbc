package millrace_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace"
	"github.com/millrace-sql/millrace/sql/types"
)

func Example() {
	ctx := context.Background()
	db, err := millrace.Open("", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	err = db.Exec(ctx, `
		CREATE STREAM clicks (page VARCHAR(64), ms INTEGER) WITH ('connector'='stream');
		CREATE STREAM slow (page VARCHAR(64), ms INTEGER);
		CREATE PUMP p AS INSERT INTO slow SELECT STREAM page, ms FROM clicks WHERE ms > 100;`)
	if err != nil {
		log.Fatal(err)
	}
	rows, err := db.Query(ctx, `SELECT STREAM page, ms FROM slow LIMIT 2`)
	if err != nil {
		log.Fatal(err)
	}
	_, err = db.Stream("CLICKS").Put(ctx,
		millrace.Record{PartitionKey: "a", Data: []byte(`{"page":"home","ms":180}`)},
		millrace.Record{PartitionKey: "b", Data: []byte(`{"page":"cart","ms":20}`)},
		millrace.Record{PartitionKey: "c", Data: []byte(`{"page":"cart","ms":350}`)})
	if err != nil {
		log.Fatal(err)
	}
	for rec, err := range rows.All() {
		if err != nil {
			log.Fatal(err)
		}
		page, ms := rec.Column(0).(*array.String), rec.Column(1).(*array.Int32)
		for i := range int(rec.NumRows()) {
			fmt.Println(page.Value(i), ms.Value(i))
		}
	}
	// Output:
	// home 180
	// cart 350
}

func ExampleOpen() {
	dir, err := os.MkdirTemp("", "millrace")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	db, err := millrace.Open(dir, nil)
	if err != nil {
		log.Fatal(err)
	}
	// A directory belongs to one DB at a time.
	_, err = millrace.Open(dir, nil)
	fmt.Println(err != nil)
	fmt.Println(db.Close())
	// Output:
	// true
	// <nil>
}

func ExampleDB_Exec() {
	db, err := millrace.Open("", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	err = db.Exec(context.Background(), "CREATE STREAM s (a INTEGER);\nCREATE STREAM t (b INTEGRE)")
	fmt.Println(err)
	// Output:
	// 2:20: INTEGRE is not a type (did you mean INTEGER?)
}

func ExampleDB_Query() {
	db, err := millrace.Open("", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(context.Background(), `SELECT a, a * 2 AS twice FROM (VALUES (1), (2)) AS t(a)`)
	if err != nil {
		log.Fatal(err)
	}
	for rec, err := range rows.All() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(rec.ColumnName(1), rec.Column(1))
	}
	// Output:
	// TWICE [2]
	// TWICE [4]
}

func ExampleDB_Run() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "millrace")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	data := "at,sym,px\n2021-03-09 09:00:01,A,10\n2021-03-09 09:00:40,A,20\n2021-03-09 09:01:05,B,5\n"
	if err := os.WriteFile(filepath.Join(dir, "trades.csv"), []byte(data), 0o600); err != nil {
		log.Fatal(err)
	}
	db, err := millrace.Open("", &millrace.Options{Dir: dir})
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	summary, err := db.Run(ctx, `
		CREATE STREAM trades ("at" TIMESTAMP, sym VARCHAR(8), px DOUBLE)
		  WITH ('connector'='file', 'path'='trades.csv', 'rowtime'='at');
		CREATE STREAM minutes (sym VARCHAR(8), n BIGINT, mean DOUBLE) WITH ('connector'='stream');
		CREATE PUMP p AS INSERT INTO minutes
		  SELECT STREAM sym, COUNT(*), AVG(px) FROM trades GROUP BY sym, FLOOR(trades.ROWTIME TO MINUTE);
		SELECT sym, n, mean FROM minutes;`,
		&millrace.RunOptions{Result: func(ctx context.Context, r millrace.Result) error {
			for rec, err := range r.All() {
				if err != nil {
					return err
				}
				fmt.Println(rec.Column(0), rec.Column(1), rec.Column(2))
			}
			return nil
		}})
	if err != nil {
		log.Fatal(err)
	}
	p := summary.Pumps[0]
	fmt.Println(p.Pump, p.In, p.Out, p.Rejected)
	// Output:
	// ["A" "B"] [2 1] [15 5]
	// P 3 2 0
}

func ExampleDB_Explain() {
	db, err := millrace.Open("", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	text, err := db.Explain(`
		CREATE STREAM s (k VARCHAR(8), unused DOUBLE, v INTEGER) WITH ('connector'='stream');
		SELECT STREAM k, SUM(v) FROM s WHERE v > 0 GROUP BY k, FLOOR(s.ROWTIME TO HOUR);`, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(text)
	// Output:
	// Project K, SUM(V) AS EXPR$1, ROWTIME
	// └─ Aggregate tumbling window FLOOR(ROWTIME TO HOUR) by K: SUM(V)  (keeps the groups of open windows)
	//    └─ Filter V > 0
	//       └─ Scan stream S [K, V, ROWTIME] range V >= 0
}

func ExampleStream_Put() {
	ctx := context.Background()
	db, err := millrace.Open("", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	if err := db.Exec(ctx, `CREATE STREAM orders (id INTEGER) WITH ('connector'='stream', 'shards'='2')`); err != nil {
		log.Fatal(err)
	}
	receipts, err := db.Stream("ORDERS").Put(ctx, millrace.Record{PartitionKey: "a", Data: []byte(`{"ID":1}`)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(receipts[0].ShardID, receipts[0].SequenceNumber)
	// Output:
	// shardId-000000000000 1
}

func ExampleStream_PutRows() {
	ctx := context.Background()
	db, err := millrace.Open("", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	err = db.Exec(ctx, `
		CREATE STREAM readings (sensor VARCHAR(8), celsius DOUBLE);
		CREATE STREAM minutes (sensor VARCHAR(8), warmest DOUBLE);
		CREATE PUMP p AS INSERT INTO minutes
		  SELECT STREAM sensor, MAX(celsius) FROM readings GROUP BY sensor, FLOOR(readings.ROWTIME TO MINUTE);`)
	if err != nil {
		log.Fatal(err)
	}
	rows, err := db.Query(ctx, `SELECT STREAM ROWTIME, sensor, warmest FROM minutes LIMIT 1`)
	if err != nil {
		log.Fatal(err)
	}
	// The columns of the stream, then each row's own ROWTIME: a unit test can move
	// time as it likes.
	schema := types.StreamSchema(
		types.Field{Name: "SENSOR", Type: types.VarcharOf(8)}, types.Field{Name: "CELSIUS", Type: types.Of(types.Double)})
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema.Arrow())
	defer b.Release()
	nine := types.Time(types.Days(2021, 3, 9))*types.Day + 9*types.Hour
	for i, v := range []float64{20.5, 21.5, 19} {
		b.Field(0).(*array.StringBuilder).Append("roof")
		b.Field(1).(*array.Float64Builder).Append(v)
		b.Field(2).(*array.TimestampBuilder).Append(arrow.Timestamp(nine + types.Time(i)*20*types.Second))
	}
	rec := b.NewRecord()
	defer rec.Release()
	if err := db.Stream("READINGS").PutRows(ctx, rec); err != nil {
		log.Fatal(err)
	}
	if err := db.Stream("READINGS").SetWatermark(ctx, nine+types.Minute); err != nil {
		log.Fatal(err)
	}
	for rec, err := range rows.All() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(types.Time(rec.Column(0).(*array.Timestamp).Value(0)), rec.Column(1), rec.Column(2))
	}
	// Output:
	// 2021-03-09 09:01:00.000 ["roof"] [21.5]
}

func ExampleDB_Close() {
	db, err := millrace.Open("", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(db.Close())
	fmt.Println(db.Close())
	// Output:
	// <nil>
	// database is closed
}
