package format

import (
	"encoding/binary"
	"unicode/utf8"
)

// The functions below store a value in a row of a column that has room for it;
// columns that are only checked take nothing.

func (c *column) offset(row int) int {
	return int(int32(binary.NativeEndian.Uint32(c.values[row*4:])))
}

func (c *column) setOffset(row, at int) {
	binary.NativeEndian.PutUint32(c.values[row*4:], uint32(at))
}

func (c *column) put4(row int, v uint32) {
	if c.built {
		binary.NativeEndian.PutUint32(c.values[row*4:], v)
	}
}

func (c *column) put8(row int, v uint64) {
	if c.built {
		binary.NativeEndian.PutUint64(c.values[row*8:], v)
	}
}

func (c *column) putBit(row int, v bool) {
	if !c.built {
		return
	}
	if v {
		c.values[row>>3] |= 1 << (row & 7)
	} else {
		c.values[row>>3] &^= 1 << (row & 7)
	}
}

// putInt stores an integer of the column's width.
func (c *column) putInt(row int, v int64) {
	if !c.built {
		return
	}
	switch c.width {
	case 1:
		c.values[row] = byte(v)
	case 2:
		binary.NativeEndian.PutUint16(c.values[row*2:], uint16(v))
	case 4:
		binary.NativeEndian.PutUint32(c.values[row*4:], uint32(v))
	case 8:
		binary.NativeEndian.PutUint64(c.values[row*8:], uint64(v))
	}
}

// putDecimal stores a decimal128. Which half comes first is the machine's affair.
func (c *column) putDecimal(row int, v int64) {
	if !c.built {
		return
	}
	p := c.values[row*16 : row*16+16]
	low, high := p[:8], p[8:]
	if !littleEndian {
		low, high = high, low
	}
	binary.NativeEndian.PutUint64(low, uint64(v))
	binary.NativeEndian.PutUint64(high, uint64(v>>63))
}

var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// putBytes stores text or binary that fits the column's length.
func (c *column) putBytes(row int, s []byte) {
	if !c.built {
		return
	}
	at := c.offset(row)
	c.room(at, len(s))
	c.setOffset(row+1, at+c.fit(at, copy(c.data[at:], s)))
}

// fit cuts the text of n bytes at c.data[at:] to the declared number of
// characters and pads a CHAR with blanks; it returns the new number of bytes.
// Binaries come with a length that fits and are padded with zeros.
func (c *column) fit(at, n int) int {
	if c.limit == 0 || (n <= c.limit && !c.padded()) {
		return n
	}
	pad, short := byte(' '), 0
	if c.shape == shapeBinary {
		pad, short = 0, c.limit-n
	} else {
		var chars int
		n, chars = cut(c.data[at:at+n], c.limit)
		short = c.limit - chars
	}
	if !c.padded() || short <= 0 {
		return n
	}
	c.room(at, n+short)
	for end := n + short; n < end; n++ {
		c.data[at+n] = pad
	}
	return n
}

// cut is the number of bytes and of characters of s up to the limit.
func cut(s []byte, limit int) (n, chars int) {
	for n < len(s) && chars < limit {
		size := 1
		if s[n] >= utf8.RuneSelf {
			_, size = utf8.DecodeRune(s[n:])
		}
		n += size
		chars++
	}
	return n, chars
}

// repeat gives the rows-1 rows behind row its value.
func (c *column) repeat(row, rows int) {
	if !c.built {
		return
	}
	null := c.valid[row>>3]&(1<<(row&7)) == 0
	switch {
	case null:
		for r := row + 1; r < row+rows; r++ {
			c.putNull(r)
		}
	case c.shape == shapeBool:
		v := c.values[row>>3]&(1<<(row&7)) != 0
		for r := row + 1; r < row+rows; r++ {
			c.putBit(r, v)
		}
	case c.varies():
		from, at := c.offset(row), c.offset(row+1)
		n := at - from
		c.room(at, n*(rows-1))
		for r := row + 1; r < row+rows; r++ {
			copy(c.data[at:], c.data[from:from+n])
			at += n
			c.setOffset(r+1, at)
		}
	default:
		w := int(c.width)
		for r := row + 1; r < row+rows; r++ {
			copy(c.values[r*w:(r+1)*w], c.values[row*w:])
		}
	}
}
