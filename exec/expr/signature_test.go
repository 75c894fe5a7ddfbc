package expr

import (
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// typeNames is the columns of the sample with the type each stands for in CAST.
var typeNames = map[string]string{
	"B": "BOOLEAN", "I8": "TINYINT", "I16": "SMALLINT", "I": "INTEGER", "L": "BIGINT", "D": "DECIMAL(5,2)", "R": "REAL", "F": "DOUBLE",
	"C": "CHAR(5)", "S": "VARCHAR(10)", "X": "VARBINARY(9)", "DT": "DATE", "TM": "TIME", "TS": "TIMESTAMP",
}

// TestFunctionsHaveKernels tries every function on every combination of argument
// types: what the signature accepts must compile and run.
func TestFunctionsHaveKernels(t *testing.T) {
	tb := sample()
	for name, f := range plan.Functions() {
		if name != f.Name || f.Types == nil || f.Record != nil {
			continue // a synonym, a form of the grammar, or a log parser, which takes constants
		}
		most := f.Max
		if most < 0 {
			most = f.Min + 1
		}
		accepted := 0
		for n := f.Min; n <= most; n++ {
			combinations(len(tb.fields), n, func(pick []int) {
				given := make([]types.Type, n)
				for i, c := range pick {
					given[i] = tb.fields[c].Type
				}
				params, result, problem := f.Types(given)
				if problem != "" {
					return
				}
				accepted++
				call := &plan.Call{Func: name, Of: result}
				for i, c := range pick {
					var arg plan.Expr = &plan.Column{Index: c, Name: tb.fields[c].Name, Of: given[i]}
					if params[i] != given[i] {
						arg = &plan.Cast{X: arg, Of: params[i]}
					}
					call.Args = append(call.Args, arg)
				}
				if f.Today {
					call.Args = append(call.Args, &plan.Call{Func: "CURRENT_DATE", Of: types.Of(types.Date)})
				}
				tb.runs(t, call)
			})
		}
		if accepted == 0 {
			t.Errorf("%s accepts nothing", name)
		}
	}
}

// started is e in a query that started at 2021-03-09 07:05:09.
func started(e plan.Expr) plan.Expr {
	n := plan.AtStart(&plan.Project{Exprs: []plan.Expr{e}}, types.Time(1615273509)*types.Second)
	return n.(*plan.Project).Exprs[0]
}

func combinations(of, n int, f func([]int)) {
	pick := make([]int, n)
	for {
		f(pick)
		i := n - 1
		for ; i >= 0 && pick[i] == of-1; i-- {
			pick[i] = 0
		}
		if i < 0 {
			return
		}
		pick[i]++
	}
}

// runs compiles and evaluates e over the whole sample.
func (tb *table) runs(t *testing.T, e plan.Expr) {
	t.Helper()
	ev, err := Compile(started(e))
	if err != nil {
		t.Errorf("%s: %v", e, err)
		return
	}
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	columns := make([]int, len(tb.fields))
	for i := range columns {
		columns[i] = i
	}
	rec := tb.record(t, mem, columns)
	defer rec.Release()
	evaluate(t, ev, e.Type(), rec, nil, mem)
}

// TestOperatorsHaveKernels: whatever the binder lets through must run.
func TestOperatorsHaveKernels(t *testing.T) {
	tb := sample()
	bound := map[string]int{}
	try := func(op, text string) {
		e, _, err := tb.bind(text)
		if err != nil {
			return
		}
		bound[op]++
		if _, err := Compile(started(e)); err != nil {
			t.Errorf("%s: %v", text, err)
			return
		}
		tb.run(t, text)
	}
	for a := range typeNames {
		for _, op := range []string{"-", "NOT"} {
			try(op, op+" "+a)
		}
		for _, is := range []string{"IS NULL", "IS TRUE", "IS FALSE", "IS UNKNOWN"} {
			try(is, a+" "+is)
		}
		for _, unit := range []string{"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"} {
			try("FLOOR TO", "FLOOR("+a+" TO "+unit+")")
			try("CEIL TO", "CEIL("+a+" TO "+unit+")")
			try("STEP", "STEP("+a+" BY INTERVAL '5' "+unit+")")
			try("INTERVAL", a+" + INTERVAL '5' "+unit)
			try("INTERVAL", a+" - INTERVAL '5' "+unit)
		}
		for _, b := range []string{"NULL", "B", "I8", "I16", "I", "L", "D", "R", "F", "C", "S", "X", "DT", "TM", "TS"} {
			for _, op := range []string{"+", "-", "*", "/", "=", "<>", "<", "<=", ">", ">=", "AND", "OR", "||", "LIKE", "IS DISTINCT FROM"} {
				try(op, fmt.Sprintf("%s %s %s", a, op, b))
				try(op, fmt.Sprintf("%s %s %s", b, op, a))
			}
			try("CASE", fmt.Sprintf("CASE WHEN B THEN %s ELSE %s END", a, b))
			try("IN", fmt.Sprintf("%s IN (%s)", a, b))
			try("BETWEEN", fmt.Sprintf("%s BETWEEN %s AND %s", a, b, a))
		}
	}
	for _, op := range []string{"-", "NOT", "IS NULL", "FLOOR TO", "CEIL TO", "STEP", "INTERVAL", "+", "*", "/", "=", ">=", "AND", "OR", "||", "LIKE", "IS DISTINCT FROM", "CASE", "IN", "BETWEEN"} {
		if bound[op] == 0 {
			t.Errorf("%s was never accepted", op)
		}
	}
}

// TestCastMatrix is kda-sql.md §3.2, less intervals.
func TestCastMatrix(t *testing.T) {
	tb := sample()
	numbers := "I8 I16 I L D R F"
	allowed := map[string]string{
		"B": "B C S", "C": numbers + " B C S DT TM TS", "S": numbers + " B C S DT TM TS",
		"X": "X", "DT": "DT TS C S", "TM": "TM TS C S", "TS": "DT TM TS C S",
	}
	for from := range typeNames {
		may, ok := allowed[from]
		if !ok {
			may = numbers + " C S"
		}
		for to, name := range typeNames {
			text := fmt.Sprintf("CAST(%s AS %s)", from, name)
			_, _, err := tb.bind(text)
			want := false
			for _, w := range strings.Fields(may) {
				want = want || w == to
			}
			if (err == nil) != want {
				t.Errorf("%s: %v", text, err)
			}
			if err == nil {
				tb.run(t, text)
			}
		}
		tb.run(t, fmt.Sprintf("CAST(NULL AS %s)", typeNames[from]))
	}
}

// TestUntypedNull: a column of the NULL type, as VALUES (NULL) makes, converts to
// every type.
func TestUntypedNull(t *testing.T) {
	tb := &table{fields: []types.Field{{Name: "U", Type: types.Of(types.Null)}}, rows: [][]any{{nil}, {nil}}}
	for _, f := range append(sample().fields, types.Field{Type: types.Of(types.DayInterval)}) {
		tb.runs(t, &plan.Cast{X: &plan.Column{Name: "U", Of: types.Of(types.Null)}, Of: f.Type})
	}
	if got := tb.run(t, "U IS NULL"); got[0] != "true" || got[1] != "true" {
		t.Error("U IS NULL", got)
	}
	if got := tb.run(t, "COALESCE(U, 5)"); got[0] != "5" {
		t.Error("COALESCE(U, 5)", got)
	}
}

func TestNoKernel(t *testing.T) {
	unknown := &plan.Call{Func: "SOUNDEX", Args: []plan.Expr{&plan.Literal{Value: "x", Of: types.VarcharOf(1)}}, Of: types.VarcharOf(4)}
	interval := &plan.Literal{Value: int64(1), Of: types.Of(types.DayInterval)}
	for _, e := range []plan.Expr{
		unknown, &plan.Cast{X: unknown, Of: types.VarcharOf(1)}, &plan.TimeFloor{X: unknown}, &plan.Case{Else: unknown},
		&plan.Case{Whens: []plan.When{{Cond: unknown, Then: unknown}}, Else: interval}, &plan.Call{Func: "NOT", Args: []plan.Expr{unknown}},
		&plan.Cast{X: interval, Of: types.Of(types.Boolean)},
	} {
		if _, err := Compile(e); err == nil {
			t.Errorf("%s compiles", e)
		}
	}
}
