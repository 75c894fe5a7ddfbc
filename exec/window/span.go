package window

import "github.com/millrace-sql/millrace/sql/types"

// Span is a stretch of rowtime in microseconds: Start belongs to it, End does not.
type Span struct{ Start, End types.Time }

// Holds tells whether a row at t belongs to s.
func (s Span) Holds(t types.Time) bool { return t >= s.Start && t < s.End }

// Closed tells whether s is complete once no row below wm can come.
func (s Span) Closed(wm types.Time) bool { return wm >= s.End }

// RowTime is the time of the rows that s gives when it is complete: its end, in the
// milliseconds of rowtimes. A span of CEIL, which ends just behind its boundary, has the
// boundary (kda-sql.md §9.1).
func (s Span) RowTime() types.Time { return types.Step{Micros: types.Millisecond}.Floor(s.End) }
