package op

import (
	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// rejects turns the row errors of an evaluation into rejected rows.
type rejects struct{ kept []uint32 }

// report rejects each failed row of b; rowtime is the batch's rowtime column, -1
// for none.
func (r *rejects) report(b flow.Batch, rowtime int, errs []expr.RowError, out flow.Out) error {
	for _, e := range errs {
		err := out.Reject(flow.Rejected{
			Name: e.Name, Message: e.Message, RowTime: rowTimeOf(b, rowtime, int(e.Row)), Batch: b, Row: int(e.Row),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func rowTimeOf(b flow.Batch, column, row int) types.Time {
	if column < 0 {
		return types.MinTime
	}
	return types.Time(b.Times(column)[row])
}

// without is sel less the failed rows; both ascend.
func (r *rejects) without(sel []uint32, errs []expr.RowError) []uint32 {
	if len(errs) == 0 {
		return sel
	}
	kept := r.kept[:0]
	for _, row := range sel {
		for len(errs) > 0 && errs[0].Row < row {
			errs = errs[1:]
		}
		if len(errs) == 0 || errs[0].Row != row {
			kept = append(kept, row)
		}
	}
	r.kept = kept
	return kept
}

// mergeErrors adds the errors of one column to those of the columns before; a
// row keeps its first. Both ascend by row.
func mergeErrors(a, b []expr.RowError) []expr.RowError {
	if len(b) == 0 {
		return a
	}
	out := make([]expr.RowError, 0, len(a)+len(b))
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].Row < b[0].Row:
			out, a = append(out, a[0]), a[1:]
		case len(a) == 0 || b[0].Row < a[0].Row:
			out, b = append(out, b[0]), b[1:]
		default:
			b = b[1:]
		}
	}
	return out
}
