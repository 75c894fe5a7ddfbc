package window

import "github.com/millrace-sql/millrace/sql/types"

// Span is a stretch of rowtime, in microseconds: [Start, End), or (Start, End]
// under an assigner that says so.
type Span struct{ Start, End types.Time }

// Tumble cuts time into buckets counted from 1970: FLOOR, STEP and, with Ceil,
// CEIL of a rowtime. A CEIL bucket is (Start, End]: a row on the boundary
// belongs to the bucket that ends there (kda-sql.md §9.1).
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
	start := w.Step.Floor(end - 1)
	return Span{start, end}
}

// Holds tells whether a row at t belongs to s.
func (w Tumble) Holds(s Span, t types.Time) bool {
	if w.Ceil {
		return t > s.Start && t <= s.End
	}
	return t >= s.Start && t < s.End
}

// Closed tells whether s is complete once no row below wm can come.
func (w Tumble) Closed(s Span, wm types.Time) bool {
	if w.Ceil {
		return wm > s.End
	}
	return wm >= s.End
}

// Key is the value of the grouping expression for the rows of s.
func (w Tumble) Key(s Span) types.Time {
	if w.Ceil {
		return s.End
	}
	return s.Start
}
