package agg

import (
	"cmp"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/types"
)

// newExtreme is MIN or MAX over one of the three families of ordered values.
func newExtreme(t types.Type, most bool) Func {
	switch {
	case t.IsApproximate():
		return &extremeFloat{kind: t.Kind, most: most}
	case t.IsString():
		return &extremeText{most: most}
	}
	return &extremeInt{kind: t.Arrow(), most: most}
}

// extreme keeps the least or greatest value seen per group.
type extreme[T any] struct {
	values []T
	seen   []bool
}

func (e *extreme[T]) grow(n int) { e.values, e.seen = grown(e.values, n), grown(e.seen, n) }

// better tells whether v replaces the value held. NaN is above every number, so
// that the order is total and the result does not depend on row order.
func better[T cmp.Ordered](v, held T, most bool) bool {
	if v != v || held != held {
		return most == (v != v) && (v != v) != (held != held)
	}
	if most {
		return v > held
	}
	return v < held
}

func take[T cmp.Ordered, V any](e *extreme[T], most bool, values []V, conv func(V) T, groups, rows []uint32, arg arrow.Array) {
	nulls := arg.NullN() > 0
	for i, g := range groups {
		r := i
		if rows != nil {
			r = int(rows[i])
		}
		if nulls && arg.IsNull(r) {
			continue
		}
		if v := conv(values[r]); !e.seen[g] || better(v, e.values[g], most) {
			e.values[g], e.seen[g] = v, true
		}
	}
}

// extremeInt holds integers, decimals (unscaled) and date-times.
type extremeInt struct {
	extreme[int64]
	kind arrow.DataType
	most bool
}

func (e *extremeInt) Update(n int, groups, rows []uint32, arg arrow.Array) {
	e.grow(n)
	x := &e.extreme
	switch a := arg.(type) {
	case *array.Int8:
		take(x, e.most, a.Int8Values(), widen[int8], groups, rows, arg)
	case *array.Int16:
		take(x, e.most, a.Int16Values(), widen[int16], groups, rows, arg)
	case *array.Int32:
		take(x, e.most, a.Int32Values(), widen[int32], groups, rows, arg)
	case *array.Int64:
		take(x, e.most, a.Int64Values(), widen[int64], groups, rows, arg)
	case *array.Date32:
		take(x, e.most, a.Date32Values(), widen[arrow.Date32], groups, rows, arg)
	case *array.Time64:
		take(x, e.most, a.Time64Values(), widen[arrow.Time64], groups, rows, arg)
	case *array.Timestamp:
		take(x, e.most, a.TimestampValues(), widen[arrow.Timestamp], groups, rows, arg)
	case *array.Decimal128:
		take(x, e.most, a.Values(), func(v decimal128.Num) int64 { return int64(v.LowBits()) }, groups, rows, arg)
	}
}

func widen[T ~int8 | ~int16 | ~int32 | ~int64](v T) int64 { return int64(v) }

func (e *extremeInt) Merge(n int, groups []uint32, state []arrow.Array) {
	e.Update(n, groups, nil, state[0])
}

func (e *extremeInt) State(n int, mem memory.Allocator) []arrow.Array {
	a, _ := e.Result(n, mem)
	return []arrow.Array{a}
}

func (e *extremeInt) Result(n int, mem memory.Allocator) (arrow.Array, []uint32) {
	e.grow(n)
	b := array.NewBuilder(mem, e.kind)
	defer b.Release()
	b.Reserve(n)
	for g := range n {
		if !e.seen[g] {
			b.AppendNull()
			continue
		}
		switch b := b.(type) {
		case *array.Date32Builder:
			b.Append(arrow.Date32(e.values[g]))
		case *array.Time64Builder:
			b.Append(arrow.Time64(e.values[g]))
		case *array.TimestampBuilder:
			b.Append(arrow.Timestamp(e.values[g]))
		default:
			appendInt(b, e.values[g])
		}
	}
	return b.NewArray(), nil
}

type extremeFloat struct {
	extreme[float64]
	kind types.Kind
	most bool
}

func (e *extremeFloat) Update(n int, groups, rows []uint32, arg arrow.Array) {
	e.grow(n)
	switch a := arg.(type) {
	case *array.Float32:
		take(&e.extreme, e.most, a.Float32Values(), func(v float32) float64 { return float64(v) }, groups, rows, arg)
	case *array.Float64:
		take(&e.extreme, e.most, a.Float64Values(), func(v float64) float64 { return v }, groups, rows, arg)
	}
}

func (e *extremeFloat) Merge(n int, groups []uint32, state []arrow.Array) {
	e.Update(n, groups, nil, state[0])
}

func (e *extremeFloat) State(n int, mem memory.Allocator) []arrow.Array {
	a, _ := e.Result(n, mem)
	return []arrow.Array{a}
}

func (e *extremeFloat) Result(n int, mem memory.Allocator) (arrow.Array, []uint32) {
	e.grow(n)
	if e.kind == types.Real {
		narrow := make([]float32, n)
		for g, v := range e.values[:n] {
			narrow[g] = float32(v)
		}
		b := array.NewFloat32Builder(mem)
		defer b.Release()
		b.AppendValues(narrow, e.seen[:n])
		return b.NewArray(), nil
	}
	b := array.NewFloat64Builder(mem)
	defer b.Release()
	b.AppendValues(e.values[:n], e.seen[:n])
	return b.NewArray(), nil
}

// extremeText copies the winning string: the column it came from is borrowed.
type extremeText struct {
	extreme[[]byte]
	most bool
}

func (e *extremeText) Update(n int, groups, rows []uint32, arg arrow.Array) {
	e.grow(n)
	a := arg.(*array.String)
	for i, g := range groups {
		r := i
		if rows != nil {
			r = int(rows[i])
		}
		if a.IsNull(r) {
			continue
		}
		v := a.Value(r)
		if held := e.values[g]; !e.seen[g] || better(v, unsafe.String(unsafe.SliceData(held), len(held)), e.most) {
			e.values[g], e.seen[g] = append(held[:0], v...), true
		}
	}
}

func (e *extremeText) Merge(n int, groups []uint32, state []arrow.Array) {
	e.Update(n, groups, nil, state[0])
}

func (e *extremeText) State(n int, mem memory.Allocator) []arrow.Array {
	a, _ := e.Result(n, mem)
	return []arrow.Array{a}
}

func (e *extremeText) Result(n int, mem memory.Allocator) (arrow.Array, []uint32) {
	e.grow(n)
	b := array.NewStringBuilder(mem)
	defer b.Release()
	for g := range n {
		if e.seen[g] {
			b.BinaryBuilder.Append(e.values[g])
		} else {
			b.AppendNull()
		}
	}
	return b.NewArray(), nil
}
