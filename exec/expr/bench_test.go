package expr

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

const benchRows = 4096

// benchTable has texts of a log line's parts, numbers, times and documents; T is a
// number in every second row, L the line of a web server's log, Y one of syslog.
func benchTable(rows int) *table {
	rng := rand.New(rand.NewPCG(1, 2))
	tb := &table{fields: []types.Field{
		{Name: "S", Type: types.VarcharOf(40)}, {Name: "F", Type: types.Of(types.Double)}, {Name: "D", Type: types.DecimalOf(12, 4)},
		{Name: "I", Type: types.Of(types.BigInt)}, {Name: "J", Type: types.VarcharOf(0)}, {Name: "C", Type: types.VarcharOf(9)},
		{Name: "TS", Type: types.Of(types.Timestamp)}, {Name: "DT", Type: types.Of(types.Date)}, {Name: "T", Type: types.VarcharOf(12)},
		{Name: "L", Type: types.VarcharOf(0)}, {Name: "Y", Type: types.VarcharOf(0)}, {Name: "P", Type: types.VarcharOf(0)},
	}}
	cities := []string{"North", "South", "harbour", "Größe"}
	for row := range rows {
		n := rng.IntN(1_000_000)
		city := cities[rng.IntN(len(cities))]
		text := fmt.Sprintf("%d.%02d", n, rng.IntN(100))
		if row%2 == 1 {
			text = "x" + city
		}
		tb.rows = append(tb.rows, []any{
			fmt.Sprintf("GET /item/%d?user=%s", n, city), rng.Float64() * 1000, fmt.Sprintf("%d.%04d", rng.IntN(100000), rng.IntN(10000)), n,
			fmt.Sprintf(`{"id": %d, "user": {"name": "%s", "tags": ["a", "b"]}, "price": 12.5, "at": "2021-03-09"}`, n, city), city,
			fmt.Sprintf("2021-03-09 %02d:%02d:%02d.250", row%24, n%60, n/60%60), fmt.Sprintf("2021-%02d-%02d", 1+n%12, 1+n%28), text,
			fmt.Sprintf(`10.0.0.%d - mia [05/Feb/2020:10:00:%02d +0000] "GET /item/%d HTTP/1.1" 200 %d`, n%256, n%60, n, n%5000),
			fmt.Sprintf("Feb  5 10:00:%02d host app[%d]: started", n%60, n%5000), fmt.Sprintf("09/03/2021 %02d:%02d:%02d", row%24, n%60, n/60%60),
		})
	}
	return tb
}

// benchEvaluator is an expression of the table, and its columns.
func benchEvaluator(tb testing.TB, t *table, expr string) (*Evaluator, arrow.Record) {
	e, columns, err := t.bind(expr)
	if err != nil {
		tb.Fatalf("%s: %v", expr, err)
	}
	ev, err := Compile(started(e))
	if err != nil {
		tb.Fatalf("%s: %v", expr, err)
	}
	rec := t.record(tb, memory.DefaultAllocator, columns)
	tb.Cleanup(rec.Release)
	return ev, rec
}

// BenchmarkFunctions reports rows/s of one function over a batch, the family
// first.
func BenchmarkFunctions(b *testing.B) {
	tb := benchTable(benchRows)
	for _, family := range functionCases {
		for _, c := range family.exprs {
			b.Run(family.short+"/"+c.name, func(b *testing.B) {
				ev, rec := benchEvaluator(b, tb, c.expr)
				b.ReportAllocs()
				for b.Loop() {
					ev.begin()
					if v := ev.run(rec, nil); v == nil || len(ev.c.errs) > 0 {
						b.Fatal(ev.c.errs)
					}
				}
				b.ReportMetric(float64(b.N)*benchRows/b.Elapsed().Seconds(), "rows/s")
			})
		}
	}
}

// TestBenchmarkedFamilies: every family has a benchmark, whose expressions name a
// function of it each.
func TestBenchmarkedFamilies(t *testing.T) {
	for _, f := range plan.Families() {
		if len(casesOf(f.Name)) == 0 {
			t.Errorf("family %s has no benchmark", f.Name)
		}
		for _, c := range casesOf(f.Name) {
			if !namesFunction(f, c.expr) {
				t.Errorf("%s: %s names no function of the family", f.Name, c.expr)
			}
		}
	}
}

func namesFunction(f plan.Family, expr string) bool {
	for _, fn := range f.Functions {
		for _, name := range append([]string{fn.Name}, fn.Synonyms...) {
			if strings.Contains(expr, name+"(") || strings.Contains(expr, name+" ") {
				return true
			}
		}
	}
	return false
}

// TestFunctionAllocations: four times as many rows take no more allocations, but for
// the expressions that say why.
func TestFunctionAllocations(t *testing.T) {
	few, many := benchTable(benchRows/4), benchTable(benchRows)
	for _, family := range functionCases {
		for _, c := range family.exprs {
			if raced && (family.short == "regex" || strings.Contains(c.expr, "SIMILAR") || strings.Contains(c.expr, "FROM '") || strings.Contains(c.expr, "REGEX")) {
				continue // the race detector makes the pools of package regexp forget
			}
			a, b := allocationsOf(t, few, c.expr), allocationsOf(t, many, c.expr)
			if grows := b > a+1; grows != (c.allocates != "") {
				t.Errorf("%s: %v allocations for %d rows, %v for %d; said to allocate: %q", c.expr, a, benchRows/4, b, benchRows, c.allocates)
			}
		}
	}
}

func allocationsOf(t *testing.T, tb *table, expr string) float64 {
	ev, rec := benchEvaluator(t, tb, expr)
	return testing.AllocsPerRun(5, func() {
		ev.begin()
		ev.run(rec, nil)
	})
}
