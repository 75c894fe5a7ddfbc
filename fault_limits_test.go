package millrace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace-sql/millrace/exec"
	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/shardlog"
)

// TestMemoryBudget: the pump that groups by ever new keys ends with an error that says
// what holds how much; the others go on.
func TestMemoryBudget(t *testing.T) {
	ctx := context.Background()
	db, err := Open("", &Options{MemoryBudget: 8 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil && !errors.Is(err, exec.ErrMemory) {
			t.Error(err)
		}
	}()
	err = db.Exec(ctx, `
		CREATE STREAM ids (id BIGINT) WITH ('connector'='stream');
		CREATE STREAM counted (id BIGINT, n BIGINT) WITH ('connector'='stream');
		CREATE STREAM total (n BIGINT) WITH ('connector'='stream');
		CREATE PUMP each_id AS INSERT INTO counted SELECT STREAM id, COUNT(*) FROM ids GROUP BY id, FLOOR(ids.ROWTIME TO YEAR);
		CREATE PUMP sum_up AS INSERT INTO total SELECT STREAM COUNT(*) FROM ids GROUP BY STEP(ids.ROWTIME BY INTERVAL '1' SECOND);`)
	if err != nil {
		t.Fatal(err)
	}
	put := 0
	for !db.pumpNamed("EACH_ID").running().Ending() && put < 1_000_000 {
		records := make([]Record, 10_000)
		for i := range records {
			records[i] = Record{Data: fmt.Appendf(nil, `{"id":%d}`, put+i)}
		}
		if _, err := db.Stream("IDS").Put(ctx, records...); err != nil {
			t.Fatal(err)
		}
		put += len(records)
	}
	err = db.pumpNamed("EACH_ID").running().Wait()
	if !errors.Is(err, exec.ErrMemory) {
		t.Fatalf("after %d keys the pump says %v", put, err)
	}
	for _, part := range []string{"EACH_ID", "Aggregate", " KiB of 8192 KiB"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not name %s: %v", part, err)
		}
	}
	want := fmt.Sprint(put)
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		got := queryLines(t, db, "SELECT SUM(n) FROM total")
		if len(got) == 1 && got[0] == want {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the other pump has counted %q, want %s", got, want)
		}
	}
}

// TestHugeRecord: a record above the limit is refused with all of its Put, and nothing
// else is disturbed.
func TestHugeRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		db, err := Open("", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer closeDB(t, db)
		if err := db.Exec(ctx, chainOfPumps); err != nil {
			t.Fatal(err)
		}
		small := Record{PartitionKey: "a", Data: []byte(`{"k":"a","n":1}`)}
		huge := Record{PartitionKey: "a", Data: bytes.Repeat([]byte(" "), 100<<20)}
		for _, records := range [][]Record{{small}, {small, huge}, {huge}, {small}} {
			_, err := db.Stream("SRC").Put(ctx, records...)
			tooLarge := len(records[len(records)-1].Data) > shardlog.MaxRecordBytes
			if errors.Is(err, shardlog.ErrTooLarge) != tooLarge || !tooLarge && err != nil {
				t.Errorf("Put says %v", err)
			}
			if tooLarge && !strings.Contains(err.Error(), "data of 104857600 bytes") {
				t.Errorf("Put does not say how large: %v", err)
			}
		}
		time.Sleep(time.Minute + time.Second)
		synctest.Wait()
		wantLines(t, db, "SELECT k, c, total FROM sums", "a | 2 | 2")
		wantLines(t, db, "SELECT COUNT(*) FROM error_stream", "0")
	})
}

// TestFarFuture: a clock that is wrong by decades closes nobody's windows.
func TestFarFuture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		clock := &testClock{now: instantOf(t, "10:00:00")}
		db, err := Open("", &Options{Now: clock.read})
		if err != nil {
			t.Fatal(err)
		}
		defer closeDB(t, db)
		err = db.Exec(ctx, `
			CREATE STREAM visits (page VARCHAR(8), seen TIMESTAMP, WATERMARK FOR seen AS seen - INTERVAL '1' SECOND)
			  WITH ('connector'='stream');
			CREATE STREAM counts (page VARCHAR(8), n BIGINT) WITH ('connector'='stream');
			CREATE PUMP count_up AS INSERT INTO counts
			  SELECT STREAM page, COUNT(*) FROM visits GROUP BY page, FLOOR(visits.ROWTIME TO MINUTE);`)
		if err != nil {
			t.Fatal(err)
		}
		day := instantOf(t, "10:00:00").String()[:10]
		put := func(at, seen string) {
			clock.set(instantOf(t, at))
			data := fmt.Appendf(nil, `{"page":"a","seen":%q}`, seen)
			if _, err := db.Stream("VISITS").Put(ctx, Record{PartitionKey: "a", Data: data}); err != nil {
				t.Fatal(err)
			}
			clock.set(instantOf(t, at) + types.Time(types.Second))
			settle()
		}
		put("10:00:01", day+" 10:00:01")
		put("10:00:03", "2099-12-31 23:59:59")
		put("10:00:05", day+" 10:00:02")
		wantLines(t, db, "SELECT page, n FROM counts")
		wantLines(t, db, "SELECT ERROR_NAME, PUMP_NAME FROM error_stream", "RowTimeError | COUNT_UP")
		put("10:01:05", day+" 10:01:05")
		wantLines(t, db, "SELECT page, n FROM counts", "a | 2")
		wantLines(t, db, "SELECT COUNT(*) FROM late_stream", "0")
	})
}
