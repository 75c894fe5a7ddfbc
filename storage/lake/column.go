package lake

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding"
)

// column decodes one column of a file into arrays of one type, row group after row group.
type column interface {
	// page is told of every new page before its rows.
	page(p parquet.Page)
	// span appends a run of rows of the page.
	span(s span) error
	// finish returns the rows appended since the last finish; the caller releases the array.
	finish() arrow.Array
	// close releases what finish has not handed out.
	close()
}

type physical interface {
	int32 | int64 | float32 | float64
}

// plain is the values of a page: dense, or a dictionary and indexes into it.
type plain[P any] struct {
	values  getter[P]
	data    []P
	indexes []int32
}

func (s *plain[P]) page(p parquet.Page) {
	data := p.Data()
	s.indexes = nil
	if d := p.Dictionary(); d != nil {
		s.indexes = data.Int32()
		data = d.Page().Data()
	}
	s.data = nil
	if data.Size() > 0 {
		s.data = s.values(data)
	}
}

func (s *plain[P]) at(i int) P {
	if s.indexes != nil {
		return s.data[s.indexes[i]]
	}
	return s.data[i]
}

// getter is the values of a page by their type.
type getter[P any] func(encoding.Values) []P

func int32s(v encoding.Values) []int32    { return v.Int32() }
func int64s(v encoding.Values) []int64    { return v.Int64() }
func floats(v encoding.Values) []float32  { return v.Float() }
func doubles(v encoding.Values) []float64 { return v.Double() }

// numbers decodes numbers that fit the target by their types alone.
type numbers[P, T physical] struct {
	plain[P]
	fixed[T]
	dt arrow.DataType
}

func (c *numbers[P, T]) span(s span) error {
	dst := c.grow(s.rows)
	switch {
	case s.levels == nil && c.indexes == nil:
		for i, v := range c.data[s.dense : s.dense+s.rows] {
			dst[i] = T(v)
		}
	case s.levels == nil:
		for i, x := range c.indexes[s.dense : s.dense+s.rows] {
			dst[i] = T(c.data[x])
		}
	default:
		k := s.dense
		for i, l := range s.levels {
			if l == 0 {
				dst[i] = 0
				continue
			}
			dst[i] = T(c.at(k))
			k++
		}
	}
	c.mark(c.mem, s.levels, s.rows)
	return nil
}

func (c *numbers[P, T]) finish() arrow.Array { return c.fixed.finish(c.dt) }

// converted decodes values through a function that may refuse some.
type converted[P, T any] struct {
	plain[P]
	fixed[T]
	convert func(P) (T, error)
	dt      arrow.DataType
}

func (c *converted[P, T]) span(s span) error {
	dst := c.grow(s.rows)
	clear(dst)
	k := s.dense
	for i := range s.rows {
		if s.levels != nil && s.levels[i] == 0 {
			continue
		}
		v, err := c.convert(c.at(k))
		if err != nil {
			return err
		}
		dst[i] = v
		k++
	}
	c.mark(c.mem, s.levels, s.rows)
	return nil
}

func (c *converted[P, T]) finish() arrow.Array { return c.fixed.finish(c.dt) }

// printed decodes values into their text form.
type printed[P any] struct {
	plain[P]
	bytesTarget
	print   func(dst []byte, v P) ([]byte, error)
	scratch []byte
	dt      arrow.DataType
}

func (c *printed[P]) span(s span) error {
	ends := c.grow(s.rows)
	k := s.dense
	end := int32(c.used)
	for i := range s.rows {
		if s.levels == nil || s.levels[i] != 0 {
			var err error
			if c.scratch, err = c.print(c.scratch[:0], c.at(k)); err == nil {
				end, err = c.append(c.scratch)
			}
			if err != nil {
				return err
			}
			k++
		}
		ends[i] = end
	}
	c.mark(c.mem, s.levels, s.rows)
	return nil
}

func (c *printed[P]) finish() arrow.Array { return c.bytesTarget.finish(c.dt) }

// nulls is a column that a file does not have.
type nulls struct {
	mem  memory.Allocator
	dt   arrow.DataType
	rows int
}

func (c *nulls) page(parquet.Page) {}

func (c *nulls) span(s span) error {
	c.rows += s.rows
	return nil
}

func (c *nulls) finish() arrow.Array {
	out := nullArray(c.mem, c.dt, c.rows)
	c.rows = 0
	return out
}

func (c *nulls) close() {}
