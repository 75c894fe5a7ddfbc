package op

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

var groupings = []string{
	"SELECT STREAM K, COUNT(*) AS C, SUM(N) AS S, AVG(N) AS A, MIN(N) AS L, MAX(K) AS H FROM S GROUP BY K, FLOOR(S.ROWTIME TO MINUTE)",
	"SELECT STREAM K, COUNT(N) AS C, MAX(N) AS H FROM S GROUP BY CEIL(S.ROWTIME TO MINUTE), K, N",
	"SELECT STREAM COUNT(*) AS C, MIN(K) AS L, SUM(CAST(N AS DECIMAL(9,2))) AS S, AVG(CAST(N AS DECIMAL(9,2))) AS A, SUM(N) AS T FROM S GROUP BY STEP(S.ROWTIME BY INTERVAL '90' SECOND)",
	"SELECT K, SUM(N) AS S FROM F GROUP BY K",
	"SELECT COUNT(*) AS C, SUM(N) AS S, MIN(K) AS L FROM F",
}

// relay hands what one operator emits to an input of the next.
type relay struct {
	*recorder
	to    flow.Operator
	input int
	out   flow.Out
	rows  int
}

func (r *relay) Emit(b flow.Batch) error {
	r.rows += b.Rows()
	return r.to.Process(context.Background(), r.input, b, r.out)
}

// TestCombineIsAggregate splits random rows over shards: partial aggregates and
// their Combine give the rows that one Aggregate gives over the same rows in
// (shard, sequence) order, in the same order, at the same watermarks.
func TestCombineIsAggregate(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for round := range 150 {
		sql := groupings[round%len(groupings)]
		n, _ := find[*plan.Aggregate](bind(t, sql))
		shards := randomShards(rng, n.Input.Schema())
		var wms []types.Time
		if n.Window != nil {
			for _, at := range []string{"09:00:30", "09:01:00", "09:02:30", "09:03:00", "09:04:00.001"} {
				wms = append(wms, instant(t, at))
			}
		}
		wms = append(wms, types.MaxTime)
		whole := runWhole(t, n, shards, wms)
		split := runSplit(t, n, shards, wms)
		if !slices.Equal(whole, split) {
			t.Fatalf("%s over %q:\nwhole\n%s\nsplit\n%s", sql, shards, strings.Join(whole, "\n"), strings.Join(split, "\n"))
		}
	}
}

// randomShards is the rows of each shard, in order of time.
func randomShards(rng *rand.Rand, s types.Schema) [][]string {
	shards := make([][]string, 1+rng.IntN(4))
	for i := range shards {
		at := 0
		for range rng.IntN(12) {
			at += rng.IntN(60)
			cells := make([]string, 0, 3)
			if s.RowTime >= 0 {
				cells = append(cells, fmt.Sprintf("09:%02d:%02d", at/60%60, at%60))
			}
			for _, f := range s.Fields {
				switch {
				case f.Name == types.RowTimeName:
				case rng.IntN(5) == 0:
					cells = append(cells, "-")
				case f.Name == "K":
					cells = append(cells, string(rune('a'+rng.IntN(4))))
				default:
					cells = append(cells, fmt.Sprint(rng.IntN(9)-4))
				}
			}
			shards[i] = append(shards[i], strings.Join(cells, " "))
		}
	}
	return shards
}

func runWhole(t *testing.T, n *plan.Aggregate, shards [][]string, wms []types.Time) []string {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	a, err := NewAggregate(n, false, mem)
	if err != nil {
		t.Fatal(err)
	}
	out := &recorder{t: t, rowtime: n.Schema().RowTime, promise: types.MinTime}
	for _, rows := range shards {
		feed(t, a, n.Input.Schema(), rows, out, mem)
	}
	for _, wm := range wms {
		drive(t, a, wm, out)
	}
	if waiting, _ := a.Held(); waiting != 0 {
		t.Errorf("%d rows wait after the end", waiting)
	}
	return out.lines
}

func runSplit(t *testing.T, n *plan.Aggregate, shards [][]string, wms []types.Time) []string {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	c, err := NewCombine(n, mem)
	if err != nil {
		t.Fatal(err)
	}
	out := &recorder{t: t, rowtime: n.Schema().RowTime, promise: types.MinTime}
	parts := make([]*Aggregate, len(shards))
	relays := make([]*relay, len(shards))
	for i, rows := range shards {
		if parts[i], err = NewAggregate(n, true, mem); err != nil {
			t.Fatal(err)
		}
		relays[i] = &relay{recorder: &recorder{t: t, rowtime: -1}, to: c, input: i, out: out}
		feed(t, parts[i], n.Input.Schema(), rows, relays[i], mem)
	}
	for _, wm := range wms {
		// The shards reach a watermark in any order.
		for _, i := range rand.Perm(len(parts)) {
			drive(t, parts[i], wm, relays[i])
		}
		drive(t, c, wm, out)
	}
	rows := 0
	for _, r := range relays {
		rows += r.rows
	}
	if out.fates[flow.Absorbed] != rows {
		t.Errorf("combine absorbed %d partial rows of %d", out.fates[flow.Absorbed], rows)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	return out.lines
}

func feed(t *testing.T, o flow.Operator, s types.Schema, rows []string, out flow.Out, mem memory.Allocator) {
	t.Helper()
	for len(rows) > 0 {
		k := 1 + rand.IntN(len(rows))
		b := batchOf(t, s, rows[:k], k%2 == 0, mem)
		if err := o.Process(context.Background(), 0, b, out); err != nil {
			t.Fatal(err)
		}
		b.Release()
		rows = rows[k:]
	}
}

func drive(t *testing.T, o flow.Operator, wm types.Time, out flow.Out) {
	t.Helper()
	if promise, err := o.Advance(context.Background(), wm, out); err != nil || promise > wm {
		t.Fatal(promise, err)
	}
}

// TestReleased is the greatest end of the windows let go.
func TestReleased(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	n, _ := find[*plan.Aggregate](bind(t, groupings[0]))
	a, err := NewAggregate(n, false, mem)
	if err != nil {
		t.Fatal(err)
	}
	out := &recorder{t: t, rowtime: -1, promise: types.MinTime}
	if a.Released() != types.MinTime {
		t.Error("released before the first window")
	}
	feed(t, a, n.Input.Schema(), []string{"09:00:10 a 1", "09:01:10 a 1"}, out, mem)
	drive(t, a, instant(t, "09:01:30"), out)
	if waiting, _ := a.Held(); a.Released() != instant(t, "09:01:00") || waiting != 1 {
		t.Errorf("released %s, %d rows wait", a.Released(), waiting)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

var errSink = errors.New("the sink is gone")

// broken takes a few calls of Emit and Reject, then fails.
type broken struct {
	*recorder
	left int
}

func (b *broken) Emit(x flow.Batch) error {
	if b.left--; b.left < 0 {
		return errSink
	}
	return b.recorder.Emit(x)
}

func (b *broken) Reject(x flow.Rejected) error {
	if b.left--; b.left < 0 {
		return errSink
	}
	return b.recorder.Reject(x)
}

// TestErrorsReleaseEverything fails the output at every point: the error comes
// back and nothing is left in memory after Close.
func TestErrorsReleaseEverything(t *testing.T) {
	for _, c := range []struct{ kind, sql string }{
		{"filter", "SELECT STREAM K, N FROM S WHERE 6 / N > 0"},
		{"project", "SELECT STREAM K || 'x' AS X, 6 / N AS Q FROM S"},
		{"aggregate", "SELECT STREAM K, SUM(6 / N) AS S FROM S GROUP BY K, FLOOR(S.ROWTIME TO MINUTE)"},
		{"partial", "SELECT STREAM K, SUM(6 / N) AS S FROM S GROUP BY K, FLOOR(S.ROWTIME TO MINUTE)"},
		{"combine", groupings[0]},
		{"lookup", "SELECT STREAM S.K, T.NAME FROM S LEFT JOIN T ON S.K = T.K AND 6 / S.N > T.N"},
		{"merge", "SELECT STREAM K, N FROM S"},
		{"concat", "SELECT K, N FROM F"},
		{"sort", "SELECT K, N FROM F UNION ALL SELECT K, N FROM F ORDER BY 6 / N"},
		{"pick", "SELECT STREAM N, K FROM S"},
		{"limit", "SELECT K, N FROM F LIMIT 5"},
	} {
		for left := range 4 {
			failOnce(t, c.kind, c.sql, left)
		}
	}
}

func failOnce(t *testing.T, kind, sql string, left int) {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	if kind == "combine" {
		failCombine(t, sql, left, mem)
		return
	}
	x := build(t, kind, sql, []string{"t: a x 1", "t: b y 2"}, variant{}, mem)
	defer x.release()
	o, in := x.op, x.in
	out := &broken{&recorder{t: t, rowtime: -1, promise: types.MinTime}, left}
	rows := []string{"a 1", "b 0", "b 2", "a 3"}
	for i := range rows {
		if in.RowTime >= 0 {
			rows[i] = fmt.Sprintf("09:%02d:00 %s", i, rows[i])
		}
	}
	var failures []error
	for _, part := range [][]string{rows[:2], rows[2:]} {
		b := batchOf(t, in, part, false, mem)
		failures = append(failures, o.Process(context.Background(), 0, b, out))
		b.Release()
	}
	_, err := o.Advance(context.Background(), types.MaxTime, out)
	failures = append(failures, err)
	for _, err := range failures {
		if err != nil && !errors.Is(err, errSink) {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if out.left < 0 && errors.Join(failures...) == nil {
		t.Errorf("%s: the error of the output is lost", kind)
	}
	if err := o.Close(); err != nil {
		t.Error(err)
	}
}

func failCombine(t *testing.T, sql string, left int, mem memory.Allocator) {
	n, _ := find[*plan.Aggregate](bind(t, sql))
	part, err := NewAggregate(n, true, mem)
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewCombine(n, mem)
	if err != nil {
		t.Fatal(err)
	}
	out := &broken{&recorder{t: t, rowtime: -1, promise: types.MinTime}, left}
	to := &relay{recorder: &recorder{t: t}, to: c, out: out}
	feed(t, part, n.Input.Schema(), []string{"09:00:00 a 1", "09:01:00 b 2", "09:02:00 c 3", "09:03:00 d 4", "09:04:00 e 5"}, to, mem)
	drive(t, part, types.MaxTime, to)
	if _, err := c.Advance(context.Background(), types.MaxTime, out); !errors.Is(err, errSink) {
		t.Errorf("combine: %v", err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}
