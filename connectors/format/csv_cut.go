package format

import "bytes"

// Cutter cuts CSV text into rows.
type Cutter struct{ delimiters }

// Cutter makes one for the delimiters of o.
func (o Options) Cutter() (*Cutter, error) {
	d, err := o.delimiters()
	return &Cutter{d}, err
}

// Cut finds the end of the first row of b: b[:end] is the row, the next one starts
// at b[next:]; end is -1 where there is none, whole telling that nothing follows b.
// Quotes are those of RFC 4180: they join what is between them, and open only where
// a field starts. A quote that is never closed ends nothing.
func (c *Cutter) Cut(b []byte, whole bool) (end, next int) {
	if c.plain() {
		return plainEnd(b, c.column[0])
	}
	longest := max(len(c.column), len(c.row), 2)
	// What no delimiter begins with; a line end begins with one of two.
	column, row, other := c.column[0], byte('\n'), byte('\r')
	if c.row != "" {
		row, other = c.row[0], c.row[0]
	}
	for i, start := 0, true; i < len(b); {
		if start && b[i] == '"' {
			if i = closing(b, i+1); i < 0 {
				return -1, 0
			}
			start = false
			continue
		}
		if b[i] != column && b[i] != row && b[i] != other {
			i, start = i+1, false
			continue
		}
		if !whole && len(b)-i < longest {
			return -1, 0 // the rest of a delimiter may follow
		}
		if n := c.rowEnd(b, i); n > 0 {
			return i, i + n
		}
		n := c.columnEnd(b, i)
		start = n > 0
		i += max(n, 1)
	}
	return -1, 0
}

// Next is Cut where quotes mean nothing: how a row goes on whose quote is never
// closed. keep is how many bytes at the end of b may be part of a delimiter.
func (c *Cutter) Next(b []byte) (end, next, keep int) {
	if c.row == "" {
		n := bytes.IndexByte(b, '\n')
		return n, n + 1, 0
	}
	n := bytes.Index(b, []byte(c.row))
	return n, n + len(c.row), len(c.row) - 1
}

// Lines tells that line ends end the rows.
func (c *Cutter) Lines() bool { return c.row == "" }

// plainEnd is Cut where rows are lines and a byte separates fields.
func plainEnd(b []byte, delimiter byte) (end, next int) {
	i := 0
	for {
		n := bytes.IndexByte(b[i:], '\n')
		if n < 0 {
			return -1, 0
		}
		quote := bytes.IndexByte(b[i:i+n], '"')
		if quote < 0 {
			next = i + n + 1
			if end = i + n; end > 0 && b[end-1] == '\r' {
				end--
			}
			return end, next
		}
		i += quote
		if i > 0 && b[i-1] != delimiter {
			i++
			continue
		}
		if i = closing(b, i+1); i < 0 {
			return -1, 0
		}
	}
}

// closing is the index behind the quote that ends a quoted field, b[i] being its
// first character; -1: there is none.
func closing(b []byte, i int) int {
	for ; ; i += 2 {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			return -1
		}
		i += n
		if i+1 == len(b) || b[i+1] != '"' {
			return i + 1
		}
	}
}

// Fields is the fields of one row of CSV text.
func (o Options) Fields(row []byte) ([]string, error) {
	d, err := newCSVDecoder(&builder{}, Options{ColumnDelimiter: o.ColumnDelimiter, RowDelimiter: o.RowDelimiter})
	if err != nil {
		return nil, err
	}
	if at := invalidUTF8(row); at >= 0 {
		d.fail(at, "invalid UTF-8")
		return nil, d.bad
	}
	var out []string
	for i := 0; ; {
		from := i
		n := 0
		if i, n = d.anyField(nil, row, i); i < 0 {
			return nil, d.bad
		}
		text := row[from:i]
		if len(text) > 0 && text[0] == '"' {
			text = appendUndoubled(nil, text[1:len(text)-1])
		}
		out = append(out, string(text))
		if n == 0 {
			return out, nil
		}
		i += n
	}
}
