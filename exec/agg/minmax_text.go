package agg

import (
	"bytes"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// extremeText copies the winning string: the column it came from is borrowed.
type extremeText struct {
	values cells[[]byte]
	seen   cells[bool]
	every  []uint32
	most   bool
	text   int64 // bytes of the values
}

func newExtremeText(most bool) *extremeText {
	return &extremeText{values: cells[[]byte]{clone: bytes.Clone}, most: most}
}

// write makes room for n groups; those of groups are going to change. A new group
// has the memory of the string that its place held before a Reset, unless a
// snapshot may be looking.
func (e *extremeText) write(n int, groups []uint32) {
	if v := &e.values; v.hold.Load() == nil {
		if held := min(n, cap(v.live)); held > len(v.live) {
			v.live = v.live[:held]
		}
	}
	e.values.write(n, groups)
	e.seen.write(n, groups)
}

func (e *extremeText) Update(n int, groups, rows []uint32, arg arrow.Array) {
	e.write(n, groups)
	values, seen := e.values.live, e.seen.live
	a := arg.(*array.String)
	for i, g := range groups {
		r := int(rows[i])
		if a.IsNull(r) {
			continue
		}
		v := a.Value(r)
		held := unsafe.String(unsafe.SliceData(values[g]), len(values[g]))
		if !seen[g] || (v > held) == e.most && v != held {
			e.text -= int64(cap(values[g]))
			values[g], seen[g] = append(values[g][:0], v...), true
			e.text += int64(cap(values[g]))
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
	e.write(n, nil)
	values, every := e.values.live, e.seen.live[:n]
	col := newBuilder(arrow.BinaryTypes.String, n, mem)
	offsets := col.offsets()
	size := int32(0)
	for g, seen := range every {
		offsets[g] = size
		if seen {
			size += int32(len(values[g]))
		} else {
			col.null(g)
		}
	}
	offsets[n] = size
	text := col.bytes(int(size))
	for g, seen := range every {
		if seen {
			copy(text[offsets[g]:], values[g])
		}
	}
	return col.array(), nil
}

func (e *extremeText) Freeze(n int) Frozen {
	e.write(n, nil)
	e.values.freeze(n)
	e.seen.freeze(n)
	return frozenFunc{func(lo, hi int) Func {
		return &extremeText{values: e.values.frozen(lo, hi), seen: e.seen.frozen(lo, hi), most: e.most}
	}, func() { e.values.release(); e.seen.release() }}
}

func (e *extremeText) Reset() {
	e.values.reset()
	e.seen.reset()
}

func (e *extremeText) Bytes() int64 { return e.values.bytes() + e.seen.bytes() + e.text }
