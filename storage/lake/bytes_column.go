package lake

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding"
)

// byteSource is the byte strings of a page: dense, or a dictionary and indexes into it.
type byteSource struct {
	data    []byte
	offsets []uint32 // nil: all of one size
	size    int
	indexes []int32
}

func (s *byteSource) page(p parquet.Page) {
	data := p.Data()
	*s = byteSource{}
	if d := p.Dictionary(); d != nil {
		s.indexes = data.Int32()
		data = d.Page().Data()
	}
	if data.Kind() == encoding.FixedLenByteArray {
		s.data, s.size = data.FixedLenByteArray()
		return
	}
	if data.Size() > 0 {
		s.data, s.offsets = data.ByteArray()
	}
}

func (s *byteSource) at(i int) []byte {
	if s.indexes != nil {
		i = int(s.indexes[i])
	}
	if s.offsets != nil {
		return s.data[s.offsets[i]:s.offsets[i+1]]
	}
	return s.data[i*s.size : (i+1)*s.size]
}

// texts decodes byte strings as they are.
type texts struct {
	byteSource
	bytesTarget
	dt arrow.DataType
}

func (c *texts) span(s span) error {
	ends := c.grow(s.rows)
	if s.levels == nil && c.indexes == nil && c.byteSource.offsets != nil {
		if err := c.bulk(s, ends); err != nil {
			return err
		}
		c.mark(c.mem, nil, s.rows)
		return nil
	}
	k := s.dense
	end := int32(c.used)
	for i := range s.rows {
		if s.levels == nil || s.levels[i] != 0 {
			var err error
			if end, err = c.append(c.at(k)); err != nil {
				return err
			}
			k++
		}
		ends[i] = end
	}
	c.mark(c.mem, s.levels, s.rows)
	return nil
}

// bulk copies the bytes of all rows at once.
func (c *texts) bulk(s span, ends []int32) error {
	offsets := c.byteSource.offsets[s.dense : s.dense+s.rows+1]
	first := offsets[0]
	base := int32(c.used)
	if _, err := c.append(c.byteSource.data[first:offsets[s.rows]]); err != nil {
		return err
	}
	for i, o := range offsets[1:] {
		ends[i] = base + int32(o-first)
	}
	return nil
}

func (c *texts) finish() arrow.Array { return c.bytesTarget.finish(c.dt) }

// convertedBytes decodes byte strings through a function.
type convertedBytes[T any] struct {
	byteSource
	fixed[T]
	convert func([]byte) (T, error)
	dt      arrow.DataType
}

func (c *convertedBytes[T]) span(s span) error {
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

func (c *convertedBytes[T]) finish() arrow.Array { return c.fixed.finish(c.dt) }

// printedBytes decodes byte strings that are not text into text.
type printedBytes struct {
	byteSource
	bytesTarget
	print   func(dst, v []byte) ([]byte, error)
	scratch []byte
	dt      arrow.DataType
}

func (c *printedBytes) span(s span) error {
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

func (c *printedBytes) finish() arrow.Array { return c.bytesTarget.finish(c.dt) }
