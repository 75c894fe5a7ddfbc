package op

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/millrace-sql/millrace/exec/agg"
	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
)

// answer is what EXISTS or IN says of a row.
type answer uint8

const (
	no answer = iota
	yes
	unknown
)

// maxPairs is how many pairs of rows a condition is computed for at once.
const maxPairs = 4096

// mark answers for each row of sel, and emits the rows that a semi or anti join
// keeps, or all with their answer.
func (l *Lookup) mark(b flow.Batch, columns []arrow.Array, sel []uint32, out flow.Out) error {
	answers := make([]answer, b.Rec.NumRows())
	bad := l.partners(b, columns, sel, answers)
	if l.in > 0 {
		bad = mergeErrors(bad, l.doubts(b, columns, sel, answers))
	}
	if err := l.rejects.report(b, l.rowtime, bad, out); err != nil {
		return err
	}
	sel = l.failed.without(sel, bad)
	if l.kind == plan.LookupMark {
		out.Count(flow.Passed, len(sel))
		if len(sel) == 0 {
			return nil
		}
		rec := l.marked(b.Rec, answers)
		defer rec.Release()
		return out.Emit(flow.Batch{Rec: rec, Sel: sel, Kinds: b.Kinds})
	}
	want := yes
	if l.kind == plan.LookupAnti {
		want = no
	}
	kept := make([]uint32, 0, len(sel))
	for _, row := range sel {
		if answers[row] == want {
			kept = append(kept, row)
		}
	}
	out.Count(flow.Passed, len(kept))
	out.Count(flow.Filtered, len(sel)-len(kept))
	if len(kept) == 0 {
		return nil
	}
	return out.Emit(flow.Batch{Rec: b.Rec, Sel: kept, Kinds: b.Kinds})
}

// partners answers yes for the rows with a row of equal keys for which ON is TRUE.
func (l *Lookup) partners(b flow.Batch, columns []arrow.Array, sel []uint32, answers []answer) []expr.RowError {
	if len(l.keys) == 0 {
		return l.ask(b, sel, func(int) []ref { return l.table.all }, l.on, yes, answers)
	}
	probe := sel
	if !l.nullSafe {
		probe = withoutNulls(columns, sel)
	}
	ids := make([]uint32, len(probe))
	l.table.groups.Find(columns, probe, ids)
	return l.ask(b, probe, func(i int) []ref {
		if ids[i] == agg.NoGroup {
			return nil
		}
		return l.table.rows[ids[i]]
	}, l.on, yes, answers)
}

// doubts answers unknown for the rows without a partner that might have one, were
// the NULLs among the operands of IN known: a row that is complete with the table's
// rows that are not, a row that is not with all (kda-sql.md §4.3).
func (l *Lookup) doubts(b flow.Batch, columns []arrow.Array, sel []uint32, answers []answer) []expr.RowError {
	of := len(columns) - l.in
	open := make([]uint32, 0, len(sel))
	for _, row := range sel {
		if answers[row] == no {
			open = append(open, row)
		}
	}
	open = withoutNulls(columns[:of], open)
	ids := l.table.doubt.find(columns[:of], open)
	complete := make([]bool, len(open))
	for i, row := range open {
		complete[i] = !anyNull(columns[of:], row)
	}
	// One operand that is NULL on either side leaves nothing to compare.
	maybe := l.maybe
	if l.in == 1 && l.on == nil {
		maybe = nil
	}
	return l.ask(b, open, func(i int) []ref {
		switch {
		case ids[i] == agg.NoGroup:
			return nil
		case complete[i]:
			return l.table.doubt.incomplete[ids[i]]
		}
		return l.table.doubt.all[ids[i]]
	}, maybe, unknown, answers)
}

// ask answers a for each row one of whose candidates satisfies cond (nil = any does).
// A row that no pair settles is rejected if the condition of one fails to compute;
// which pairs are computed together does not show.
func (l *Lookup) ask(b flow.Batch, rows []uint32, candidates func(i int) []ref, cond *expr.Evaluator, a answer, answers []answer) []expr.RowError {
	if cond == nil {
		for i, row := range rows {
			if len(candidates(i)) > 0 {
				answers[row] = a
			}
		}
		return nil
	}
	var bad []expr.RowError
	pairs := make([]pair, 0, maxPairs)
	flush := func() {
		if len(pairs) == 0 {
			return
		}
		rec := l.record(b, pairs)
		defer rec.Release()
		keep, errs := cond.Select(rec, nil)
		keep = l.failed.without(keep, errs)
		for _, k := range keep {
			answers[pairs[k].left] = a
		}
		for _, e := range errs {
			if row := pairs[e.Row].left; len(bad) == 0 || bad[len(bad)-1].Row != row {
				bad = append(bad, expr.RowError{Row: row, Name: e.Name, Message: e.Message})
			}
		}
		pairs = pairs[:0]
	}
	for i, row := range rows {
		for _, r := range candidates(i) {
			if len(pairs) == maxPairs {
				flush()
				if answers[row] == a {
					break
				}
			}
			pairs = append(pairs, pair{row, r})
		}
	}
	flush()
	return slices.DeleteFunc(bad, func(e expr.RowError) bool { return answers[e.Row] == a })
}

// marked is rec with the answers as one more column.
func (l *Lookup) marked(rec arrow.Record, answers []answer) arrow.Record {
	mark := array.NewBooleanBuilder(l.mem)
	defer mark.Release()
	mark.Reserve(len(answers))
	for _, a := range answers {
		if a == unknown {
			mark.UnsafeAppendBoolToBitmap(false)
		} else {
			mark.UnsafeAppend(a == yes)
		}
	}
	columns := make([]arrow.Array, 0, l.schema.NumFields())
	for c := range int(rec.NumCols()) {
		column := rec.Column(c)
		column.Retain()
		columns = append(columns, column)
	}
	return newRecord(l.schema, append(columns, mark.NewArray()), len(answers))
}

func anyNull(columns []arrow.Array, row uint32) bool {
	for _, c := range columns {
		if c.IsNull(int(row)) {
			return true
		}
	}
	return false
}
