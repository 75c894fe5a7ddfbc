package lake

import (
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/parquet-go/parquet-go"
)

// booleans decodes truth values; it gathers bytes and packs them at the end.
type booleans struct {
	fixed[byte]
	bits    []byte
	indexes []int32
}

func (c *booleans) page(p parquet.Page) {
	data := p.Data()
	c.bits, c.indexes = nil, nil
	if d := p.Dictionary(); d != nil {
		c.indexes = data.Int32()
		data = d.Page().Data()
	}
	if data.Size() > 0 {
		c.bits = data.Boolean()
	}
}

func (c *booleans) at(i int) bool {
	if c.indexes != nil {
		i = int(c.indexes[i])
	}
	return bitutil.BitIsSet(c.bits, i)
}

func (c *booleans) span(s span) error {
	dst := c.grow(s.rows)
	clear(dst)
	k := s.dense
	for i := range s.rows {
		if s.levels != nil && s.levels[i] == 0 {
			continue
		}
		if c.at(k) {
			dst[i] = 1
		}
		k++
	}
	c.mark(c.mem, s.levels, s.rows)
	return nil
}

func (c *booleans) finish() arrow.Array {
	b := array.NewBooleanBuilder(c.mem)
	defer b.Release()
	b.Reserve(c.rows)
	c.grow(0)
	for i, v := range c.buf.Bytes()[:c.rows] {
		if c.validity.bits != nil && !bitutil.BitIsSet(c.validity.bits.Bytes(), i) {
			b.UnsafeAppendBoolToBitmap(false)
			continue
		}
		b.UnsafeAppend(v != 0)
	}
	c.close()
	return b.NewArray()
}

// printedBooleans decodes truth values into text.
type printedBooleans struct {
	booleans
	bytesTarget
}

func (c *printedBooleans) span(s span) error {
	ends := c.bytesTarget.grow(s.rows)
	k := s.dense
	end := int32(c.used)
	for i := range s.rows {
		if s.levels == nil || s.levels[i] != 0 {
			var err error
			if end, err = c.append(strconv.AppendBool(nil, c.at(k))); err != nil {
				return err
			}
			k++
		}
		ends[i] = end
	}
	c.bytesTarget.mark(c.bytesTarget.mem, s.levels, s.rows)
	return nil
}

func (c *printedBooleans) finish() arrow.Array { return c.bytesTarget.finish(arrow.BinaryTypes.String) }

func (c *printedBooleans) close() { c.bytesTarget.close() }
