package format

import (
	"encoding/base64"
	"math"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/millrace-sql/millrace/sql/types"
)

// JSONEncoder writes rows as JSON objects. It belongs to one goroutine.
type JSONEncoder struct {
	heads   []string // `{"NAME":`, `,"NAME":`
	columns []int
	cells   []cells
	rec     arrow.Record
}

// NewJSONEncoder makes an encoder of the given columns of schema's records, with
// members named and ordered as the columns.
func NewJSONEncoder(schema types.Schema, columns []int) *JSONEncoder {
	e := &JSONEncoder{columns: append([]int(nil), columns...), cells: make([]cells, len(columns))}
	for i, c := range columns {
		head := []byte{','}
		if i == 0 {
			head[0] = '{'
		}
		head = appendQuoted(head, schema.Fields[c].Name)
		e.heads = append(e.heads, string(head)+":")
	}
	return e
}

// Append appends a row of rec, without a line end: NULL as null, NaN, infinities
// and everything that is neither number nor BOOLEAN as strings, binary as base64.
// It allocates only to grow dst, but for the first row of a record. The encoder
// holds on to the record's memory, though not to a reference, until it gets
// another record or Reset.
func (e *JSONEncoder) Append(dst []byte, rec arrow.Record, row int) []byte {
	if e.rec != rec {
		openCells(e.cells, rec, e.columns)
		e.rec = rec
	}
	if len(e.cells) == 0 {
		return append(dst, "{}"...)
	}
	for i := range e.cells {
		dst = append(dst, e.heads[i]...)
		c, index, ok := e.cells[i].at(row)
		if !ok {
			dst = append(dst, "null"...)
			continue
		}
		dst = c.appendJSON(dst, index)
	}
	return append(dst, '}')
}

// Reset forgets the last record.
func (e *JSONEncoder) Reset() {
	e.rec = nil
	clear(e.cells)
}

func openCells(cells []cells, rec arrow.Record, columns []int) {
	for i, c := range columns {
		cells[i].column(rec, c)
	}
}

func (c *cells) appendJSON(dst []byte, row int) []byte {
	switch c.kind {
	case types.Varchar:
		return appendQuoted(dst, c.text.Value(row))
	case types.Varbinary:
		dst = append(dst, '"')
		dst = base64.StdEncoding.AppendEncode(dst, c.data.Value(row))
		return append(dst, '"')
	case types.Double:
		if v := c.f64[row]; math.IsNaN(v) || math.IsInf(v, 0) {
			break
		}
		return c.append(dst, row)
	case types.Real:
		if v := float64(c.f32[row]); math.IsNaN(v) || math.IsInf(v, 0) {
			break
		}
		return c.append(dst, row)
	case types.Boolean, types.TinyInt, types.SmallInt, types.Integer, types.BigInt, types.Decimal:
		return c.append(dst, row)
	case types.Null:
		// A type of Arrow that SQL has not: its text may hold anything.
		return appendQuoted(dst, c.arr.ValueStr(row))
	}
	dst = append(dst, '"')
	dst = c.append(dst, row)
	return append(dst, '"')
}

const hexDigits = "0123456789abcdef"

// appendQuoted appends s as a JSON string; bytes that are not UTF-8 become
// U+FFFD.
func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(dst, s[from:i]...)
				dst = append(dst, "\uFFFD"...)
				from = i + 1
			}
			i += size
			continue
		}
		dst = append(dst, s[from:i]...)
		dst = appendEscape(dst, c)
		i++
		from = i
	}
	dst = append(dst, s[from:]...)
	return append(dst, '"')
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}
