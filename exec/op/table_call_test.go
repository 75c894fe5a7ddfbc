package op

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/parse"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// repeats is the relations with a table function: REPEATS(n) makes the rows 0 to n-1, and
// fails behind them where n is 13.
type repeats struct{ relations }

func (repeats) FunctionNames() []string { return []string{"REPEATS"} }

func (repeats) Functions(name string) []*plan.UserFunction {
	if name != "REPEATS" {
		return nil
	}
	whole := types.Of(types.Integer)
	return []*plan.UserFunction{{
		Name: name, Kind: plan.UserTable, Params: []types.Field{{Name: "N", Type: whole}}, Columns: []types.Field{{Name: "I", Type: whole}},
		Kernel: NewTableKernel(func() *TableKernel {
			args, made := expr.NewArguments([]bool{false}), expr.NewResults(whole)
			return &TableKernel{
				Load: args.Load,
				Call: func(row uint32) (int, error) {
					if args.At(row); args.Missing() {
						return 0, nil
					}
					n, before := args.Int(0), made.Len()
					for i := range n {
						made.Append()
						made.SetInt(i)
					}
					if n == 13 {
						made.Cut(before)
						return 0, errors.New("not thirteen")
					}
					return int(n), nil
				},
				Bytes:   made.TextBytes,
				Columns: func(mem memory.Allocator) []arrow.Array { return []arrow.Array{made.Column(mem)} },
			}
		}),
	}}
}

func tableCall(t *testing.T, mem memory.Allocator) *TableCall {
	t.Helper()
	s, err := parse.ParseStatement("SELECT STREAM i FROM TABLE(REPEATS(CURSOR(SELECT STREAM n FROM s)))")
	if err != nil {
		t.Fatal(err)
	}
	q, err := (&plan.Binder{Catalog: repeats{}}).Query(s.(*ast.SelectStatement).Query)
	if err != nil {
		t.Fatal(err)
	}
	n, ok := find[*plan.TableCall](q.Root)
	if !ok {
		t.Fatal(plan.Explain(q.Root))
	}
	call, err := NewTableCall(n, mem)
	if err != nil {
		t.Fatal(err)
	}
	return call
}

// inputOf is rows of n, a second apart; dead puts others between them.
func inputOf(t *testing.T, rows []string, dead bool, mem memory.Allocator) flow.Batch {
	lines := make([]string, len(rows))
	for i, n := range rows {
		lines[i] = fmt.Sprintf("00:%02d:%02d %s", i/60, i%60, n)
	}
	return batchOf(t, types.StreamSchema(types.Field{Name: "N", Type: types.Of(types.Integer)}), lines, dead, mem)
}

func TestTableCall(t *testing.T) {
	rows := []string{"2", "0", "-", "13", "9000", "1", "13"}
	var want []string
	for i, n := range rows {
		times := map[string]int{"2": 2, "9000": 9000, "1": 1}[n]
		for k := range times {
			want = append(want, fmt.Sprintf("%d 00:00:%02d", k, i))
		}
	}
	for _, dead := range []bool{false, true} {
		mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
		call := tableCall(t, mem)
		for range 2 {
			out := &recorder{t: t, rowtime: 1, promise: types.MinTime}
			b := inputOf(t, rows, dead, mem)
			if err := call.Process(context.Background(), 0, b, out); err != nil {
				t.Fatal(err)
			}
			b.Release()
			if !slices.Equal(out.lines, want) || out.fates != [3]int{flow.Passed: 5} {
				t.Errorf("dead=%v: %d rows, want %d; fates %v", dead, len(out.lines), len(want), out.fates)
			}
			if got := strings.Join(out.rejected, "; "); got != "00:00:03 FunctionError: REPEATS: not thirteen; 00:00:06 FunctionError: REPEATS: not thirteen" {
				t.Errorf("rejected: %s", got)
			}
		}
		mem.AssertSize(t, 0)
	}
}

// enough is an Out that has had enough after its first batch.
type enough struct{ recorder }

func (e *enough) Emit(b flow.Batch) error {
	if err := e.recorder.Emit(b); err != nil {
		return err
	}
	return flow.ErrEnough
}

// TestTableCallEnough: rows leave before all are made, and each row has its fate also
// when no more are wanted.
func TestTableCallEnough(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	call := tableCall(t, mem)
	out := &enough{recorder{t: t, rowtime: 1, promise: types.MinTime}}
	b := inputOf(t, []string{"13", "5000", "7", "13"}, false, mem)
	defer b.Release()
	err := call.Process(context.Background(), 0, b, out)
	if !errors.Is(err, flow.ErrEnough) || len(out.lines) != 5000 || out.refused != 1 || out.fates[flow.Passed] != 3 {
		t.Errorf("%v: %d rows, %d rejected, fates %v", err, len(out.lines), out.refused, out.fates)
	}
}
