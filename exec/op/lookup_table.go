package op

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/agg"
	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// LookupTable is a finite relation loaded for a join: its rows by key. It is
// made once and then only read, so the shards of a stream share it.
type LookupTable struct {
	batches []flow.Batch
	recs    []arrow.Record
	groups  *agg.Groups
	rows    [][]ref // per key, in table order
	schema  *arrow.Schema
	all     []ref           // every row, for joins without a key
	bad     []flow.Rejected // rows whose key could not be computed

	in       int // the last keys, which are operands of IN
	nullSafe bool
	doubt    *doubtRows // of IN; else nil
}

// BuildTable loads the batches of the table side of n; it retains them. A row
// whose key cannot be computed joins nothing; the first Lookup made over the
// table rejects it.
func BuildTable(n *plan.Lookup, batches []flow.Batch, mem memory.Allocator) (*LookupTable, error) {
	kinds := make([]arrow.DataType, len(n.TableKeys))
	evals := make([]*expr.Evaluator, len(n.TableKeys))
	for i, k := range n.TableKeys {
		kinds[i] = k.Type().Arrow()
		var err error
		if evals[i], err = expr.Compile(k); err != nil {
			return nil, err
		}
	}
	t := &LookupTable{groups: agg.NewGroups(kinds), schema: n.Table.Schema().Arrow(), in: n.In, nullSafe: n.NullSafe}
	if n.In > 0 {
		t.doubt = newDoubtRows(kinds[:len(kinds)-n.In])
	}
	for _, b := range batches {
		t.add(b.Keep(), evals, mem)
	}
	return t, nil
}

func (t *LookupTable) add(b flow.Batch, evals []*expr.Evaluator, mem memory.Allocator) {
	src := int32(len(t.batches))
	t.batches, t.recs = append(t.batches, b), append(t.recs, b.Rec)
	sel := b.Sel
	if sel == nil {
		sel = expr.All(int(b.Rec.NumRows()))
	}
	columns := make([]arrow.Array, len(evals))
	var errs []expr.RowError
	for i, e := range evals {
		col, bad := e.Array(b.Rec, b.Sel, mem)
		defer col.Release()
		columns[i] = col
		errs = mergeErrors(errs, bad)
	}
	for _, e := range errs {
		t.bad = append(t.bad, flow.Rejected{Name: e.Name, Message: e.Message, RowTime: types.MinTime, Batch: b, Row: int(e.Row)})
	}
	var failed rejects
	sel = failed.without(sel, errs)
	if t.doubt != nil {
		t.doubt.add(src, columns, t.in, sel)
	}
	if !t.nullSafe {
		// A NULL key has no partner, whatever the other side (kda-sql.md §4.3).
		sel = withoutNulls(columns, sel)
	}
	ids := make([]uint32, len(sel))
	t.groups.Assign(columns, sel, ids)
	for len(t.rows) < t.groups.Len() {
		t.rows = append(t.rows, nil)
	}
	for i, row := range sel {
		t.rows[ids[i]] = append(t.rows[ids[i]], ref{src, int32(row)})
		t.all = append(t.all, ref{src, int32(row)})
	}
}

func withoutNulls(columns []arrow.Array, sel []uint32) []uint32 {
	nulls := false
	for _, c := range columns {
		nulls = nulls || c.NullN() > 0
	}
	if !nulls {
		return sel
	}
	var kept []uint32
rows:
	for _, row := range sel {
		for _, c := range columns {
			if c.IsNull(int(row)) {
				continue rows
			}
		}
		kept = append(kept, row)
	}
	return kept
}

// Bytes is the memory of the rows and their keys.
func (t *LookupTable) Bytes() int64 {
	n := t.groups.Bytes() + int64(len(t.all))*16
	for _, b := range t.batches {
		n += recordBytes(b)
	}
	if t.doubt != nil {
		n += t.doubt.bytes()
	}
	return n
}

// Snapshot shares the rows; the table never changes.
func (t *LookupTable) Snapshot(mem memory.Allocator) flow.Frozen {
	f := &frozenBatches{mem: mem}
	for _, b := range t.batches {
		f.add(0, b, 0)
	}
	return f
}

// ReadTable is the batches of a stored Snapshot, which the caller releases, also
// those that come with an error.
func ReadTable(r flow.StateReader, mem memory.Allocator) (batches []flow.Batch, err error) {
	err = readRecords(r, nil, mem, func(_ int64, rec arrow.Record) error {
		batches = append(batches, flow.Batch{Rec: rec}.Keep())
		return nil
	})
	return batches, err
}

// Release lets go of the rows.
func (t *LookupTable) Release() {
	for _, b := range t.batches {
		b.Release()
	}
	t.batches, t.recs, t.rows, t.all, t.bad, t.doubt = nil, nil, nil, nil, nil, nil
}
