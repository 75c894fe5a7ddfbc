package lake

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/types"
)

// Records of so many rows are retained rather than copied.
const retainRows = 512

// rowLog is the rows that a writer's open files consist of: as segments what Prepares have stored, as batches what is new
// since. Batches are numbered without gaps; where a file ends, a batch ends, so that a number tells the rows of a folder
// that are in finished files from those that are not.
type rowLog struct {
	schema   *arrow.Schema
	gather   *gatherer
	gathered batch // what the gatherer holds
	pending  []batch
	bytes    int64 // of gathered and pending
	segments []*segment
	next     uint64 // number of the batch that the next row belongs to
	rolled   bool   // a file has ended, and nobody has looked yet what is needed no more
}

type batch struct {
	rec   arrow.Record
	bytes int64
	since types.Time
}

func newRowLog(l layout) (rowLog, error) {
	g, err := newGatherer(l.arrow(), memory.DefaultAllocator)
	return rowLog{schema: l.arrow(), gather: g}, err
}

// add takes rows of a record that are in the files already. Whole records of some size are retained, others copied.
func (l *rowLog) add(rec arrow.Record, sel, rows []uint32, rowBytes int64, now types.Time) error {
	bytes := int64(len(rows)) * rowBytes
	l.bytes += bytes
	if sel == nil && len(rows) >= retainRows && plainColumns(rec) {
		l.cut()
		// Under the table's own schema: names and metadata of the caller's are of no use.
		l.push(batch{array.NewRecord(l.schema, rec.Columns(), rec.NumRows()), bytes, now})
		return nil
	}
	if l.gather.rows == 0 {
		l.gathered.since = now
	}
	l.gathered.bytes += bytes
	if err := l.gather.add(rec, rows); err != nil {
		return err
	}
	if l.gather.rows >= gatherRows {
		l.cut()
	}
	return nil
}

func plainColumns(rec arrow.Record) bool {
	for _, c := range rec.Columns() {
		if _, ok := c.(*array.Dictionary); ok {
			return false
		}
	}
	return true
}

// cut ends the batch that is being gathered.
func (l *rowLog) cut() {
	if l.gather.rows > 0 {
		l.gathered.rec = l.gather.finish()
		l.push(l.gathered)
		l.gathered = batch{}
	}
}

func (l *rowLog) push(b batch) {
	l.pending = append(l.pending, b)
	l.next++
}

// seal makes a segment of what is new, if anything is; it has a key from here on and never changes.
func (l *rowLog) seal(key func(suffix string) string) *segment {
	l.cut()
	if len(l.pending) == 0 {
		return nil
	}
	s := &segment{
		Key: key(segmentSuffix), First: l.next - uint64(len(l.pending)), Batches: len(l.pending), Since: l.pending[0].since,
		batches: l.pending,
	}
	for _, b := range l.pending {
		s.Rows += b.rec.NumRows()
	}
	l.segments = append(l.segments, s)
	l.pending = nil
	return s
}

// drop forgets the batches below a number and returns the keys of segments that are needed no more.
func (l *rowLog) drop(number uint64) []string {
	var keys []string
	for len(l.segments) > 0 && l.segments[0].end() <= number {
		keys = append(keys, l.segments[0].Key)
		l.release(l.segments[0].batches)
		l.segments = l.segments[1:]
	}
	for first := l.next - uint64(len(l.pending)); len(l.pending) > 0 && first < number; first++ {
		l.release(l.pending[:1])
		l.pending = l.pending[1:]
	}
	return keys
}

// stored gives up the records of a segment that is durable.
func (l *rowLog) stored(s *segment) {
	l.release(s.batches)
	s.batches = nil
}

func (l *rowLog) release(batches []batch) {
	for _, b := range batches {
		b.rec.Release()
		l.bytes -= b.bytes
	}
}

// close gives up all records.
func (l *rowLog) close() {
	for _, s := range l.segments {
		l.release(s.batches)
	}
	l.release(l.pending)
	if l.gather != nil {
		l.gather.close()
	}
	*l = rowLog{}
}
