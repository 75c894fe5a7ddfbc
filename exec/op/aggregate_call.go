package op

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/agg"
	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// newFunc makes the state of a call.
func newFunc(c plan.AggregateCall) (agg.Func, error) {
	if c.User != nil {
		of, ok := c.User.Kernel.(agg.NewUser)
		if !ok {
			return nil, fmt.Errorf("aggregate %s has a kernel of type %T", c.Func, c.User.Kernel)
		}
		return of(), nil
	}
	arg := types.Of(types.Null)
	if len(c.Args) > 0 {
		arg = c.Args[0].Type()
	}
	return agg.New(c.Func, arg, c.Of)
}

// argument is the column that a call aggregates, which the caller releases: nil where it
// has no argument, a struct where it has several.
func argument(list []*expr.Evaluator, b flow.Batch, mem memory.Allocator) (arrow.Array, []expr.RowError, error) {
	switch len(list) {
	case 0:
		return nil, nil, nil
	case 1:
		col, bad := list[0].Array(b.Rec, b.Sel, mem)
		return col, bad, nil
	}
	var errs []expr.RowError
	columns, names := make([]arrow.Array, len(list)), make([]string, len(list))
	for i, e := range list {
		var bad []expr.RowError
		columns[i], bad = e.Array(b.Rec, b.Sel, mem)
		defer columns[i].Release()
		errs = mergeErrors(errs, bad)
	}
	tuple, err := array.NewStructArray(columns, names)
	if err != nil {
		return nil, nil, fmt.Errorf("arguments of an aggregate: %w", err)
	}
	return tuple, errs, nil
}

// noValue is the error of a group for which a call has no value.
func noValue(f agg.Func, group uint32, c plan.AggregateCall) expr.RowError {
	if u, ok := f.(agg.User); ok {
		return expr.RowError{Row: group, Name: flow.FunctionError, Message: c.Func + ": " + u.Reason(group)}
	}
	return expr.RowError{Row: group, Name: flow.OverflowError, Message: c.String() + " does not fit its type"}
}

// err is what went wrong with states of the embedding program's aggregates, asked for
// after they were written or read.
func (p *pane) err() error {
	for _, f := range p.funcs {
		if u, ok := f.(agg.User); ok && u.Err() != nil {
			return u.Err()
		}
	}
	return nil
}
