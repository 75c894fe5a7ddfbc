package millrace_test

import (
	"context"
	"fmt"
	"log"

	"github.com/millrace-sql/millrace"
)

// readings is a database with a stored stream and three records in it.
func readings(ctx context.Context) *millrace.DB {
	db, err := millrace.Open("", nil)
	if err != nil {
		log.Fatal(err)
	}
	if err := db.Exec(ctx, `CREATE STREAM readings (celsius DOUBLE) WITH ('connector'='stream')`); err != nil {
		log.Fatal(err)
	}
	for _, data := range []string{`{"celsius":20.5}`, `{"celsius":21}`, `{"celsius":19}`} {
		if _, err := db.Stream("READINGS").Put(ctx, millrace.Record{PartitionKey: "roof", Data: []byte(data)}); err != nil {
			log.Fatal(err)
		}
	}
	return db
}

func ExampleStream_Get() {
	ctx := context.Background()
	db := readings(ctx)
	defer db.Close()
	// The second record was the last one read: go on behind it.
	records, err := db.Stream("READINGS").Get(ctx, &millrace.TailOptions{After: map[string]uint64{"shardId-000000000000": 2}})
	if err != nil {
		log.Fatal(err)
	}
	for r, err := range records.All() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(r.ShardID, r.SequenceNumber, r.PartitionKey, string(r.Data))
	}
	// Output:
	// shardId-000000000000 3 roof {"celsius":19}
}

func ExampleStream_Tail() {
	ctx := context.Background()
	db := readings(ctx)
	defer db.Close()
	records, err := db.Stream("READINGS").Tail(ctx, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer records.Close()
	for range 3 { // it would wait for a fourth
		r, err := records.Next()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(r.SequenceNumber, string(r.Data))
	}
	// Output:
	// 1 {"celsius":20.5}
	// 2 {"celsius":21}
	// 3 {"celsius":19}
}

func ExampleDB_Do() {
	ctx := context.Background()
	db := readings(ctx)
	defer db.Close()
	for _, sql := range []string{`INSERT INTO readings VALUES (18), (22)`, `SELECT MAX(celsius) FROM readings`} {
		out, err := db.Do(ctx, sql)
		if err != nil {
			log.Fatal(err)
		}
		if out.Rows == nil {
			fmt.Println("inserted", out.Inserted)
			continue
		}
		for rec, err := range out.Rows.All() {
			if err != nil {
				log.Fatal(err)
			}
			fmt.Println(rec.Column(0))
		}
	}
	// Output:
	// inserted 2
	// [22]
}
