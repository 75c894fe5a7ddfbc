package agg

import (
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/types"
)

// extremeFloat is MIN or MAX of REAL and DOUBLE. NaN is above every number, so
// that the order is total and the result does not depend on row order.
//
// A group without a value holds NaN: every comparison with it is false, so the
// loops need not ask whether there is one before the value changes.
type extremeFloat struct {
	kind   types.Kind
	most   bool
	values cells[float64]
	seen   cells[bool]
	every  []uint32
}

// write makes room for n groups; those of groups are going to change.
func (e *extremeFloat) write(n int, groups []uint32) {
	old := len(e.values.live)
	values := e.values.write(n, groups)
	e.seen.write(n, groups)
	for g := old; g < n; g++ {
		values[g] = math.NaN()
	}
}

func (e *extremeFloat) Update(n int, groups, rows []uint32, arg arrow.Array) {
	e.write(n, groups)
	switch a := arg.(type) {
	case *array.Float32:
		takeFloats(e, a.Float32Values(), groups, rows, arg)
	case *array.Float64:
		takeFloats(e, a.Float64Values(), groups, rows, arg)
	}
}

func takeFloats[T float32 | float64](e *extremeFloat, values []T, groups, rows []uint32, arg arrow.Array) {
	held, rows := e.values.live, rows[:len(groups)]
	switch {
	case arg.NullN() > 0:
		for i, g := range groups {
			if arg.IsValid(int(rows[i])) {
				e.take(g, float64(values[rows[i]]))
			}
		}
	case e.most:
		for i, g := range groups {
			if v := float64(values[rows[i]]); !(v <= held[g]) {
				e.take(g, v)
			}
		}
	default:
		for i, g := range groups {
			if v := float64(values[rows[i]]); !(v >= held[g]) {
				e.take(g, v)
			}
		}
	}
}

// take lets v replace the value of a group where it is better.
func (e *extremeFloat) take(g uint32, v float64) {
	held := e.values.live[g]
	better := !e.seen.live[g]
	switch {
	case better:
	case v != v:
		better = e.most
	case held != held:
		better = !e.most
	case e.most:
		better = v > held
	default:
		better = v < held
	}
	if better {
		e.values.live[g], e.seen.live[g] = v, true
	}
}

func (e *extremeFloat) Merge(n int, groups []uint32, state []arrow.Array) {
	e.every = everyRow(e.every, len(groups))
	e.Update(n, groups, e.every, state[0])
}

func (e *extremeFloat) State(n int, mem memory.Allocator) []arrow.Array {
	a, _ := e.Result(n, mem)
	return []arrow.Array{a}
}

func (e *extremeFloat) Result(n int, mem memory.Allocator) (arrow.Array, []uint32) {
	e.write(n, nil)
	col := newBuilder(types.Of(e.kind).Arrow(), n, mem)
	for g, seen := range e.seen.live[:n] {
		if !seen {
			col.null(g)
		}
	}
	if e.kind == types.Real {
		col.reals(e.values.live[:n])
	} else {
		copy(col.floats(), e.values.live)
	}
	return col.array(), nil
}

func (e *extremeFloat) Freeze(n int) Frozen {
	e.write(n, nil)
	e.values.freeze(n)
	e.seen.freeze(n)
	return frozenFunc{func(lo, hi int) Func {
		return &extremeFloat{kind: e.kind, most: e.most, values: e.values.frozen(lo, hi), seen: e.seen.frozen(lo, hi)}
	}, func() { e.values.release(); e.seen.release() }}
}

func (e *extremeFloat) Reset() {
	e.values.reset()
	e.seen.reset()
}

func (e *extremeFloat) Bytes() int64 { return e.values.bytes() + e.seen.bytes() }
