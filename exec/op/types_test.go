package op

import (
	"context"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// everyType has, for each type, a NULL and three values in ascending order.
var everyType = []struct {
	of     types.Type
	values [3]string
}{
	{types.Of(types.TinyInt), [3]string{"-128", "0", "127"}},
	{types.Of(types.SmallInt), [3]string{"-32768", "-1", "32767"}},
	{types.Of(types.Integer), [3]string{"-5", "5", "2147483647"}},
	{types.Of(types.BigInt), [3]string{"-9223372036854775808", "0", "9223372036854775807"}},
	{types.DecimalOf(5, 2), [3]string{"-1.5", "-1.25", "999.99"}},
	{types.Of(types.Real), [3]string{"-2.5", "1", "NaN"}},
	{types.Of(types.Double), [3]string{"-1e+300", "1e-300", "NaN"}},
	{types.VarcharOf(0), [3]string{"", "Z", "é"}},
	{types.Of(types.Varbinary), [3]string{"AA==", "AAE=", "/w=="}},
	{types.Of(types.Date), [3]string{"1969-12-31", "1970-01-01", "2021-03-09"}},
	{types.Of(types.TimeOfDay), [3]string{"00:00:00", "07:05:09", "23:59:59"}},
	{types.Of(types.Timestamp), [3]string{"1969-12-31 00:00:00", "1970-01-01 00:00:00", "2021-03-09 07:05:09"}},
}

// TestSortTypes sorts a column of each type, whose rows lie in two batches.
func TestSortTypes(t *testing.T) {
	for _, c := range everyType {
		for _, desc := range []bool{false, true} {
			mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
			s, err := NewSort(&plan.Sort{Keys: []plan.SortKey{{Expr: &plan.Column{Name: "X", Of: c.of}, Desc: desc, NullsFirst: desc}}}, mem)
			if err != nil {
				t.Fatal(err)
			}
			out := &keeper{recorder: recorder{t: t, rowtime: -1, promise: types.MinTime}}
			for _, rows := range [][]int{{1, -1}, {2, 0}} {
				b := typedBatch(t, c.of, c.values, rows, mem)
				if err := s.Process(context.Background(), 0, b, out); err != nil {
					t.Fatal(err)
				}
				b.Release()
			}
			drive(t, s, types.MaxTime, out)
			want := typedBatch(t, c.of, c.values, []int{0, 1, 2, -1}, mem)
			got := out.cells
			wants := make([]string, 4)
			for i := range wants {
				wants[i] = want.Rec.Column(0).ValueStr(i)
			}
			if desc {
				slices.Reverse(wants)
			}
			if !slices.Equal(got, wants) {
				t.Errorf("%s desc %v: %v, want %v", c.of, desc, got, wants)
			}
			want.Release()
			mem.AssertSize(t, 0)
		}
	}
}

// keeper writes down the first column as Arrow prints it.
type keeper struct {
	recorder
	cells []string
}

func (k *keeper) Emit(b flow.Batch) error {
	for i := range b.Rows() {
		k.cells = append(k.cells, b.Rec.Column(0).ValueStr(b.Row(i)))
	}
	return nil
}

// typedBatch is a column of the chosen values, -1 being NULL.
func typedBatch(t *testing.T, of types.Type, values [3]string, rows []int, mem memory.Allocator) flow.Batch {
	t.Helper()
	b := array.NewBuilder(mem, of.Arrow())
	defer b.Release()
	for _, r := range rows {
		if r < 0 {
			b.AppendNull()
		} else if err := b.AppendValueFromString(values[r]); err != nil {
			t.Fatal(err)
		}
	}
	a := b.NewArray()
	defer a.Release()
	return flow.Batch{Rec: array.NewRecord(arrow.NewSchema([]arrow.Field{{Name: "X", Type: of.Arrow(), Nullable: true}}, nil), []arrow.Array{a}, int64(len(rows)))}
}

// TestGatherTypes takes rows of slices of several columns, and rows of NULLs.
func TestGatherTypes(t *testing.T) {
	list := append(slices.Clone(everyType), everyType[0])
	list[len(list)-1].of, list[len(list)-1].values = types.Of(types.Boolean), [3]string{"false", "true", "false"}
	for _, c := range list {
		mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
		x, y := typedBatch(t, c.of, c.values, []int{2, 0, -1, 1}, mem), typedBatch(t, c.of, c.values, []int{-1, 1}, mem)
		cut := array.NewSlice(x.Rec.Column(0), 1, 4) // 0, NULL, 1
		for _, refs := range [][]ref{{{0, 2}, {1, 1}, {-1, 0}, {0, 0}, {0, 1}}, {{0, 0}, {1, 1}}, {}} {
			got := gather(c.of.Arrow(), []arrow.Array{cut, y.Rec.Column(0)}, refs, mem)
			for i, r := range refs {
				want := "(null)"
				if r.src == 0 {
					want = cut.ValueStr(int(r.row))
				} else if r.src == 1 {
					want = y.Rec.Column(0).ValueStr(int(r.row))
				}
				if got.ValueStr(i) != want {
					t.Errorf("%s: row %d is %s, want %s", c.of, i, got.ValueStr(i), want)
				}
			}
			got.Release()
		}
		cut.Release()
		x.Release()
		y.Release()
		mem.AssertSize(t, 0)
	}
	none := gather(arrow.Null, nil, []ref{{-1, 0}}, memory.DefaultAllocator)
	defer none.Release()
	if none.Len() != 1 || none.NullN() != 1 {
		t.Error("the NULL type")
	}
}
