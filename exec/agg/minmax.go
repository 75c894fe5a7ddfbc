package agg

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/types"
)

// newExtreme is MIN or MAX over one of the three families of ordered values.
func newExtreme(t types.Type, most bool) Func {
	switch {
	case t.IsApproximate():
		return &extremeFloat{kind: t.Kind, most: most}
	case t.IsString():
		return newExtremeText(most)
	}
	return &extremeInt{kind: t.Arrow(), most: most}
}

// everyRow is the rows 0..n-1.
func everyRow(rows []uint32, n int) []uint32 {
	rows = sized(rows, n)
	for i := range rows {
		rows[i] = uint32(i)
	}
	return rows
}

// extremeInt is MIN or MAX of integers, decimals (unscaled) and date-times.
type extremeInt struct {
	kind    arrow.DataType
	most    bool
	cells   cells[intCell]
	scratch []int64 // decimals as whole numbers; the values of a result
	every   []uint32
}

type intCell struct {
	value int64
	seen  bool
}

func (e *extremeInt) Update(n int, groups, rows []uint32, arg arrow.Array) {
	e.cells.write(n, groups)
	switch a := arg.(type) {
	case *array.Int8:
		takeInts(e, a.Int8Values(), groups, rows, arg)
	case *array.Int16:
		takeInts(e, a.Int16Values(), groups, rows, arg)
	case *array.Int32:
		takeInts(e, a.Int32Values(), groups, rows, arg)
	case *array.Int64:
		takeInts(e, a.Int64Values(), groups, rows, arg)
	case *array.Date32:
		takeInts(e, a.Date32Values(), groups, rows, arg)
	case *array.Time64:
		takeInts(e, a.Time64Values(), groups, rows, arg)
	case *array.Timestamp:
		takeInts(e, a.TimestampValues(), groups, rows, arg)
	case *array.Duration:
		takeInts(e, a.DurationValues(), groups, rows, arg)
	case *array.MonthInterval:
		takeInts(e, a.MonthIntervalValues(), groups, rows, arg)
	case *array.Decimal128:
		e.scratch = unscaled(e.scratch, a, rows)
		takeInts(e, e.scratch, groups, rows, arg)
	}
}

func takeInts[T ~int8 | ~int16 | ~int32 | ~int64](e *extremeInt, values []T, groups, rows []uint32, arg arrow.Array) {
	cells, rows := e.cells.live, rows[:len(groups)]
	switch {
	case arg.NullN() > 0:
		for i, g := range groups {
			v := int64(values[rows[i]])
			if c := &cells[g]; arg.IsValid(int(rows[i])) && (!c.seen || v != c.value && (v > c.value) == e.most) {
				*c = intCell{v, true}
			}
		}
	case e.most:
		for i, g := range groups {
			if v, c := int64(values[rows[i]]), &cells[g]; v > c.value || !c.seen {
				*c = intCell{v, true}
			}
		}
	default:
		for i, g := range groups {
			if v, c := int64(values[rows[i]]), &cells[g]; v < c.value || !c.seen {
				*c = intCell{v, true}
			}
		}
	}
}

func (e *extremeInt) Merge(n int, groups []uint32, state []arrow.Array) {
	e.every = everyRow(e.every, len(groups))
	e.Update(n, groups, e.every, state[0])
}

func (e *extremeInt) State(n int, mem memory.Allocator) []arrow.Array {
	a, _ := e.Result(n, mem)
	return []arrow.Array{a}
}

func (e *extremeInt) Result(n int, mem memory.Allocator) (arrow.Array, []uint32) {
	cells := e.cells.write(n, nil)
	col := newBuilder(e.kind, n, mem)
	e.scratch = sized(e.scratch, n)
	for g, c := range cells[:n] {
		if e.scratch[g] = c.value; !c.seen {
			col.null(g)
		}
	}
	col.ints(e.scratch)
	return col.array(), nil
}

func (e *extremeInt) Freeze(n int) Frozen {
	e.cells.freeze(n)
	return frozenFunc{func(lo, hi int) Func {
		return &extremeInt{kind: e.kind, most: e.most, cells: e.cells.frozen(lo, hi)}
	}, e.cells.release}
}

func (e *extremeInt) Reset() { e.cells.reset() }

func (e *extremeInt) Bytes() int64 { return e.cells.bytes() }
