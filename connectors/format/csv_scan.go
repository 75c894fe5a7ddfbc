package format

import (
	"bytes"
	"fmt"

	"github.com/millrace-sql/millrace/sql/swar"
	"github.com/millrace-sql/millrace/sql/types"
)

// skip returns the index of what ends the unquoted field at b[i:].
func (d *csvDecoder) skip(b []byte, i int) int {
	for i < len(b) {
		if len(b)-i >= 8 {
			stops := fieldStops(swar.Load(b, i), d.repeated)
			if stops == 0 {
				i += 8
				continue
			}
			i += swar.First(stops)
		}
		switch {
		case d.ends(b, i):
			return i
		case b[i] == '"':
			return d.fail(i, "a quote inside a field without quotes")
		}
		i++
	}
	return i
}

// stops is ends for delimiters of any length.
func (d *csvDecoder) stops(b []byte, i int) bool {
	return i == len(b) || d.columnEnd(b, i) > 0 || d.rowEnd(b, i) > 0
}

// anyField is field where delimiters have any length; size is that of the one
// behind the field, 0 at the end of the row.
func (d *csvDecoder) anyField(c *column, b []byte, i int) (end, size int) {
	from := i
	if i < len(b) && b[i] == '"' {
		if i = d.quoted(c, b, i); i < 0 {
			return -1, 0
		}
		return i, d.columnEnd(b, i)
	}
	for ; !d.stops(b, i); i++ {
		if b[i] == '"' {
			return d.fail(i, "a quote inside a field without quotes"), 0
		}
	}
	switch {
	case c == nil:
	case i == from:
		d.null(c, i)
	default:
		d.store(c, b[from:i], from)
	}
	return i, d.columnEnd(b, i)
}

// text stores the unquoted field at b[i:] in a text column: it is copied while
// its end is looked for.
func (d *csvDecoder) text(c *column, b []byte, i int) int {
	at := c.offset(d.rows)
	if at+len(b)-i+slack > len(c.data) {
		c.room(at, len(b)-i)
	}
	out, n, j := c.data[at:], 0, i
	for len(b)-j >= 8 {
		w := swar.Load(b, j)
		swar.Store(out, n, w)
		if stops := fieldStops(w, d.repeated); stops != 0 {
			k := swar.First(stops)
			n += k
			j += k
			if b[j] != d.delimiter && b[j] != '\n' {
				break
			}
			if c.limit != 0 && (n > c.limit || c.kind == types.Char) {
				n = c.fit(at, n)
			}
			c.setOffset(d.rows+1, at+n)
			return j
		}
		n += 8
		j += 8
	}
	end := d.skip(b, j)
	if end >= 0 {
		c.putBytes(d.rows, b[i:end])
	}
	return end
}

// quoted reads the field whose opening quote is b[i].
func (d *csvDecoder) quoted(c *column, b []byte, i int) int {
	open := i
	i++
	text, doubled := b[i:], false
	for {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			return d.fail(open, "the quote is never closed")
		}
		i += n + 1
		if i == len(b) || b[i] != '"' {
			break
		}
		doubled = true
		i++
	}
	if d.simple && !d.ends(b, i) || !d.simple && !d.stops(b, i) {
		return d.fail(i, "text after the closing quote")
	}
	if c == nil {
		return i
	}
	text = text[:i-open-2]
	if doubled {
		d.scratch = appendUndoubled(d.scratch[:0], text)
		text = d.scratch
	}
	d.store(c, text, open)
	return i
}

// appendUndoubled appends text with every two quotes made one.
func appendUndoubled(dst, text []byte) []byte {
	for {
		n := bytes.IndexByte(text, '"')
		if n < 0 {
			return append(dst, text...)
		}
		dst = append(dst, text[:n+1]...)
		text = text[n+2:]
	}
}

// putWord stores a BOOLEAN as CSV spells it: true and false in any case, or a
// number. CSV has no strings beside its words, so that nothing else is FALSE.
func (c *column) putWord(row int, text []byte) string {
	switch {
	case bytes.EqualFold(text, []byte("true")):
		c.putBit(row, true)
	case bytes.EqualFold(text, []byte("false")):
		c.putBit(row, false)
	default:
		if n, end := scanNumberText(text, 0, false); end == len(text) && end > 0 {
			return c.putNumber(row, n, text)
		}
		return fmt.Sprintf("%s is not a BOOLEAN", shown(text))
	}
	return ""
}
