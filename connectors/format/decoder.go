package format

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/types"
)

// Decoder turns records into Arrow columns. It belongs to one goroutine.
type Decoder interface {
	// Append decodes one record into zero or more rows; it borrows record. On
	// error nothing of the record is appended. The error is a *Bad, or ErrFull
	// when the columns must be taken with Finish first.
	Append(record []byte) (rows int, err error)
	// Rows is the number of rows appended since the last Finish.
	Rows() int
	// Finish hands over the columns, in the order that NewDecoder was given, each
	// Rows long; the caller releases them. The decoder starts anew.
	Finish() []arrow.Array
	// Close frees what was not handed over. No call may follow it.
	Close()
}

// Options of a decoder. The zero value is the default.
type Options struct {
	// Header is the names of the fields of a CSV row, in their order, as a header
	// line gave them. Columns are then found by name, ignoring case where no name
	// is exactly equal, and undeclared fields are skipped. nil: the fields are the
	// declared columns, in order; what follows the last one is skipped.
	Header []string
	// Paths are the places of the columns in JSON documents, by their index among the
	// fields of the schema; a column that has none, or is behind the end, is the
	// member of its name: that very name, else the only one equal ignoring case.
	// RowPath leads to the values that are rows, Paths begin at these. They keep to
	// the rules of kda-sql.md §16.2, which Mapping checks.
	Paths   []Path
	RowPath Path
	// ColumnDelimiter separates the fields of a CSV row, RowDelimiter the rows: any
	// text without a quote. "" is the comma, and LF or CRLF.
	ColumnDelimiter, RowDelimiter string
}

// ErrFull says that a batch has reached the size that Arrow columns can hold:
// Finish, then Append the same record again. A caller that finishes before
// 1 GiB of records does not see it, unless CHAR padding multiplies them.
var ErrFull = errors.New("format: the batch is full")

// Bad says why a record is not a row of its stream.
type Bad struct {
	// Name is the class of the error: flow.DecodeError, flow.CoercionError,
	// flow.NotNullError or flow.TooLargeRecord.
	Name string
	// Column is the name of the column concerned, empty for the record as a whole.
	Column string
	// Message is the detail in words; it names neither class, column nor offset.
	Message string
	// Offset is the byte of the record where the trouble starts.
	Offset int
}

// Error is one line with all four fields.
func (b *Bad) Error() string {
	return b.Name + ": " + b.Detail()
}

// Detail is the error without its class, as the MESSAGE column of error_stream
// holds it.
func (b *Bad) Detail() string {
	text := b.Message + " (byte " + strconv.Itoa(b.Offset) + ")"
	if b.Column != "" {
		text = "column " + b.Column + ": " + text
	}
	return text
}

// NewDecoder makes a decoder of "json" or "csv" records. columns are indexes of
// schema's fields, none of them Hidden, in the order that Finish returns them.
// Values are allocated from mem; Close and the release of the finished columns
// give all of it back.
func NewDecoder(format string, schema types.Schema, columns []int, o Options, mem memory.Allocator) (Decoder, error) {
	b, err := newBuilder(schema, columns, mem)
	if err != nil {
		return nil, fmt.Errorf("format %s: %w", format, err)
	}
	switch format {
	case "json":
		if err := checkPaths(o.RowPath, o.Paths); err != nil {
			return nil, fmt.Errorf("format json: %w", err)
		}
		return newJSONDecoder(b, o), nil
	case "csv":
		d, err := newCSVDecoder(b, o)
		if err != nil {
			return nil, fmt.Errorf("format csv: %w", err)
		}
		return d, nil
	}
	return nil, fmt.Errorf("format %q is not known: json, csv", format)
}
