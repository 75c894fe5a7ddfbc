package format

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/millrace-sql/millrace/sql/swar"
	"github.com/millrace-sql/millrace/sql/types"
)

// text stores the string whose first character is b[i] in a text column that is
// built and
// returns the index after its closing quote. Plain ASCII is copied while its end
// is looked for.
func (d *jsonDecoder) text(c *column, b []byte, i int) int {
	at := c.offset(d.rows)
	if at+len(b)-i+slack > len(c.data) {
		c.room(at, len(b)-i)
	}
	out, n, j := c.data[at:], 0, i
	for len(b)-j >= 8 {
		w := swar.Load(b, j)
		swar.Store(out, n, w)
		if stops := textStops(w); stops != 0 {
			k := swar.First(stops)
			n += k
			j += k
			if b[j] != '"' {
				break
			}
			if c.limit != 0 && (n > c.limit || c.kind == types.Char) {
				n = c.fit(at, n)
			}
			c.setOffset(d.rows+1, at+n)
			return j + 1
		}
		n += 8
		j += 8
	}
	end := d.skipRest(b, j)
	if end < 0 {
		return -1
	}
	c.putBytes(d.rows, d.unquote(b[i-1:end]))
	return end
}

// unquote is the value of a checked string with its quotes. It is valid until
// the next call and as long as text.
func (d *jsonDecoder) unquote(text []byte) []byte {
	text = text[1 : len(text)-1]
	next := bytes.IndexByte(text, '\\')
	if next < 0 {
		return text
	}
	out := d.scratch[:0]
	for next >= 0 {
		out = append(out, text[:next]...)
		n := escape(text[next:])
		out = appendEscaped(out, text[next:next+n])
		text = text[next+n:]
		next = bytes.IndexByte(text, '\\')
	}
	d.scratch = append(out, text...)
	return d.scratch
}

// appendEscaped appends the character that a checked escape sequence stands for.
func appendEscaped(dst, seq []byte) []byte {
	switch seq[1] {
	case 'b':
		return append(dst, '\b')
	case 'f':
		return append(dst, '\f')
	case 'n':
		return append(dst, '\n')
	case 'r':
		return append(dst, '\r')
	case 't':
		return append(dst, '\t')
	case 'u':
		r, _ := hex4(seq)
		if len(seq) == 12 {
			low, _ := hex4(seq[6:])
			r = utf16.DecodeRune(r, low)
		}
		return utf8.AppendRune(dst, r)
	}
	return append(dst, seq[1])
}
