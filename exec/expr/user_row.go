package expr

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/types"
)

// Arguments is a Row over columns, for functions that are no part of an expression:
// aggregates and table functions. Use it on one goroutine.
type Arguments struct {
	Row
	columns  []column
	nullable []bool
	maybe    []*vec // those that must not be NULL, and have NULLs
	c        call
}

// NewArguments is a Row for arguments of which some may be NULL.
func NewArguments(nullable []bool) *Arguments {
	return &Arguments{columns: make([]column, len(nullable)), nullable: nullable}
}

// Load takes the arguments of the next calls, one column each; rows are those that At
// will be asked for. The columns are borrowed until the next Load.
func (a *Arguments) Load(columns []arrow.Array, rows []uint32) {
	a.args, a.maybe = a.args[:0], a.maybe[:0]
	for k, col := range columns {
		a.c.n, a.c.sel = col.Len(), rows
		v := a.columns[k].read(col, &a.c)
		a.args = append(a.args, v)
		if v.null != nil && !a.nullable[k] {
			a.maybe = append(a.maybe, v)
		}
	}
}

// At goes to a row.
func (a *Arguments) At(row uint32) { a.i = row }

// Missing tells whether an argument of the row is NULL that must not be.
func (a *Arguments) Missing() bool {
	for _, v := range a.maybe {
		if v.null[a.i] {
			return true
		}
	}
	return false
}

// Results is a Row that makes a column: Append adds a row, the setters give it its
// value. Use it on one goroutine.
type Results struct {
	Row
	of    types.Type
	made  scratch
	every []uint32
}

// NewResults makes an empty column of a type.
func NewResults(of types.Type) *Results {
	r := &Results{of: of}
	r.out = &r.made
	r.made.reset(classOf(of), 0)
	return r
}

// Len is the number of rows.
func (r *Results) Len() int { return r.n }

// TextBytes is the length of the texts so far.
func (r *Results) TextBytes() int { return len(r.made.data) }

// Append adds a row: zero, until a setter says otherwise.
func (r *Results) Append() {
	s := &r.made
	r.i = uint32(r.n)
	r.n++
	switch s.class {
	case ints:
		s.ints = append(s.ints, 0)
	case floats:
		s.floats = append(s.floats, 0)
	case bools:
		s.bools = append(s.bools, false)
	case texts:
		end := int32(len(s.data))
		s.startBuf, s.endBuf = append(s.startBuf, end), append(s.endBuf, end)
		s.starts, s.ends = s.startBuf, s.endBuf
	}
	if s.null != nil {
		s.nullBuf = append(s.nullBuf, false)
		s.null = s.nullBuf
	}
}

// Cut forgets the rows from n on.
func (r *Results) Cut(n int) {
	s := &r.made
	if n >= r.n {
		return
	}
	switch s.class {
	case ints:
		s.ints = s.ints[:n]
	case floats:
		s.floats = s.floats[:n]
	case bools:
		s.bools = s.bools[:n]
	case texts:
		s.data = s.data[:s.starts[n]]
		s.startBuf, s.endBuf = s.startBuf[:n], s.endBuf[:n]
		s.starts, s.ends = s.startBuf, s.endBuf
	}
	if s.null != nil {
		s.nullBuf = s.nullBuf[:n]
		s.null = s.nullBuf
	}
	r.n = n
}

// Column hands the rows over, which the caller releases, and begins anew.
func (r *Results) Column(mem memory.Allocator) arrow.Array {
	if len(r.every) < r.n {
		r.every = All(r.n)
	}
	out := store(&r.made.vec, r.of, r.n, r.every[:r.n], nil, mem)
	r.n = 0
	r.made.reset(classOf(r.of), 0)
	return out
}
