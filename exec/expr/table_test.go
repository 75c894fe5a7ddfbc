package expr

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/parse"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// table is a relation T with values, NULL being nil.
type table struct {
	fields []types.Field
	rows   [][]any
}

func (tb *table) Relation(ast.Qualified) (*plan.Relation, error) {
	return &plan.Relation{Name: "T", Connector: "file", Schema: types.NewSchema(tb.fields...)}, nil
}

func (tb *table) Names() []string { return []string{"T"} }

// sample has a column of every type; the middle row is NULL throughout.
func sample() *table {
	f := func(name string, t types.Type) types.Field { return types.Field{Name: name, Type: t} }
	char := types.Type{Kind: types.Char, Precision: 5}
	return &table{
		fields: []types.Field{
			f("B", types.Of(types.Boolean)), f("I8", types.Of(types.TinyInt)), f("I16", types.Of(types.SmallInt)),
			f("I", types.Of(types.Integer)), f("L", types.Of(types.BigInt)), f("D", types.DecimalOf(5, 2)),
			f("R", types.Of(types.Real)), f("F", types.Of(types.Double)), f("C", char), f("S", types.VarcharOf(10)),
			f("X", types.Of(types.Varbinary)), f("DT", types.Of(types.Date)), f("TM", types.Of(types.TimeOfDay)),
			f("TS", types.Of(types.Timestamp)), f("Z", types.Of(types.Integer)), f("N", types.VarcharOf(30)),
		},
		rows: [][]any{
			{true, 100, 30000, 7, 9, "7.50", 1.5, 2.5, "ab   ", "pump7", "AQI=", "2021-03-09", "07:05:09", "2021-03-09 17:43:52", 0, "12"},
			make([]any, 16),
			{false, -128, -32768, -2147483648, "-9223372036854775808", "-999.99", -3e38, -1e308, "Ünïc ", "", "", "1969-12-31", "23:59:59.999", "1969-12-31 23:59:59.999", 3, "x"},
		},
	}
}

// record is the columns of T that a scan reads.
func (tb *table) record(t testing.TB, mem memory.Allocator, columns []int) arrow.Record {
	t.Helper()
	arrays := make([]arrow.Array, len(columns))
	fields := make([]arrow.Field, len(columns))
	for i, c := range columns {
		dt := tb.fields[c].Type.Arrow()
		fields[i] = arrow.Field{Name: tb.fields[c].Name, Type: dt, Nullable: true}
		b := array.NewBuilder(mem, dt)
		for _, row := range tb.rows {
			var err error
			if row[c] == nil {
				b.AppendNull()
			} else if err = b.AppendValueFromString(fmt.Sprint(row[c])); err != nil {
				t.Fatal(err)
			}
		}
		arrays[i] = b.NewArray()
		b.Release()
	}
	rec := array.NewRecord(arrow.NewSchema(fields, nil), arrays, int64(len(tb.rows)))
	for _, a := range arrays {
		a.Release()
	}
	return rec
}

// bind is the expression of SELECT text FROM T and the columns it reads.
func (tb *table) bind(text string) (plan.Expr, []int, error) {
	s, err := parse.ParseStatement("SELECT " + text + " FROM T")
	if err != nil {
		return nil, nil, err
	}
	q, err := (&plan.Binder{Catalog: tb}).Query(s.(*ast.SelectStatement).Query)
	if err != nil {
		return nil, nil, err
	}
	p, ok := q.Root.(*plan.Project)
	if !ok {
		return nil, nil, errors.New("not a projection")
	}
	return p.Exprs[0], p.Input.(*plan.Scan).Columns, nil
}

// run evaluates text over every selection of rows that has one row, over all and
// over all but the first, and checks that they agree and that dead rows neither
// fail nor count. A failed row reads `!Class`.
func (tb *table) run(t *testing.T, text string) []string {
	t.Helper()
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	e, columns, err := tb.bind(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	ev, err := Compile(started(e))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	rec := tb.record(t, mem, columns)
	defer rec.Release()
	all := evaluate(t, ev, e.Type(), rec, nil, mem)
	sels := [][]uint32{All(len(tb.rows)), All(len(tb.rows))[1:], {}}
	for i := range tb.rows {
		sels = append(sels, []uint32{uint32(i)})
	}
	for _, sel := range sels {
		if e.Type().Kind == types.Boolean {
			selects(t, text, ev, rec, sel, all)
		}
		got := evaluate(t, ev, e.Type(), rec, sel, mem)
		for _, i := range sel {
			if got[i] != all[i] {
				t.Errorf("%s: row %d is %s with the rows %v alive, %s with all", text, i, got[i], sel, all[i])
			}
		}
	}
	return all
}

// selects checks that the rows a condition selects are those where it is true.
func selects(t *testing.T, text string, ev *Evaluator, rec arrow.Record, sel []uint32, all []string) {
	t.Helper()
	picked, errs := ev.Select(rec, sel)
	failed := map[uint32]bool{}
	for _, e := range errs {
		failed[e.Row] = true
	}
	var got, want []uint32
	for _, i := range picked {
		if !failed[i] {
			got = append(got, i)
		}
	}
	for _, i := range sel {
		if all[i] == "true" {
			want = append(want, i)
		}
		if failed[i] != strings.HasPrefix(all[i], "!") {
			t.Errorf("%s: row %d is %s, selecting it fails: %t", text, i, all[i], failed[i])
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s: rows %v are selected of %v, want %v", text, got, sel, want)
	}
}

func evaluate(t *testing.T, ev *Evaluator, of types.Type, rec arrow.Record, sel []uint32, mem memory.Allocator) []string {
	t.Helper()
	a, errs := ev.Array(rec, sel, mem)
	defer a.Release()
	if a.Len() != int(rec.NumRows()) || !arrow.TypeEqual(a.DataType(), of.Arrow()) && a.DataType().ID() != arrow.NULL {
		t.Fatalf("a column of %d %s, want %d %s", a.Len(), a.DataType(), rec.NumRows(), of.Arrow())
	}
	if sel == nil {
		sel = All(int(rec.NumRows()))
	}
	alive := map[uint32]bool{}
	out := make([]string, a.Len())
	nulls := 0
	for _, i := range sel {
		alive[i] = true
		out[i] = show(a, int(i), of)
		if a.IsNull(int(i)) {
			nulls++
		}
	}
	if of.Kind != types.Null && len(sel) < a.Len() && ev.Column() < 0 && a.NullN() != nulls {
		t.Errorf("NULLs: %d, %d of them alive", a.NullN(), nulls)
	}
	last := -1
	for _, e := range errs {
		if !alive[e.Row] || int(e.Row) <= last {
			t.Errorf("error of row %d, which is dead or out of order: %+v", e.Row, e)
		}
		last = int(e.Row)
		out[e.Row] = "!" + e.Name
	}
	return out
}

func show(a arrow.Array, i int, of types.Type) string {
	if a.IsNull(i) {
		return "NULL"
	}
	switch a := a.(type) {
	case *array.Decimal128:
		return string(types.AppendDecimal(nil, int64(a.Value(i).LowBits()), of.Scale))
	case *array.Timestamp:
		return types.Time(a.Value(i)).String()
	case *array.Date32:
		return string(types.AppendDate(nil, int64(a.Value(i))))
	case *array.Time64:
		return string(types.AppendTimeOfDay(nil, int64(a.Value(i))))
	case *array.String:
		return "'" + a.Value(i) + "'"
	case *array.Float64:
		return string(types.AppendFloat(nil, a.Value(i), 64))
	case *array.Float32:
		return string(types.AppendFloat(nil, float64(a.Value(i)), 32))
	}
	return a.ValueStr(i)
}
