package op

import (
	"bytes"
	"context"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/agg"
	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// Distinct passes a row of a stream when its keys are new. It forgets all of them when the
// moving one changes (kda-sql.md §9.3). Its input is in order of rowtime.
type Distinct struct {
	mem    memory.Allocator
	keys   []int
	moving int // among keys
	schema *arrow.Schema
	groups *agg.Groups
	value  arrow.Array // of the moving key: a column of one row, nil before the first

	columns []arrow.Array
	ids     []uint32
	kept    []uint32
}

// NewDistinct makes the operator of a plan node.
func NewDistinct(n *plan.StreamDistinct, mem memory.Allocator) *Distinct {
	d := &Distinct{mem: mem, keys: n.Keys}
	var kinds []arrow.DataType
	var fields []arrow.Field
	for i, k := range n.Keys {
		if k == n.Moving {
			d.moving = i
		}
		t := n.Schema().Fields[k].Type.Arrow()
		kinds, fields = append(kinds, t), append(fields, arrow.Field{Name: "key", Type: t, Nullable: true})
	}
	d.groups, d.schema = agg.NewGroups(kinds), arrow.NewSchema(fields, nil)
	return d
}

// Process passes the rows that are seen for the first time.
func (d *Distinct) Process(_ context.Context, _ int, b flow.Batch, out flow.Out) error {
	rows := b.Sel
	if rows == nil {
		rows = expr.All(int(b.Rec.NumRows()))
	}
	d.columns = d.columns[:0]
	for _, k := range d.keys {
		d.columns = append(d.columns, b.Rec.Column(k))
	}
	d.kept = d.kept[:0]
	all, key := len(rows), d.columns[d.moving]
	for len(rows) > 0 {
		n := sameRun(key, rows)
		if d.value == nil || !sameValue(d.value, 0, key, int(rows[0])) {
			d.forget(key, int(rows[0]))
		}
		d.pass(rows[:n])
		rows = rows[n:]
	}
	out.Count(flow.Passed, len(d.kept))
	out.Count(flow.Filtered, all-len(d.kept))
	if len(d.kept) == 0 {
		return nil
	}
	return out.Emit(flow.Batch{Rec: b.Rec, Sel: d.kept, Kinds: b.Kinds})
}

// pass keeps the rows whose group is there since this call: ids are given in order.
func (d *Distinct) pass(rows []uint32) {
	if cap(d.ids) < len(rows) {
		d.ids = make([]uint32, len(rows))
	}
	ids, next := d.ids[:len(rows)], uint32(d.groups.Len())
	d.groups.Assign(d.columns, rows, ids)
	for i, id := range ids {
		if id == next {
			d.kept = append(d.kept, rows[i])
			next++
		}
	}
}

// forget begins anew with the moving key that a row has.
func (d *Distinct) forget(key arrow.Array, row int) {
	if d.value != nil {
		d.value.Release()
	}
	d.value = array.NewSlice(key, int64(row), int64(row)+1)
	if d.groups.Frozen() {
		var kinds []arrow.DataType
		for _, f := range d.schema.Fields() {
			kinds = append(kinds, f.Type)
		}
		d.groups = agg.NewGroups(kinds)
		return
	}
	d.groups.Reset()
}

// Advance passes the watermark on.
func (d *Distinct) Advance(_ context.Context, wm types.Time, _ flow.Out) (types.Time, error) {
	return wm, nil
}

// Held is nothing: no row waits.
func (d *Distinct) Held() (waiting, released int64) { return 0, 0 }

// Bytes is the memory of the keys.
func (d *Distinct) Bytes() int64 { return d.groups.Bytes() }

// Snapshot freezes the keys.
func (d *Distinct) Snapshot() (flow.Frozen, error) {
	return &frozenKeys{groups: d.groups.Freeze(), schema: d.schema, mem: d.mem}, nil
}

// frozenKeys is the keys of a table at one instant.
type frozenKeys struct {
	groups agg.FrozenGroups
	schema *arrow.Schema
	mem    memory.Allocator
}

// WriteTo is flow.Frozen's: a chunk per range of keys.
func (f *frozenKeys) WriteTo(w flow.StateWriter) error {
	var buf bytes.Buffer
	for lo := 0; lo < f.groups.Len(); lo += agg.FrozenRange {
		part := f.groups.Range(lo, min(lo+agg.FrozenRange, f.groups.Len()))
		rec := newRecord(f.schema, part.Columns(f.mem), part.Len())
		err := writeRecord(w, 0, rec, &buf)
		rec.Release()
		if err != nil {
			return err
		}
	}
	return nil
}

// Release is flow.Frozen's.
func (f *frozenKeys) Release() { f.groups.Release() }

// Restore takes the keys back.
func (d *Distinct) Restore(r flow.StateReader) error {
	return readRecords(r, d.schema, d.mem, func(_ int64, rec arrow.Record) error {
		if d.value == nil {
			d.forget(rec.Column(d.moving), 0)
		}
		rows := expr.All(int(rec.NumRows()))
		d.groups.Assign(rec.Columns(), rows, make([]uint32, len(rows)))
		return nil
	})
}

// Close forgets the keys.
func (d *Distinct) Close() error {
	if d.value != nil {
		d.value.Release()
		d.value = nil
	}
	return nil
}
