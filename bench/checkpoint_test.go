package bench

import (
	"context"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/millrace-sql/millrace"
	"github.com/millrace-sql/millrace/sql/types"
)

const keyedApp = `
	CREATE STREAM src (k VARCHAR(16), v DOUBLE) WITH ('connector'='keyed');
	CREATE STREAM sums (k VARCHAR(16), n BIGINT, s DOUBLE, lo DOUBLE, hi DOUBLE);
	CREATE PUMP p AS INSERT INTO sums
	  SELECT STREAM k, COUNT(*), SUM(v), MIN(v), MAX(v) FROM src GROUP BY k, FLOOR(src.ROWTIME TO MINUTE);`

func openKeyed(b *testing.B, dir string, k *keyed, every time.Duration) *millrace.DB {
	b.Helper()
	db, err := millrace.Open(dir, &millrace.Options{
		CheckpointEvery: every, MemoryBudget: 16 << 30, Connectors: map[string]millrace.Connector{"keyed": k.connector()},
	})
	if err != nil {
		b.Fatal(err)
	}
	return db
}

// await waits until the source has given so many rows.
func (k *keyed) await(rows int64) {
	for k.rows.Load() < rows {
		time.Sleep(time.Millisecond)
	}
}

// BenchmarkCheckpointStall takes a checkpoint of window state while rows come, and
// opens it again. state-MB is the state, stall-ms the longest time that no row was
// read while the checkpoint was taken, quiet-ms the same for as long without one,
// restart-s the time from Open to the first row after it. MILLRACE_STATE_MB is the
// size, 64 without it.
func BenchmarkCheckpointStall(b *testing.B) {
	mb := 64
	if text := os.Getenv("MILLRACE_STATE_MB"); text != "" {
		var err error
		if mb, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		stallOnce(b, int64(mb)<<20)
	}
}

func stallOnce(b *testing.B, want int64) {
	const bytesPerKey = 140 // of key, entry, slots and states, nearly
	k := &keyed{keys: want / bytesPerKey}
	dir := b.TempDir()
	db := openKeyed(b, dir, k, -1)
	if err := db.Exec(context.Background(), keyedApp); err != nil {
		b.Fatal(err)
	}
	k.await(2 * k.keys)
	state := db.StateBytes()
	k.pause.Store(0)
	time.Sleep(time.Second)
	quiet := k.pause.Swap(0)
	before, began := k.rows.Load(), time.Now()
	if err := db.Checkpoint(context.Background()); err != nil {
		b.Fatal(err)
	}
	took := time.Since(began)
	stall, rate := k.pause.Load(), float64(k.rows.Load()-before)/took.Seconds()
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	again := &keyed{keys: k.keys}
	began = time.Now()
	db = openKeyed(b, dir, again, -1)
	if err := db.Resume(context.Background()); err != nil {
		b.Fatal(err)
	}
	again.await(1)
	restart := time.Since(began)
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(state)/(1<<20), "state-MB")
	b.ReportMetric(float64(stall)/1e6, "stall-ms")
	b.ReportMetric(float64(quiet)/1e6, "quiet-ms")
	b.ReportMetric(took.Seconds(), "checkpoint-s")
	b.ReportMetric(rate/1e6, "Mrows/s-meanwhile")
	b.ReportMetric(restart.Seconds(), "restart-s")
}

// BenchmarkCheckpointCost is tumbling windows over 1,000 keys with a checkpoint every
// second and without, in turns: cost-% is what the checkpoints take, by medians.
func BenchmarkCheckpointCost(b *testing.B) {
	for b.Loop() {
		var with, without []float64
		for range 5 {
			without = append(without, tumblingRate(b, -1))
			with = append(with, tumblingRate(b, time.Second))
		}
		slices.Sort(with)
		slices.Sort(without)
		w, wo := with[len(with)/2], without[len(without)/2]
		b.ReportMetric(wo/1e6, "Mrows/s-without")
		b.ReportMetric(w/1e6, "Mrows/s-with")
		b.ReportMetric(100*(1-w/wo), "cost-%")
	}
}

func tumblingRate(b *testing.B, every time.Duration) float64 {
	// A minute has 256 batches, a million rows.
	k := &keyed{keys: 1000, step: types.Minute / 256}
	db := openKeyed(b, b.TempDir(), k, every)
	if err := db.Exec(context.Background(), keyedApp); err != nil {
		b.Fatal(err)
	}
	k.await(1)
	before, began := k.rows.Load(), time.Now()
	time.Sleep(3 * time.Second)
	rate := float64(k.rows.Load()-before) / time.Since(began).Seconds()
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	return rate
}
