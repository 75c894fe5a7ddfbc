package op

import (
	"context"
	"fmt"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// Project computes the columns of a select list. A column that is simply one of
// the input's is shared, not copied. NULL in a NOT NULL column rejects the row
// (kda-sql.md §6.1).
type Project struct {
	mem     memory.Allocator
	exprs   []*expr.Evaluator
	schema  *arrow.Schema
	notNull []int // columns to check
	input   int   // the input's rowtime column
	rejects rejects
	columns []arrow.Array
}

// NewProject makes the operator of a plan node.
func NewProject(n *plan.Project, mem memory.Allocator) (*Project, error) {
	p := &Project{mem: mem, schema: n.Schema().Arrow(), input: n.Input.Schema().RowTime}
	in := n.Input.Schema()
	var err error
	if p.exprs, err = expr.CompileAll(n.Exprs); err != nil {
		return nil, err
	}
	for i, ev := range p.exprs {
		sure := ev.Column() >= 0 && in.Fields[ev.Column()].NotNull
		if n.Schema().Fields[i].NotNull && !sure {
			p.notNull = append(p.notNull, i)
		}
	}
	return p, nil
}

// Process emits one row for each input row whose columns could be computed.
func (p *Project) Process(_ context.Context, _ int, b flow.Batch, out flow.Out) error {
	columns := p.columns[:0]
	defer func() {
		for _, c := range columns {
			c.Release()
		}
	}()
	var errs []expr.RowError
	for _, e := range p.exprs {
		col, bad := e.Array(b.Rec, b.Sel, p.mem)
		columns = append(columns, col)
		errs = mergeErrors(errs, bad)
	}
	p.columns = columns
	errs = p.checkNotNull(b, columns, errs)
	if err := p.rejects.report(b, p.input, errs, out); err != nil {
		return err
	}
	rows := b.Rows() - len(errs)
	out.Count(flow.Passed, rows)
	if rows == 0 {
		return nil
	}
	sel := b.Sel
	if len(errs) > 0 {
		if sel == nil {
			sel = expr.All(int(b.Rec.NumRows()))
		}
		sel = p.rejects.without(sel, errs)
	}
	rec := array.NewRecord(p.schema, columns, b.Rec.NumRows())
	defer rec.Release()
	return out.Emit(flow.Batch{Rec: rec, Sel: sel, Kinds: b.Kinds})
}

func (p *Project) checkNotNull(b flow.Batch, columns []arrow.Array, errs []expr.RowError) []expr.RowError {
	for _, i := range p.notNull {
		col := columns[i]
		if col.NullN() == 0 {
			continue
		}
		var bad []expr.RowError
		for k := range b.Rows() {
			if row := b.Row(k); col.IsNull(row) {
				bad = append(bad, expr.RowError{
					Row: uint32(row), Name: flow.NotNullError,
					Message: fmt.Sprintf("NULL for column %s, which is NOT NULL", p.schema.Field(i).Name),
				})
			}
		}
		errs = mergeErrors(errs, bad)
	}
	return errs
}

// ReadsClock tells whether SetNow has an effect.
func (p *Project) ReadsClock() bool {
	return slices.ContainsFunc(p.exprs, (*expr.Evaluator).ReadsClock)
}

// SetNow gives the time of the next rows (CURRENT_ROW_TIMESTAMP).
func (p *Project) SetNow(now types.Time) {
	for _, e := range p.exprs {
		e.SetNow(now)
	}
}

// Advance passes the watermark on: rowtimes are carried over unchanged.
func (p *Project) Advance(_ context.Context, wm types.Time, _ flow.Out) (types.Time, error) {
	return wm, nil
}

// Close has nothing to release.
func (p *Project) Close() error { return nil }
