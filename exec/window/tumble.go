package window

import "github.com/millrace-sql/millrace/sql/types"

// Tumble cuts time into buckets counted from 1970: FLOOR, STEP and, with Ceil, CEIL of a
// rowtime. A row on the boundary belongs to the bucket that begins there, with Ceil to
// the one that ends there (kda-sql.md §9.1).
type Tumble struct {
	Step types.Step
	Ceil bool
}

// Assign is the span of a row at t.
func (w Tumble) Assign(t types.Time) Span {
	if !w.Ceil {
		start := w.Step.Floor(t)
		return Span{start, w.Step.Next(start)}
	}
	end := w.Step.Ceil(t)
	return Span{w.Step.Floor(end-1) + 1, end + 1}
}

// Key is the value of the grouping expression for the rows of s.
func (w Tumble) Key(s Span) types.Time {
	if w.Ceil {
		return s.End - 1
	}
	return s.Start
}
