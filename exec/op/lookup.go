package op

import (
	"context"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/agg"
	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// Lookup joins each row with the rows of a LookupTable, in table order; its
// rowtime stays (kda-sql.md §11.4). As a semi or anti join, or a mark, it answers
// whether there are any.
type Lookup struct {
	mem      memory.Allocator
	table    *LookupTable
	keys     []*expr.Evaluator
	on       *expr.Evaluator // nil = every pair of equal keys
	kind     plan.LookupKind
	in       int             // the last keys are operands of IN
	maybe    *expr.Evaluator // of IN: the pair might be equal, were its NULLs known
	nullSafe bool
	rowtime  int
	schema   *arrow.Schema
	joint    *arrow.Schema // of a pair
	rejects  rejects
	failed   rejects
	bad      []flow.Rejected // of the table, until they are reported
	ids      []uint32
}

// NewLookup makes the operator of a plan node over its loaded table, which the
// caller releases after Close. The operators over one table are made one after
// the other, before any of them runs.
func NewLookup(n *plan.Lookup, table *LookupTable, mem memory.Allocator) (*Lookup, error) {
	l := &Lookup{
		mem: mem, table: table, kind: n.Kind, in: n.In, nullSafe: n.NullSafe,
		rowtime: n.Input.Schema().RowTime, schema: n.Schema().Arrow(),
	}
	l.joint = l.schema
	if !n.Kind.Pairs() {
		l.joint = arrow.NewSchema(append(n.Input.Schema().Arrow().Fields(), table.schema.Fields()...), nil)
	}
	for _, k := range n.InputKeys {
		e, err := expr.Compile(k)
		if err != nil {
			return nil, err
		}
		l.keys = append(l.keys, e)
	}
	if n.On != nil {
		var err error
		if l.on, err = expr.Compile(n.On); err != nil {
			return nil, err
		}
	}
	if maybe := n.Maybe(); maybe != nil {
		var err error
		if l.maybe, err = expr.Compile(maybe); err != nil {
			return nil, err
		}
	}
	l.bad, table.bad = table.bad, nil
	return l, nil
}

// pair is a left row and its partner; right.src < 0 = none.
type pair struct {
	left  uint32
	right ref
}

// Process emits the pairs of b's rows.
func (l *Lookup) Process(_ context.Context, _ int, b flow.Batch, out flow.Out) error {
	sel := b.Sel
	if sel == nil {
		sel = expr.All(int(b.Rec.NumRows()))
	}
	columns := make([]arrow.Array, len(l.keys))
	var errs []expr.RowError
	for i, e := range l.keys {
		col, bad := e.Array(b.Rec, b.Sel, l.mem)
		defer col.Release()
		columns[i] = col
		errs = mergeErrors(errs, bad)
	}
	if err := l.rejects.report(b, l.rowtime, errs, out); err != nil {
		return err
	}
	sel = l.rejects.without(sel, errs)
	if !l.kind.Pairs() {
		return l.mark(b, columns, sel, out)
	}
	pairs := l.candidates(columns, sel)
	pairs, bad := l.condition(b, pairs)
	if l.kind == plan.LookupSingle {
		bad = mergeErrors(bad, second(pairs))
	}
	if err := l.rejects.report(b, l.rowtime, bad, out); err != nil {
		return err
	}
	pairs, matched := l.complete(pairs, sel, bad)
	out.Count(flow.Passed, matched)
	out.Count(flow.Filtered, len(sel)-len(bad)-matched)
	if len(pairs) == 0 {
		return nil
	}
	rec := l.record(b, pairs)
	defer rec.Release()
	return out.Emit(flow.Batch{Rec: rec})
}

// candidates is the pairs of equal keys, by left row, then table order.
func (l *Lookup) candidates(columns []arrow.Array, sel []uint32) []pair {
	if len(l.keys) == 0 {
		out := make([]pair, 0, len(sel)*len(l.table.all))
		for _, row := range sel {
			for _, r := range l.table.all {
				out = append(out, pair{row, r})
			}
		}
		return out
	}
	probe := withoutNulls(columns, sel)
	if cap(l.ids) < len(probe) {
		l.ids = make([]uint32, len(probe))
	}
	ids := l.ids[:len(probe)]
	l.table.groups.Find(columns, probe, ids)
	out := make([]pair, 0, len(probe))
	for i, row := range probe {
		if ids[i] == agg.NoGroup {
			continue
		}
		for _, r := range l.table.rows[ids[i]] {
			out = append(out, pair{row, r})
		}
	}
	return out
}

// condition keeps the pairs for which ON is TRUE. A pair whose condition fails to
// compute rejects its left row.
func (l *Lookup) condition(b flow.Batch, pairs []pair) ([]pair, []expr.RowError) {
	if l.on == nil || len(pairs) == 0 {
		return pairs, nil
	}
	rec := l.record(b, pairs)
	defer rec.Release()
	keep, errs := l.on.Select(rec, nil)
	var bad []expr.RowError
	for _, e := range errs {
		row := pairs[e.Row].left
		if len(bad) == 0 || bad[len(bad)-1].Row != row {
			bad = append(bad, expr.RowError{Row: row, Name: e.Name, Message: e.Message})
		}
	}
	out := make([]pair, 0, len(keep))
	for _, k := range keep {
		out = append(out, pairs[k])
	}
	return out, bad
}

// complete drops the pairs of rejected rows, gives rows without a partner one of
// NULLs under LEFT, and counts the left rows that come out.
func (l *Lookup) complete(pairs []pair, sel []uint32, bad []expr.RowError) ([]pair, int) {
	var out []pair
	matched := 0
	for _, row := range sel {
		n := 0
		for n < len(pairs) && pairs[n].left == row {
			n++
		}
		mine := pairs[:n]
		pairs = pairs[n:]
		if len(bad) > 0 && bad[0].Row == row {
			bad = bad[1:]
			continue
		}
		if n == 0 && l.kind != plan.LookupInner {
			mine = []pair{{row, ref{src: -1}}}
		}
		if len(mine) > 0 {
			matched++
		}
		out = append(out, mine...)
	}
	return out, matched
}

// second fails the rows of a scalar subquery that has more than one row for them.
func second(pairs []pair) []expr.RowError {
	var bad []expr.RowError
	for i := 1; i < len(pairs); i++ {
		row := pairs[i].left
		if row == pairs[i-1].left && (len(bad) == 0 || bad[len(bad)-1].Row != row) {
			bad = append(bad, expr.RowError{Row: row, Name: flow.TooManyRows, Message: "the subquery has more than one row for this one"})
		}
	}
	return bad
}

func (l *Lookup) record(b flow.Batch, pairs []pair) arrow.Record {
	lefts, rights := make([]ref, len(pairs)), make([]ref, len(pairs))
	for i, p := range pairs {
		lefts[i], rights[i] = ref{0, int32(p.left)}, p.right
	}
	columns := make([]arrow.Array, 0, l.joint.NumFields())
	for c := range int(b.Rec.NumCols()) {
		columns = append(columns, gather(l.joint.Field(c).Type, []arrow.Array{b.Rec.Column(c)}, lefts, l.mem))
	}
	sources := make([]arrow.Array, len(l.table.recs))
	for c := range l.table.schema.NumFields() {
		for i, rec := range l.table.recs {
			sources[i] = rec.Column(c)
		}
		columns = append(columns, gather(l.table.schema.Field(c).Type, sources, rights, l.mem))
	}
	return newRecord(l.joint, columns, len(pairs))
}

// Advance passes the watermark on, the first time after reporting the bad rows
// of the table.
func (l *Lookup) Advance(_ context.Context, wm types.Time, out flow.Out) (types.Time, error) {
	for ; len(l.bad) > 0; l.bad = l.bad[1:] {
		if err := out.Reject(l.bad[0]); err != nil {
			return wm, err
		}
	}
	return wm, nil
}

// Held is nothing: no row waits.
func (l *Lookup) Held() (waiting, released int64) { return 0, 0 }

// Bytes is nothing: the table belongs to the job.
func (l *Lookup) Bytes() int64 { return 0 }

// Snapshot is how many bad rows of the table are still to be reported.
func (l *Lookup) Snapshot() (flow.Frozen, error) { return frozenNumbers{int64(len(l.bad))}, nil }

// Restore leaves out those that have been.
func (l *Lookup) Restore(r flow.StateReader) error {
	var left int64
	if err := readNumbers(r, &left); err != nil {
		return err
	}
	l.bad = l.bad[max(0, len(l.bad)-int(left)):]
	return nil
}

// Close leaves the table to its owner.
func (l *Lookup) Close() error { return nil }
