package format

import (
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/millrace-sql/millrace/sql/types"
)

// CSVEncoder writes rows as lines of RFC 4180, ended by a line feed. It belongs
// to one goroutine.
type CSVEncoder struct {
	names   []string
	columns []int
	cells   []cells
	rec     arrow.Record
}

// NewCSVEncoder makes an encoder of the given columns of schema's records.
func NewCSVEncoder(schema types.Schema, columns []int) *CSVEncoder {
	e := &CSVEncoder{columns: append([]int(nil), columns...), cells: make([]cells, len(columns))}
	for _, c := range columns {
		e.names = append(e.names, schema.Fields[c].Name)
	}
	return e
}

// AppendHeader appends the line of the column names.
func (e *CSVEncoder) AppendHeader(dst []byte) []byte {
	for i, name := range e.names {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendField(dst, name)
	}
	return append(dst, '\n')
}

// Append appends a row of rec and a line feed: NULL as an empty field, the empty
// string as "", binary as hexadecimal digits. What it keeps is as with
// JSONEncoder.Append.
func (e *CSVEncoder) Append(dst []byte, rec arrow.Record, row int) []byte {
	if e.rec != rec {
		openCells(e.cells, rec, e.columns)
		e.rec = rec
	}
	for i := range e.cells {
		if i > 0 {
			dst = append(dst, ',')
		}
		c, index, ok := e.cells[i].at(row)
		switch {
		case !ok:
		case c.kind == types.Varchar:
			dst = appendField(dst, c.text.Value(index))
		case c.kind == types.Null:
			dst = appendField(dst, c.arr.ValueStr(index))
		case c.kind == types.Varbinary && c.data.ValueLen(index) == 0:
			dst = append(dst, `""`...)
		default:
			dst = c.append(dst, index)
		}
	}
	return append(dst, '\n')
}

// Reset forgets the last record.
func (e *CSVEncoder) Reset() {
	e.rec = nil
	clear(e.cells)
}

// appendField appends a text, in quotes where it needs them. The empty string
// does: an empty field is NULL.
func appendField(dst []byte, s string) []byte {
	if s != "" && !strings.ContainsAny(s, ",\"\r\n") {
		return append(dst, s...)
	}
	dst = append(dst, '"')
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			break
		}
		dst = append(dst, s[:i+1]...)
		dst = append(dst, '"')
		s = s[i+1:]
	}
	dst = append(dst, s...)
	return append(dst, '"')
}
