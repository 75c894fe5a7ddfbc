package file

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// live is the rows of the page that count, nil for all of them: their rowtimes do
// not decrease. The others are rejected.
func (r *reader) live(columns []arrow.Array) []uint32 {
	if r.clock < 0 {
		return nil
	}
	clock := columns[r.clock].(*array.Timestamp)
	all := true
	sel := make([]uint32, 0, len(r.rows))
	for i, line := range r.rows {
		if !r.inOrder(clock, i, line) {
			all = false
			continue
		}
		sel = append(sel, uint32(i))
	}
	if all {
		return nil
	}
	return sel
}

// inOrder takes row i's rowtime as the last one, or rejects the row.
func (r *reader) inOrder(clock *array.Timestamp, i int, line span) bool {
	name := r.Schema.Fields[r.time].Name
	if clock.IsNull(i) {
		r.reject(line, flow.RowTimeError, fmt.Sprintf("column %s: NULL cannot be a rowtime", name), types.MinTime)
		return false
	}
	t := types.Time(clock.Value(i)).Millis()
	if t < r.last {
		r.reject(line, flow.OutOfOrder, fmt.Sprintf("column %s: rowtime %s is below %s, the one before it", name, t, r.last), t)
		return false
	}
	r.last = t
	return true
}

// times is the ROWTIME column of the page.
func (r *reader) times(columns []arrow.Array) arrow.Array {
	b := array.NewTimestampBuilder(r.Mem, types.Of(types.Timestamp).Arrow().(*arrow.TimestampType))
	defer b.Release()
	b.Reserve(len(r.rows))
	if r.clock < 0 {
		for range r.rows {
			b.UnsafeAppend(arrow.Timestamp(r.Start.Millis()))
		}
		return b.NewArray()
	}
	// A NULL stands in rejected rows only; ROWTIME itself has none.
	for _, t := range columns[r.clock].(*array.Timestamp).TimestampValues() {
		b.UnsafeAppend(arrow.Timestamp(types.Time(t).Millis()))
	}
	return b.NewArray()
}
