package expr

import (
	"errors"
	"fmt"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// TestResults appends, cuts and takes columns of each class, with NULLs before and behind
// the cut.
func TestResults(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	for _, c := range []struct {
		of   types.Type
		set  func(r *Results, i int)
		want string
	}{
		{types.Of(types.SmallInt), func(r *Results, i int) { r.SetInt(int64(i)) }, "[0 (null) 2 30 (null)]"},
		{types.Of(types.Double), func(r *Results, i int) { r.SetFloat(float64(i)) }, "[0 (null) 2 30 (null)]"},
		{types.Of(types.Boolean), func(r *Results, i int) { r.SetBool(i == 2) }, "[false (null) true false (null)]"},
		{types.VarcharOf(0), func(r *Results, i int) { r.SetString(fmt.Sprint("v", i)) }, "[v0 (null) v2 v30 (null)]"},
	} {
		r := NewResults(c.of)
		add := func(i int) {
			r.Append()
			if i < 0 {
				r.SetNull()
				return
			}
			c.set(r, i)
		}
		for range 2 { // a column that was taken is forgotten
			for _, i := range []int{0, -1, 2, 3, -1, 5} {
				add(i)
			}
			r.Cut(3)
			add(30)
			add(-1)
			if r.Len() != 5 {
				t.Error(r.Len())
			}
			col := r.Column(mem)
			var got []string
			for i := range col.Len() {
				got = append(got, col.ValueStr(i))
			}
			col.Release()
			if fmt.Sprint(got) != c.want {
				t.Errorf("%s: %v, want %s", c.of, got, c.want)
			}
		}
	}
}

// TestFull: texts that do not fit into one column are an error of their row, and the rows
// around it are as they should be.
func TestFull(t *testing.T) {
	defer func(n int) { columnBytes = n }(columnBytes)
	columnBytes = 10
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	f := UserFunction(func(r *Row) error {
		r.SetBytes(r.Bytes(0))
		return nil
	})
	tb := &table{fields: []types.Field{{Name: "S", Type: types.VarcharOf(0)}}, rows: [][]any{{"123456"}, {"12345"}, {"1234"}, {"1"}}}
	column := &plan.Column{Name: "S", Of: types.VarcharOf(0)}
	e, err := Compile(&plan.Call{Func: "SAME", Args: []plan.Expr{column}, Of: types.VarcharOf(0), User: &plan.UserFunction{Name: "SAME", Strict: true, Kernel: f}})
	if err != nil {
		t.Fatal(err)
	}
	rec := tb.record(t, mem, []int{0})
	defer rec.Release()
	col, errs := e.Array(rec, nil, mem)
	defer col.Release()
	if len(errs) != 2 || errs[0].Row != 1 || errs[1].Row != 3 || errs[0].Message != "SAME: the texts of these rows are longer than 2 GiB" {
		t.Errorf("errors: %v", errs)
	}
	if col.ValueStr(0) != "123456" || col.ValueStr(2) != "1234" {
		t.Errorf("values: %v", col)
	}
	r := NewResults(types.VarcharOf(0))
	r.Append()
	r.SetString("12345678901")
	if err := r.Full(); !errors.Is(err, errFull) || r.Full() != nil {
		t.Error(err)
	}
	r.Column(mem).Release()
}
