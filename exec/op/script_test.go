package op

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/cockroachdb/datadriven"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/parse"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// relations is a stream S(K, N), the tables T(K, NAME, N) and F(K, N).
type relations struct{}

func (relations) Relation(name ast.Qualified) (*plan.Relation, error) {
	k, n := types.Field{Name: "K", Type: types.VarcharOf(9)}, types.Field{Name: "N", Type: types.Of(types.Integer)}
	switch name.Last().Text {
	case "S":
		return &plan.Relation{Name: "S", Stream: true, Connector: "file", Schema: types.StreamSchema(k, n)}, nil
	case "T":
		return &plan.Relation{Name: "T", Connector: "file", Schema: types.NewSchema(k, types.Field{Name: "NAME", Type: types.VarcharOf(9)}, n)}, nil
	case "F":
		return &plan.Relation{Name: "F", Connector: "file", Schema: types.NewSchema(k, n)}, nil
	case "STRICT":
		k.NotNull = true
		return &plan.Relation{Name: "STRICT", Stream: true, Connector: "stream", Schema: types.StreamSchema(k, n)}, nil
	}
	return nil, plan.ErrNotFound
}

func (relations) Names() []string { return nil }

// bind is the plan of a query or INSERT.
func bind(t *testing.T, sql string) plan.Node {
	t.Helper()
	s, err := parse.ParseStatement(sql)
	if err != nil {
		t.Fatal(err)
	}
	b := &plan.Binder{Catalog: relations{}}
	if ins, ok := s.(*ast.Insert); ok {
		n, err := b.Insert(ins, true)
		if err != nil {
			t.Fatal(err)
		}
		return n.Root
	}
	q, err := b.Query(s.(*ast.SelectStatement).Query)
	if err != nil {
		t.Fatal(err)
	}
	return q.Root
}

// find is the topmost node of a type.
func find[N plan.Node](n plan.Node) (N, bool) {
	if found, ok := n.(N); ok {
		return found, true
	}
	for _, in := range n.Inputs() {
		if found, ok := find[N](in); ok {
			return found, true
		}
	}
	var none N
	return none, false
}

// recorder is an Out that writes down everything and checks the fates.
type recorder struct {
	t        *testing.T
	rowtime  int // of the output; -1 = none
	promise  types.Time
	lines    []string
	rejected []string
	fates    [3]int
	refused  int
}

func (r *recorder) Emit(b flow.Batch) error {
	for i := range b.Rows() {
		row := b.Row(i)
		var cells []string
		for c, col := range b.Rec.Columns() {
			cells = append(cells, cell(col, row))
			if c == r.rowtime && types.Time(b.Times(c)[row]) < r.promise {
				r.t.Errorf("row at %s after the promise of %s", cells[c], r.promise)
			}
		}
		r.lines = append(r.lines, strings.Join(cells, " "))
	}
	return nil
}

func (r *recorder) Reject(x flow.Rejected) error {
	line := x.Name + ": " + x.Message
	if x.RowTime != types.MinTime {
		line = clock(x.RowTime) + " " + line
	}
	if x.Batch.Rec == nil || x.Row >= int(x.Batch.Rec.NumRows()) {
		r.t.Error("a rejected row that is not there")
	}
	r.rejected = append(r.rejected, line)
	r.refused++
	return nil
}

func (r *recorder) Count(f flow.Fate, rows int) { r.fates[f] += rows }

// Promise is between batches: no operator of these scripts makes one.
func (r *recorder) Promise(types.Time) error { return nil }

func cell(col arrow.Array, row int) string {
	if col.IsNull(row) {
		return "-"
	}
	switch col := col.(type) {
	case *array.Timestamp:
		return clock(types.Time(col.Value(row)))
	case *array.String:
		return "'" + col.Value(row) + "'"
	}
	return col.ValueStr(row)
}

const day = "2021-03-09 "

func clock(at types.Time) string {
	return strings.TrimSuffix(strings.TrimPrefix(at.String(), day), ".000")
}

func instant(t *testing.T, s string) types.Time {
	t.Helper()
	v, err := types.ParseTimestamp([]byte(day + s))
	if err != nil {
		t.Fatal(s, err)
	}
	return types.Time(v)
}

// batchOf makes a batch of text rows: a cell per column, ROWTIME first where the
// schema has one, `-` being NULL. With dead, every row stands between two that
// are not selected and would fail if they were computed.
func batchOf(t *testing.T, s types.Schema, lines []string, dead bool, mem memory.Allocator) flow.Batch {
	t.Helper()
	b := array.NewRecordBuilder(mem, s.Arrow())
	defer b.Release()
	var sel []uint32
	if dead {
		sel = []uint32{}
	}
	n := uint32(0)
	add := func(cells []string) {
		if len(cells) != len(s.Fields) {
			t.Fatalf("row %v for %s", cells, s)
		}
		at := 0
		if s.RowTime >= 0 {
			b.Field(s.RowTime).(*array.TimestampBuilder).Append(arrow.Timestamp(instant(t, cells[0])))
			at = 1
		}
		for i := range s.Fields {
			switch {
			case i == s.RowTime:
				continue
			case cells[at] == "-":
				b.Field(i).AppendNull()
			default:
				if err := b.Field(i).AppendValueFromString(strings.Trim(cells[at], "'")); err != nil {
					t.Fatal(err)
				}
			}
			at++
		}
		n++
	}
	corpse := strings.Fields(strings.Repeat("0 ", len(s.Fields)))
	if s.RowTime >= 0 {
		corpse[0] = "00:00:00"
	}
	for _, line := range lines {
		if dead {
			add(corpse)
			sel = append(sel, n)
		}
		add(strings.Fields(line))
	}
	if dead {
		add(corpse)
	}
	return flow.Batch{Rec: b.NewRecord(), Sel: sel}
}

// variant is a way to cut the same rows into batches.
type variant struct {
	cut  int // rows a batch; 0 = all
	dead bool
}

var variants = []variant{{1, false}, {2, false}, {0, false}, {1, true}, {2, true}, {0, true}}

// script is an operator under test and its events.
type script struct {
	t       *testing.T
	op      flow.Operator
	inputs  types.Schema
	out     *recorder
	mem     memory.Allocator
	enough  bool
	in      int
	pending map[int][]string
	variant variant
}

func (s *script) flush() {
	for input := range 8 {
		lines := s.pending[input]
		for len(lines) > 0 && !s.enough {
			n := len(lines)
			if s.variant.cut > 0 {
				n = min(n, s.variant.cut)
			}
			s.process(input, lines[:n])
			lines = lines[n:]
		}
	}
	clear(s.pending)
}

func (s *script) process(input int, lines []string) {
	b := batchOf(s.t, s.inputs, lines, s.variant.dead, s.mem)
	defer b.Release()
	before := s.out.fates
	refused := s.out.refused
	err := s.op.Process(context.Background(), input, b, s.out)
	if errors.Is(err, flow.ErrEnough) {
		s.enough = true
	} else if err != nil {
		s.t.Fatal(err)
	}
	told := s.out.refused - refused
	for f := range before {
		told += s.out.fates[f] - before[f]
	}
	if told != len(lines) {
		s.t.Errorf("%d rows in, %d accounted for", len(lines), told)
	}
	s.in += len(lines)
}

func (s *script) advance(wm types.Time) {
	s.flush()
	promise, err := s.op.Advance(context.Background(), wm, s.out)
	if err != nil {
		s.t.Fatal(err)
	}
	if promise > wm || promise < s.out.promise {
		s.t.Errorf("promise of %s at watermark %s after %s", promise, wm, s.out.promise)
	}
	s.out.promise = promise
}

// play runs the event lines: `row`, `0: row` for an input, `wm 09:00:00`, `end`.
func (s *script) play(lines []string) string {
	for _, line := range lines {
		switch {
		case line == "":
		case line == "end":
			s.flush()
			s.out.lines = append(s.out.lines, "end")
			s.advance(types.MaxTime)
		case strings.HasPrefix(line, "wm "):
			s.flush()
			s.out.lines = append(s.out.lines, line)
			s.advance(instant(s.t, line[3:]))
		case len(line) > 2 && line[1] == ':' && line[2] == ' ':
			input := int(line[0] - '0')
			s.pending[input] = append(s.pending[input], line[3:])
		default:
			s.pending[0] = append(s.pending[0], line)
		}
	}
	s.flush()
	out := append([]string(nil), s.out.lines...)
	if s.enough {
		out = append(out, "enough")
	} else {
		out = append(out, fmt.Sprintf("in %d passed %d absorbed %d filtered %d rejected %d", s.in, s.out.fates[flow.Passed], s.out.fates[flow.Absorbed], s.out.fates[flow.Filtered], s.out.refused))
	}
	for _, r := range s.out.rejected {
		out = append(out, "! "+r)
	}
	return strings.Join(out, "\n") + "\n"
}

// TestScripts plays every script with its rows cut into batches in six ways: the
// output is the same.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		datadriven.RunTest(t, file, func(t *testing.T, d *datadriven.TestData) string {
			sql, events, _ := strings.Cut(d.Input, "\n")
			got := ""
			for i, v := range variants {
				out := playOnce(t, d, sql, strings.Split(events, "\n"), v)
				if i > 0 && out != got {
					t.Errorf("%s: with batches %+v:\n%s\nwith %+v:\n%s", d.Pos, v, out, variants[0], got)
				}
				got = out
			}
			return got
		})
	}
}

func playOnce(t *testing.T, d *datadriven.TestData, sql string, lines []string, v variant) string {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	x := build(t, d.Cmd, sql, lines, v, mem)
	s := &script{
		t: t, op: x.op, inputs: x.in, mem: mem, pending: map[int][]string{}, variant: v,
		out: &recorder{t: t, rowtime: x.out.RowTime, promise: types.MinTime},
	}
	out := s.play(x.events)
	if err := s.op.Close(); err != nil {
		t.Error(err)
	}
	x.release()
	return out
}

// built is an operator, what it reads and gives, and the events left for it.
type built struct {
	op      flow.Operator
	in, out types.Schema
	events  []string
	release func() // of what the operator borrows
}

// build makes the operator of a kind from the topmost such node of a statement.
func build(t *testing.T, kind, sql string, lines []string, v variant, mem memory.Allocator) built {
	t.Helper()
	n := bind(t, sql)
	x := built{events: lines, release: func() {}}
	var err error
	switch kind {
	case "filter":
		f, _ := find[*plan.Filter](n)
		x.out, x.in = f.Schema(), f.Input.Schema()
		x.op, err = NewFilter(f)
	case "project":
		p, _ := find[*plan.Project](n)
		x.out, x.in = p.Schema(), p.Input.Schema()
		x.op, err = NewProject(p, mem)
	case "aggregate", "partial":
		a, _ := find[*plan.Aggregate](n)
		x.out, x.in = a.Schema(), a.Input.Schema()
		x.op, err = NewAggregate(a, kind == "partial", mem)
	case "sort":
		s, _ := find[*plan.Sort](n)
		x.out, x.in = s.Schema(), s.Input.Schema()
		x.op, err = NewSort(s, mem)
	case "limit":
		l, _ := find[*plan.Limit](n)
		x.out, x.in, x.op = l.Schema(), l.Input.Schema(), NewLimit(l)
	case "merge":
		x.out, x.in, x.op = n.Schema(), n.Schema(), NewMerge(n.Schema().RowTime, mem)
	case "concat":
		x.out, x.in, x.op = n.Schema(), n.Schema(), NewConcat()
	case "pick":
		s, _ := find[*plan.Scan](n)
		x.out, x.in, x.op = s.Schema(), s.Relation.Schema, NewPick(s.Schema(), s.Columns)
	case "lookup":
		l, _ := find[*plan.Lookup](n)
		var table *LookupTable
		table, x.events = loadTable(t, l, lines, v, mem)
		x.out, x.in, x.release = l.Schema(), l.Input.Schema(), table.Release
		x.op, err = NewLookup(l, table, mem)
	default:
		t.Fatalf("unknown operator %s", kind)
	}
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// loadTable takes the lines `t: row` for the table of a join.
func loadTable(t *testing.T, n *plan.Lookup, lines []string, v variant, mem memory.Allocator) (*LookupTable, []string) {
	var rows, rest []string
	for _, line := range lines {
		if row, ok := strings.CutPrefix(line, "t: "); ok {
			rows = append(rows, row)
		} else {
			rest = append(rest, line)
		}
	}
	var batches []flow.Batch
	for len(rows) > 0 {
		k := len(rows)
		if v.cut > 0 {
			k = min(k, v.cut)
		}
		batches = append(batches, batchOf(t, n.Table.Schema(), rows[:k], v.dead, mem))
		rows = rows[k:]
	}
	table, err := BuildTable(n, batches, mem)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range batches {
		b.Release()
	}
	return table, rest
}
