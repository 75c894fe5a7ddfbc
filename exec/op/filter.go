package op

import (
	"context"

	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// Filter keeps the rows where a condition is TRUE: WHERE and HAVING. It narrows
// the selection and copies nothing.
type Filter struct {
	cond    *expr.Evaluator
	rowtime int
	rejects rejects
}

// NewFilter makes the operator of a plan node.
func NewFilter(n *plan.Filter) (*Filter, error) {
	cond, err := expr.Compile(n.Cond)
	return &Filter{cond: cond, rowtime: n.Schema().RowTime}, err
}

// Process emits the rows that pass.
func (f *Filter) Process(_ context.Context, _ int, b flow.Batch, out flow.Out) error {
	sel, errs := f.cond.Select(b.Rec, b.Sel)
	if err := f.rejects.report(b, f.rowtime, errs, out); err != nil {
		return err
	}
	// A row that failed may also have come out TRUE of a kernel.
	sel = f.rejects.without(sel, errs)
	out.Count(flow.Passed, len(sel))
	out.Count(flow.Filtered, b.Rows()-len(sel)-len(errs))
	if len(sel) == 0 {
		return nil
	}
	return out.Emit(flow.Batch{Rec: b.Rec, Sel: sel, Kinds: b.Kinds})
}

// ReadsClock tells whether SetNow has an effect.
func (f *Filter) ReadsClock() bool { return f.cond.ReadsClock() }

// SetNow gives the time of the next rows (CURRENT_ROW_TIMESTAMP).
func (f *Filter) SetNow(now types.Time) { f.cond.SetNow(now) }

// Advance passes the watermark on.
func (f *Filter) Advance(_ context.Context, wm types.Time, _ flow.Out) (types.Time, error) {
	return wm, nil
}

// Close has nothing to release.
func (f *Filter) Close() error { return nil }
