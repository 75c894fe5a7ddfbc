package expr

import (
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/parse"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// lineTable is a relation T with a column S of the lines.
func lineTable(lines ...any) *table {
	tb := &table{fields: []types.Field{{Name: "S", Type: types.VarcharOf(0)}}}
	for _, l := range lines {
		tb.rows = append(tb.rows, []any{l})
	}
	return tb
}

// fieldsOf is the fields of SELECT call FROM T.
func (tb *table) fieldsOf(t testing.TB, call string) []plan.Expr {
	t.Helper()
	s, err := parse.ParseStatement("SELECT " + call + " FROM T")
	if err != nil {
		t.Fatal(err)
	}
	q, err := (&plan.Binder{Catalog: tb}).Query(s.(*ast.SelectStatement).Query)
	if err != nil {
		t.Fatal(err)
	}
	exprs := q.Root.(*plan.Project).Exprs
	for i, e := range exprs {
		exprs[i] = started(e)
	}
	return exprs
}

// TestRecordIsShared: the fields of one call have one parser, those of another call
// another, and a batch is parsed once.
func TestRecordIsShared(t *testing.T) {
	tb := lineTable("a,1", "b,2", nil, "c")
	exprs := append(tb.fieldsOf(t, "VARIABLE_COLUMN_LOG_PARSE(S, 2, ',')"), tb.fieldsOf(t, "VARIABLE_COLUMN_LOG_PARSE(S, 2, ';')")...)
	evals, err := CompileAll(exprs)
	if err != nil {
		t.Fatal(err)
	}
	first, second := evals[0].root.(*field).record, evals[2].root.(*field).record
	if evals[1].root.(*field).record != first || evals[3].root.(*field).record != second || first == second {
		t.Error("the parsers are not those of the calls")
	}
	counted := &countedLines{lines: first.lines}
	first.lines = counted
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	rec := tb.record(t, mem, []int{0})
	defer rec.Release()
	for batch, want := range []string{"[a b (null) c] [1 2 (null) (null)]", "[(null) b (null) (null)] [(null) 2 (null) (null)]"} {
		var sel []uint32
		if batch == 1 {
			sel = []uint32{1}
		}
		var got []string
		for i, e := range evals {
			a, errs := e.Array(rec, sel, mem)
			if len(errs) > 0 {
				t.Error(errs)
			}
			if i < 2 {
				text := a.String()
				if batch == 1 {
					text = fmt.Sprintf("[(null) %s (null) (null)]", a.ValueStr(1)) // dead rows hold anything
				}
				got = append(got, strings.ReplaceAll(text, "\"", ""))
			}
			a.Release()
		}
		if text := strings.Join(got, " "); text != want || counted.n != batch+1 {
			t.Errorf("batch %d: %s after %d times", batch, text, counted.n)
		}
	}
}

type countedLines struct {
	lines
	n int
}

func (e *countedLines) split(c *call, text *vec, out *rawFields) {
	e.n++
	e.lines.split(c, text, out)
}

// TestRecordInCase: a line that is not asked for does not fail.
func TestRecordInCase(t *testing.T) {
	tb := lineTable("1,x", "2,7", "3,y", "4,8")
	f := tb.fieldsOf(t, "VARIABLE_COLUMN_LOG_PARSE(S, 'a TYPE VARCHAR(3), b TYPE INTEGER', ',')")[1]
	s := &plan.Column{Index: 0, Name: "S", Of: types.VarcharOf(0)}
	is := func(text string) plan.Expr {
		return &plan.Call{Func: "=", Args: []plan.Expr{s, &plan.Literal{Value: text, Of: types.VarcharOf(0)}}, Of: types.Of(types.Boolean)}
	}
	minus := &plan.Literal{Value: int64(-1), Of: types.Of(types.Integer)}
	ev, err := Compile(&plan.Case{Whens: []plan.When{{Cond: is("1,x"), Then: minus}, {Cond: is("2,7"), Then: f}}, Else: f, Of: types.Of(types.Integer)})
	if err != nil {
		t.Fatal(err)
	}
	rec := tb.record(t, memory.DefaultAllocator, []int{0})
	defer rec.Release()
	a, errs := ev.Array(rec, nil, memory.DefaultAllocator)
	defer a.Release()
	if len(errs) != 1 || errs[0].Row != 2 || errs[0].Name != flow.CastError || a.ValueStr(0) != "-1" || a.ValueStr(1) != "7" || a.ValueStr(3) != "8" {
		t.Errorf("%v %v", a, errs)
	}
}

// BenchmarkLogs reports rows/s of each parser, all fields read; allocations are those
// of the Arrow columns.
func BenchmarkLogs(b *testing.B) {
	web := func(i int) string {
		return fmt.Sprintf(`83.149.9.%d - - [17/May/2015:10:05:%02d +0000] "GET /images/%d/kibana.png HTTP/1.1" 200 %d "http://example.com/x%d/" "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_1)"`, i%256, i%60, i, i*7, i)
	}
	csv := func(i int) string { return fmt.Sprintf("%d|North|2021-03-09 07:05:%02d|%d.25", i, i%60, i) }
	for _, c := range []struct {
		name, call string
		line       func(i int) string
	}{
		{"w3c/extended", "W3C_LOG_PARSE(S, 'NCSA EXTENDED')", web},
		{"regex/extended", `REGEX_LOG_PARSE(S, '(\S+) (\S+) (\S+) (\[[^\]]*\]) "([^"]*)" (\d+) (\d+) "([^"]*)" "([^"]*)"')`, web},
		{"fast/extended", `FAST_REGEX_LOG_PARSE(S, '([^ ]+) ([^ ]+) ([^ ]+) (\[[^\]]*\]) \"(.*)\" (<Digit>{3}) (<Digit>+) \"(.*)\" \"(.*)\"')`, web},
		{"sys", "SYS_LOG_PARSE(S)", func(i int) string { return fmt.Sprintf("Mar  9 07:05:%02d gate kernel: line %d", i%60, i) }},
		{"variable/text", "VARIABLE_COLUMN_LOG_PARSE(S, 4, '|')", csv},
		{"variable/quotes", `VARIABLE_COLUMN_LOG_PARSE(S, 4, '|', '\', '"')`, csv},
		{"variable/typed", "VARIABLE_COLUMN_LOG_PARSE(S, 'a TYPE INTEGER, b TYPE VARCHAR(9), c TYPE TIMESTAMP, d TYPE DOUBLE', '|')", csv},
		{"variable/pattern", "VARIABLE_COLUMN_LOG_PARSE(S, 'a TYPE INTEGER, b TYPE VARCHAR(9), c TYPE TIMESTAMP ''yyyy-MM-dd HH:mm:ss'', d TYPE DOUBLE', '|')", csv},
		{"fixed", "FIXED_COLUMN_LOG_PARSE(S, 'a TYPE INTEGER START 0 FOR 5, b TYPE CHAR(5) START 5 FOR 5, c TYPE VARCHAR(20) START 10')", func(i int) string { return fmt.Sprintf("%5dNorth%d", i, i) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			tb := lineTable()
			for i := range benchRows {
				tb.rows = append(tb.rows, []any{c.line(i)})
			}
			evals, err := CompileAll(tb.fieldsOf(b, c.call))
			if err != nil {
				b.Fatal(err)
			}
			rec := tb.record(b, memory.DefaultAllocator, []int{0})
			defer rec.Release()
			b.ReportAllocs()
			for b.Loop() {
				for _, e := range evals {
					a, errs := e.Array(rec, nil, memory.DefaultAllocator)
					if len(errs) > 0 || a.NullN() > 0 {
						b.Fatal(errs, a.NullN())
					}
					a.Release()
				}
			}
			b.ReportMetric(float64(b.N)*benchRows/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
