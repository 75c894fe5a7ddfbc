package op

import (
	"context"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// TableKernel is the code of a table function of the embedding program. It serves one
// operator.
type TableKernel struct {
	// Load takes the arguments of the rows that Call is going to be called for; they are
	// borrowed until the next Load.
	Load func(args []arrow.Array, rows []uint32)
	// Call appends the rows that a row makes and gives their number; with an error none.
	Call func(row uint32) (int, error)
	// Bytes is the length of the texts appended, Columns hands the rows over.
	Bytes   func() int
	Columns func(mem memory.Allocator) []arrow.Array
}

// NewTableKernel makes a TableKernel; it may be called from any goroutine.
type NewTableKernel func() *TableKernel

// Rows of a TableCall leave when there are so many of them, or so many bytes of text.
const (
	tableCallRows  = 4096
	tableCallBytes = 1 << 20
)

// TableCall is TABLE(f(CURSOR(query))) with a function of the embedding program: it makes
// any number of rows of each row, which have the row's ROWTIME (kda-sql.md §12). A row
// of which the function makes none counts as passed on. A row at which it fails is
// rejected, and nothing comes of it.
type TableCall struct {
	mem     memory.Allocator
	name    string
	kernel  *TableKernel
	args    []*expr.Evaluator
	carry   []int // columns of the input
	schema  *arrow.Schema
	input   int // the input's rowtime column
	rejects rejects
	columns []arrow.Array // the arguments of a batch
	from    []ref         // the input row of each row made
}

// NewTableCall makes the operator of a plan node.
func NewTableCall(n *plan.TableCall, mem memory.Allocator) (*TableCall, error) {
	of, ok := n.User.Kernel.(NewTableKernel)
	if !ok {
		return nil, fmt.Errorf("table function %s has a kernel of type %T", n.User.Name, n.User.Kernel)
	}
	args, err := expr.CompileAll(n.Args)
	return &TableCall{
		mem: mem, name: n.User.Name, kernel: of(), args: args, carry: n.Carry, schema: n.Schema().Arrow(), input: n.Input.Schema().RowTime,
	}, err
}

// Process calls the function for each row.
func (t *TableCall) Process(_ context.Context, _ int, b flow.Batch, out flow.Out) error {
	defer t.release()
	var errs []expr.RowError
	for _, e := range t.args {
		col, bad := e.Array(b.Rec, b.Sel, t.mem)
		t.columns = append(t.columns, col)
		errs = mergeErrors(errs, bad)
	}
	rows := b.Sel
	if rows == nil {
		rows = expr.All(int(b.Rec.NumRows()))
	}
	rows = t.rejects.without(rows, errs)
	t.kernel.Load(t.columns, rows)
	failed, err := t.call(b, rows, out)
	errs = mergeErrors(errs, failed)
	if rejected := t.rejects.report(b, t.input, errs, out); rejected != nil {
		return rejected
	}
	out.Count(flow.Passed, b.Rows()-len(errs))
	return err
}

// call makes the rows and emits them. With ErrEnough the rest is not asked for.
func (t *TableCall) call(b flow.Batch, rows []uint32, out flow.Out) (errs []expr.RowError, err error) {
	for _, row := range rows {
		n, err := t.kernel.Call(row)
		if err != nil {
			errs = append(errs, expr.RowError{Row: row, Name: flow.FunctionError, Message: t.name + ": " + err.Error()})
		}
		for range n {
			t.from = append(t.from, ref{0, int32(row)})
		}
		if len(t.from) >= tableCallRows || t.kernel.Bytes() >= tableCallBytes {
			if err := t.emit(b, out); err != nil {
				return errs, err
			}
		}
	}
	return errs, t.emit(b, out)
}

// emit hands on the rows made so far, with the columns that they have of their input.
func (t *TableCall) emit(b flow.Batch, out flow.Out) error {
	n := len(t.from)
	if n == 0 {
		return nil
	}
	columns := t.kernel.Columns(t.mem)
	for _, c := range t.carry {
		col := b.Rec.Column(c)
		columns = append(columns, gather(col.DataType(), []arrow.Array{col}, t.from, t.mem))
	}
	t.from = t.from[:0]
	rec := newRecord(t.schema, columns, n)
	defer rec.Release()
	return out.Emit(flow.Batch{Rec: rec})
}

func (t *TableCall) release() {
	for _, c := range t.columns {
		c.Release()
	}
	t.columns = t.columns[:0]
}

// Advance passes the watermark on: rowtimes are carried over unchanged.
func (t *TableCall) Advance(_ context.Context, wm types.Time, _ flow.Out) (types.Time, error) {
	return wm, nil
}

// Close has nothing to release.
func (t *TableCall) Close() error { return nil }
