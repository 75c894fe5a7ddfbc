package agg

import (
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// extremeText copies the winning string: the column it came from is borrowed.
type extremeText struct {
	values [][]byte
	seen   []bool
	every  []uint32
	most   bool
}

// grow lets a new group have the memory of the string that its place held before
// a Reset.
func (e *extremeText) grow(n int) {
	if held := min(n, cap(e.values)); held > len(e.values) {
		e.values = e.values[:held]
	}
	e.values, e.seen = grown(e.values, n), grown(e.seen, n)
}

func (e *extremeText) Update(n int, groups, rows []uint32, arg arrow.Array) {
	e.grow(n)
	a := arg.(*array.String)
	for i, g := range groups {
		r := int(rows[i])
		if a.IsNull(r) {
			continue
		}
		v := a.Value(r)
		held := unsafe.String(unsafe.SliceData(e.values[g]), len(e.values[g]))
		if !e.seen[g] || (v > held) == e.most && v != held {
			e.values[g], e.seen[g] = append(e.values[g][:0], v...), true
		}
	}
}

func (e *extremeText) Merge(n int, groups []uint32, state []arrow.Array) {
	e.every = everyRow(e.every, len(groups))
	e.Update(n, groups, e.every, state[0])
}

func (e *extremeText) State(n int, mem memory.Allocator) []arrow.Array {
	a, _ := e.Result(n, mem)
	return []arrow.Array{a}
}

func (e *extremeText) Result(n int, mem memory.Allocator) (arrow.Array, []uint32) {
	e.grow(n)
	col := newBuilder(arrow.BinaryTypes.String, n, mem)
	offsets := col.offsets()
	size := int32(0)
	for g, seen := range e.seen[:n] {
		offsets[g] = size
		if seen {
			size += int32(len(e.values[g]))
		} else {
			col.null(g)
		}
	}
	offsets[n] = size
	bytes := col.bytes(int(size))
	for g, seen := range e.seen[:n] {
		if seen {
			copy(bytes[offsets[g]:], e.values[g])
		}
	}
	return col.array(), nil
}

func (e *extremeText) Reset() { e.values, e.seen = e.values[:0], e.seen[:0] }
