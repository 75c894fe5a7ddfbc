package expr

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/types"
)

// lander is a node that computes into a scratch column of its own.
type lander interface{ result() *scratch }

func (e *arithFloat) result() *scratch { return &e.out }
func (e *arithInt) result() *scratch   { return &e.out }
func (e *cast) result() *scratch       { return &e.out }
func (e *caseOp) result() *scratch     { return &e.out }
func (e *coalesce) result() *scratch   { return &e.out }
func (e *timeFloor) result() *scratch  { return &e.out }
func (e *shift) result() *scratch      { return &e.out }

// land lets the root compute straight into the memory of an Arrow column, where its
// values have the same layout there; nil where they have not.
func (e *Evaluator) land(n int, mem memory.Allocator) *memory.Buffer {
	l, ok := e.root.(lander)
	if !ok || n == 0 || !sameLayout(e.of) {
		return nil
	}
	b := newBuffer(mem, 8*n)
	if s := l.result(); classOf(e.of) == ints {
		s.ints = arrow.Int64Traits.CastFromBytes(b.Bytes())
	} else {
		s.floats = arrow.Float64Traits.CastFromBytes(b.Bytes())
	}
	return b
}

// landed takes that memory away from the root. It is nil, and the memory free, where
// the result stands elsewhere.
func (e *Evaluator) landed(v *vec, b *memory.Buffer) *memory.Buffer {
	if b == nil {
		return nil
	}
	s := e.root.(lander).result()
	there := !v.konst && v == &s.vec
	s.ints, s.floats = nil, nil
	if there {
		return b
	}
	b.Release()
	return nil
}

// sameLayout tells that the values of a type are the same between kernels and in
// Arrow.
func sameLayout(t types.Type) bool {
	switch t.Kind {
	case types.BigInt, types.Double, types.Timestamp, types.TimeOfDay, types.DayInterval:
		return true
	}
	return false
}
