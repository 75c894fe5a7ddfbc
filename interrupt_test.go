package millrace

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
)

// interruptApp has a pump with windows and an INSERT that goes on with its stream.
const interruptApp = `
	CREATE STREAM src (k VARCHAR(4), n INTEGER) WITH ('connector'='stream', 'shards'='2');
	CREATE STREAM passing (k VARCHAR(4), n INTEGER);
	CREATE STREAM sums (k VARCHAR(4), total BIGINT) WITH ('connector'='stream');
	CREATE STREAM copied (n INTEGER) WITH ('connector'='stream');
	CREATE PUMP pass AS INSERT INTO passing SELECT STREAM k, n FROM src;
	CREATE PUMP sum_up AS INSERT INTO sums SELECT STREAM k, SUM(n) FROM passing GROUP BY k, FLOOR(passing.ROWTIME TO MINUTE);
	INSERT INTO copied SELECT STREAM n FROM src;`

// TestInterruptRun: a run with producers ends at a checkpoint when it is interrupted,
// its windows open; the next one, of the same script, goes on with pumps, windows and
// INSERT, and ends when its producers do.
func TestInterruptRun(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		clock := &testClock{now: instantOf(t, "10:00:00")}
		life := func(last bool, numbers ...int) error {
			db, err := Open(dir, &Options{Now: clock.read, CheckpointEvery: -1})
			if err != nil {
				t.Fatal(err)
			}
			defer closeDB(t, db)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			summary, err := db.Run(ctx, interruptApp, &RunOptions{Producers: []Producer{{Stream: "src", Run: func(ctx context.Context, s *Stream) error {
				for _, n := range numbers {
					clock.set(clock.read() + 1_000_000)
					if _, err := s.Put(ctx, Record{PartitionKey: fmt.Sprint(n), Data: fmt.Appendf(nil, `{"k":"x","n":%d}`, n)}); err != nil {
						return err
					}
				}
				settle()
				if last {
					return nil
				}
				cancel()
				<-ctx.Done()
				return ctx.Err()
			}}}})
			if in := summary.Pumps[0].In; in != int64(len(numbers)) {
				t.Errorf("the pump has read %d rows, want %d", in, len(numbers))
			}
			if !last {
				wantLines(t, db, "SELECT COUNT(*) FROM sums", "0")
			} else {
				wantLines(t, db, "SELECT total FROM sums", "1111111")
				wantLines(t, db, "SELECT n FROM copied ORDER BY n", "1", "10", "100", "1000", "10000", "100000", "1000000")
			}
			return err
		}
		for _, numbers := range [][]int{{1, 10}, {}, {100, 1000, 10000}} {
			if err := life(false, numbers...); !errors.Is(err, context.Canceled) {
				t.Errorf("an interrupted run says %v", err)
			}
		}
		if err := life(true, 100000, 1000000); err != nil {
			t.Error(err)
		}
	})
}

// TestInterruptWhileBuilding: the interrupt comes when jobs have been built and none
// has been started. They end where they are, and the next run does everything.
func TestInterruptWhileBuilding(t *testing.T) {
	const app = `
		CREATE STREAM src (n INTEGER) WITH ('connector'='stream');
		CREATE STREAM passing (n INTEGER);
		CREATE STREAM copied (n INTEGER) WITH ('connector'='stream');
		CREATE STREAM outside (n INTEGER) WITH ('connector'='outside');
		CREATE PUMP pass AS INSERT INTO passing SELECT STREAM n FROM src;
		CREATE PUMP copy AS INSERT INTO copied SELECT STREAM n FROM passing;
		CREATE PUMP away AS INSERT INTO outside SELECT STREAM n FROM passing;`
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			sink := func(context.Context, *plan.Relation, ConnectorEnv, Lane) (flow.Sink, error) {
				cancel()
				return brokenSink{new(error)}, nil
			}
			clock := &testClock{now: instantOf(t, "10:00:00")}
			db, err := Open("", &Options{Now: clock.read, CheckpointEvery: -1, Connectors: map[string]Connector{"outside": {Sink: sink}}})
			if err != nil {
				t.Fatal(err)
			}
			defer closeDB(t, db)
			put := func(ctx context.Context, s *Stream) error {
				_, err := s.Put(ctx, Record{PartitionKey: "k", Data: []byte(`{"n":7}`)})
				return err
			}
			o := &RunOptions{Producers: []Producer{{Stream: "src", Run: put}}}
			if _, err := db.Run(ctx, app, o); !errors.Is(err, context.Canceled) {
				t.Errorf("the interrupted run says %v", err)
			}
			wantLines(t, db, "SELECT n FROM copied")
			if _, err := db.Run(context.Background(), app, o); err != nil {
				t.Errorf("the next run says %v", err)
			}
			wantLines(t, db, "SELECT n FROM copied", "7")
		})
	}
}
