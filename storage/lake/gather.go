package lake

import (
	"fmt"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// A gathered record has so many rows or some more: enough that what a record costs by itself does not count.
const gatherRows = 4096

// gatherer copies rows of many records into few, without dictionaries.
type gatherer struct {
	schema  *arrow.Schema
	columns []gatherColumn
	rows    int
	levels  []byte
	indexes []uint32
}

// gatherColumn gathers one column. levels tells which rows are null: those of level 0; nil: none is.
type gatherColumn interface {
	add(col arrow.Array, rows []uint32, levels []byte) error
	finish() arrow.Array
	close()
}

// newGatherer is for records with the table's columns. Errors: ErrType.
func newGatherer(schema *arrow.Schema, mem memory.Allocator) (*gatherer, error) {
	g := &gatherer{schema: schema}
	for _, f := range schema.Fields() {
		c, err := gatherColumnFor(f.Type, mem)
		if err != nil {
			return nil, err
		}
		g.columns = append(g.columns, c)
	}
	return g, nil
}

func gatherColumnFor(dt arrow.DataType, mem memory.Allocator) (gatherColumn, error) {
	if dt.ID() == arrow.BOOL {
		return &gatherBooleans{booleans{fixed: fixed[byte]{mem: mem}}}, nil
	}
	if arrow.IsBaseBinary(dt.ID()) {
		return &gatherBytes{bytesTarget{mem: mem}, dt}, nil
	}
	if w, ok := dt.(arrow.FixedWidthDataType); ok {
		switch w.Bytes() {
		case 1:
			return &gatherFixed[int8]{fixed[int8]{mem: mem}, dt}, nil
		case 2:
			return &gatherFixed[int16]{fixed[int16]{mem: mem}, dt}, nil
		case 4:
			return &gatherFixed[int32]{fixed[int32]{mem: mem}, dt}, nil
		case 8:
			return &gatherFixed[int64]{fixed[int64]{mem: mem}, dt}, nil
		case 16:
			return &gatherFixed[decimal128.Num]{fixed[decimal128.Num]{mem: mem}, dt}, nil
		}
	}
	return nil, fmt.Errorf("%w: arrow column %s", ErrType, dt)
}

// add copies rows of a record. Errors: ErrRange beyond 2 GiB of text.
func (g *gatherer) add(rec arrow.Record, rows []uint32) error {
	for i, c := range g.columns {
		col := rec.Column(i)
		rows, levels := rows, g.levelsOf(col, rows)
		if d, ok := col.(*array.Dictionary); ok {
			col, rows, levels = g.lookUp(d, rows, levels)
		}
		if err := c.add(col, rows, levels); err != nil {
			return err
		}
	}
	g.rows += len(rows)
	return nil
}

func (g *gatherer) levelsOf(col arrow.Array, rows []uint32) []byte {
	if col.NullN() == 0 {
		return nil
	}
	g.levels = g.levels[:0]
	for _, r := range rows {
		level := byte(1)
		if col.IsNull(int(r)) {
			level = 0
		}
		g.levels = append(g.levels, level)
	}
	return g.levels
}

// lookUp makes rows of the dictionary of rows of the column.
func (g *gatherer) lookUp(d *array.Dictionary, rows []uint32, levels []byte) (arrow.Array, []uint32, []byte) {
	values := d.Dictionary()
	g.indexes = g.indexes[:0]
	for i, r := range rows {
		index := 0
		if levels == nil || levels[i] != 0 {
			index = d.GetValueIndex(int(r))
		}
		g.indexes = append(g.indexes, uint32(index))
	}
	if values.NullN() > 0 {
		own := levels
		levels = make([]byte, len(rows))
		for i, x := range g.indexes {
			if (own == nil || own[i] != 0) && values.IsValid(int(x)) {
				levels[i] = 1
			}
		}
	}
	return values, g.indexes, levels
}

// finish returns the rows gathered since the last finish; the caller releases the record.
func (g *gatherer) finish() arrow.Record {
	cols := make([]arrow.Array, len(g.columns))
	for i, c := range g.columns {
		cols[i] = c.finish()
	}
	rec := array.NewRecord(g.schema, cols, int64(g.rows))
	for _, c := range cols {
		c.Release()
	}
	g.rows = 0
	return rec
}

func (g *gatherer) close() {
	for _, c := range g.columns {
		c.close()
	}
	g.rows = 0
}

type gatherFixed[T any] struct {
	fixed[T]
	dt arrow.DataType
}

func (c *gatherFixed[T]) add(col arrow.Array, rows []uint32, levels []byte) error {
	if c.buf == nil {
		c.buf = memory.NewResizableBuffer(c.mem)
		c.buf.Reserve(gatherRows * c.dt.(arrow.FixedWidthDataType).Bytes())
	}
	dst := c.grow(len(rows))
	src := cells[T](col)
	for i, r := range rows {
		if levels != nil && levels[i] == 0 {
			var zero T
			dst[i] = zero
			continue
		}
		dst[i] = src[r]
	}
	c.mark(c.mem, levels, len(rows))
	return nil
}

func (c *gatherFixed[T]) finish() arrow.Array { return c.fixed.finish(c.dt) }

// cells is the values of a column whose cells have the width of T.
func cells[T any](col arrow.Array) []T {
	data := col.Data()
	if data.Len() == 0 || data.Buffers()[1] == nil {
		return nil
	}
	raw := data.Buffers()[1].Bytes()
	var zero T
	all := unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(raw))), len(raw)/int(unsafe.Sizeof(zero)))
	return all[data.Offset() : data.Offset()+data.Len()]
}

type gatherBytes struct {
	bytesTarget
	dt arrow.DataType
}

func (c *gatherBytes) add(col arrow.Array, rows []uint32, levels []byte) error {
	if c.offs == nil {
		c.grow(0)
		c.offs.Reserve((gatherRows + 1) * 4)
	}
	ends := c.grow(len(rows))
	end := int32(c.used)
	value := bytesOf(col)
	for i, r := range rows {
		if levels == nil || levels[i] != 0 {
			var err error
			if end, err = c.append(value(int(r))); err != nil {
				return err
			}
		}
		ends[i] = end
	}
	c.mark(c.mem, levels, len(rows))
	return nil
}

func (c *gatherBytes) finish() arrow.Array { return c.bytesTarget.finish(c.dt) }

// bytesOf reads a column of byte strings; the bytes are the column's.
func bytesOf(col arrow.Array) func(int) []byte {
	switch a := col.(type) {
	case *array.String:
		offsets, data := a.ValueOffsets(), a.ValueBytes()
		return func(i int) []byte { return data[offsets[i]-offsets[0] : offsets[i+1]-offsets[0]] }
	case *array.Binary:
		return a.Value
	}
	return func(int) []byte { return nil }
}

type gatherBooleans struct{ booleans }

func (c *gatherBooleans) add(col arrow.Array, rows []uint32, levels []byte) error {
	dst := c.grow(len(rows))
	values := col.(*array.Boolean)
	for i, r := range rows {
		dst[i] = 0
		if (levels == nil || levels[i] != 0) && values.Value(int(r)) {
			dst[i] = 1
		}
	}
	c.mark(c.mem, levels, len(rows))
	return nil
}
