package op

import (
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/window"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// TestSpanSearch: the spans that are found by asking a function are those that FLOOR, STEP
// and CEIL compute, and for others those of the calendar.
func TestSpanSearch(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	rowtime := &plan.Column{Name: types.RowTimeName, Of: types.Of(types.Timestamp)}
	at := func(text string) types.Time {
		v, err := types.ParseTimestamp([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return types.Time(v)
	}
	rows := []types.Time{at("2021-03-09 16:21:00"), at("2021-03-09 16:21:00.001"), at("2020-02-29 23:59:59.999"), at("1969-12-31 23:59:59"), at("1970-01-01 00:00:00")}
	for _, w := range []window.Tumble{
		{Step: types.Step{Micros: 15 * types.Second}}, {Step: types.StepOf(types.UnitMinute), Ceil: true}, {Step: types.Step{Micros: 7 * types.Day}},
		{Step: types.StepOf(types.UnitMonth)}, {Step: types.StepOf(types.UnitYear), Ceil: true}, {Step: types.Step{Micros: types.Millisecond}},
	} {
		search, err := newSpanSearch(&plan.TimeFloor{X: rowtime, Step: w.Step, Ceil: w.Ceil}, mem)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if got, want := search.Assign(row), w.Assign(row); got != want {
				t.Errorf("%+v of %s: %s to %s, want %s to %s", w, row, got.Start, got.End, want.Start, want.End)
			}
		}
	}
	for _, c := range []struct {
		of         plan.Expr
		row        string
		start, end types.Time
	}{
		{rowtime, "2021-03-09 16:21:00", at("2021-03-09 16:21:00"), at("2021-03-09 16:21:00.000001")},
		{&plan.Cast{X: rowtime, Of: types.Of(types.Date)}, "2021-03-09 16:21:00", at("2021-03-09 00:00:00"), at("2021-03-10 00:00:00")},
		// A function that does not move has one window, for ever.
		{&plan.Call{Func: "*", Args: []plan.Expr{
			&plan.Call{Func: "UNIX_TIMESTAMP", Args: []plan.Expr{rowtime}, Of: types.Of(types.BigInt)}, &plan.Literal{Value: int64(0), Of: types.Of(types.BigInt)},
		}, Of: types.Of(types.BigInt)}, "2021-03-09 16:21:00", types.MinTime, types.MaxTime},
	} {
		search, err := newSpanSearch(c.of, mem)
		if err != nil {
			t.Fatal(err)
		}
		if got := search.Assign(at(c.row)); got.Start != c.start || got.End != c.end {
			t.Errorf("%s: %s to %s, want %s to %s", c.of, got.Start, got.End, c.start, c.end)
		}
	}
}
