package window

import (
	"math/rand/v2"
	"testing"

	"github.com/millrace-sql/millrace/sql/types"
)

func at(t *testing.T, s string) types.Time {
	t.Helper()
	v, err := types.ParseTimestamp([]byte("2021-03-09 " + s))
	if err != nil {
		t.Fatal(err)
	}
	return types.Time(v)
}

// TestBoundary: a row at 16:21:00.000 belongs to the 16:20 bucket under CEIL and
// to 16:21 under FLOOR (kda-sql.md §9.1).
func TestBoundary(t *testing.T) {
	for _, c := range []struct {
		ceil                 bool
		row, start, end, key string
	}{
		{false, "16:20:59.999", "16:20:00", "16:21:00", "16:20:00"},
		{false, "16:21:00", "16:21:00", "16:22:00", "16:21:00"},
		{false, "16:21:00.001", "16:21:00", "16:22:00", "16:21:00"},
		{true, "16:20:59.999", "16:20:00", "16:21:00", "16:21:00"},
		{true, "16:21:00", "16:20:00", "16:21:00", "16:21:00"},
		{true, "16:21:00.001", "16:21:00", "16:22:00", "16:22:00"},
	} {
		w := Tumble{Step: types.StepOf(types.UnitMinute), Ceil: c.ceil}
		s := w.Assign(at(t, c.row))
		start, end := at(t, c.start), at(t, c.end)
		if c.ceil {
			start, end = start+1, end+1 // a span has its start and not its end
		}
		if s.Start != start || s.End != end || w.Key(s) != at(t, c.key) || s.RowTime() != at(t, c.end) {
			t.Errorf("ceil %v %s: %s to %s, key %s", c.ceil, c.row, s.Start, s.End, w.Key(s))
		}
	}
}

// TestClosed: with rows at the watermark still to come, FLOOR is complete at its
// end, CEIL only behind it.
func TestClosed(t *testing.T) {
	end := at(t, "16:21:00")
	floor := Tumble{Step: types.StepOf(types.UnitMinute)}.Assign(end - 1)
	ceil := Tumble{Step: types.StepOf(types.UnitMinute), Ceil: true}.Assign(end)
	if floor.Closed(end-1) || !floor.Closed(end) {
		t.Error("FLOOR closes at the wrong time")
	}
	if ceil.Closed(end) || !ceil.Closed(end+1) {
		t.Error("CEIL closes at the wrong time")
	}
}

// TestSpansCutTime: every instant is held by its span and by no neighbour.
func TestSpansCutTime(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for range 20_000 {
		w := Tumble{Ceil: rng.IntN(2) == 0}
		if rng.IntN(2) == 0 {
			w.Step = types.Step{Months: 1 + rng.Int64N(14)}
		} else {
			w.Step = types.Step{Micros: types.Time(1+rng.Int64N(100)) * types.Second}
		}
		row := types.Time(rng.Int64N(int64(4000*366*types.Day))) - 2000*366*types.Day
		if rng.IntN(3) == 0 {
			row = w.Step.Floor(row)
		}
		s := w.Assign(row)
		if !s.Holds(row) || s.Closed(row) {
			t.Fatalf("%+v: %s is not in %s to %s", w, row, s.Start, s.End)
		}
		next, before := w.Assign(s.End), w.Assign(s.Start-1)
		if next.Start != s.End || before.End != s.Start || next.Holds(row) || before.Holds(row) {
			t.Fatalf("%+v: the spans around %s do not meet", w, row)
		}
		low, high := w.Step.Floor(s.End-1), w.Key(s)
		if w.Ceil {
			low = w.Step.Floor(high - 1)
		}
		if s.Holds(low) == w.Ceil || !s.Holds(high) {
			t.Fatalf("%+v: the boundaries of %s to %s", w, s.Start, s.End)
		}
	}
}
