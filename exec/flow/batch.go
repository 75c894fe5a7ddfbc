package flow

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// Batch is a run of rows in stream order: columns, and which of their rows
// live. A callee borrows it for the call; Retain and Release cover Rec and
// Kinds together (Sel is plain memory: a callee that keeps the batch copies it
// with Keep).
type Batch struct {
	Rec arrow.Record
	// Sel is the ascending indexes of the live rows; nil = all of them.
	Sel []uint32
	// Kinds says what each row does to the result, indexed like Rec; nil = every
	// row is an insert. Reserved for updating results.
	Kinds *array.Int8
}

// Rows is the number of live rows.
func (b Batch) Rows() int {
	switch {
	case b.Sel != nil:
		return len(b.Sel)
	case b.Rec == nil:
		return 0
	}
	return int(b.Rec.NumRows())
}

// Row is the index in Rec of the i-th live row.
func (b Batch) Row(i int) int {
	if b.Sel != nil {
		return int(b.Sel[i])
	}
	return i
}

// Retain adds a reference to the columns.
func (b Batch) Retain() {
	if b.Rec != nil {
		b.Rec.Retain()
	}
	if b.Kinds != nil {
		b.Kinds.Retain()
	}
}

// Release drops a reference to the columns.
func (b Batch) Release() {
	if b.Rec != nil {
		b.Rec.Release()
	}
	if b.Kinds != nil {
		b.Kinds.Release()
	}
}

// Keep is a batch that outlives the call which lent b: retained, with a
// selection of its own. The caller releases it.
func (b Batch) Keep() Batch {
	b.Retain()
	if b.Sel != nil {
		b.Sel = append(make([]uint32, 0, len(b.Sel)), b.Sel...)
	}
	return b
}

// Times is the values of a timestamp column of b.Rec, indexed like Rec; the
// slice is valid as long as the record.
func (b Batch) Times(column int) []arrow.Timestamp {
	return b.Rec.Column(column).(*array.Timestamp).TimestampValues()
}
