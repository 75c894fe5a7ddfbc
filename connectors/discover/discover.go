package discover

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/connectors/format"
	"github.com/millrace-sql/millrace/sql/types"
)

const (
	// MaxBytes is how much text makes a sample.
	MaxBytes = 16 << 20
	// MaxRecords is how many records are looked at.
	MaxRecords = 10_000
)

// Options say what is known beforehand.
type Options struct {
	// Name is the name of the stream; it is quoted where it has to be.
	Name string
	// Format is json or csv, "" finds out.
	Format string
	// With is the options of the connector, in their order; those that the schema
	// needs come behind them.
	With [][2]string
	// FormatKnown tells that the connector will take the format for what it is: a
	// file's extension says so.
	FormatKnown func(format string) bool
}

// ErrUndetected is wrapped by the errors of samples that show no schema.
var ErrUndetected = errors.New("unable to detect a schema")

// undetected says why, with the beginning of the first sample.
func undetected(sample []byte, format string, args ...any) error {
	const most = 200
	shown, more := bytes.TrimRight(sample, "\r\n"), ""
	if len(shown) > most {
		shown, more = shown[:most], "..."
	}
	return fmt.Errorf("%w: %s; the sample begins with %s%s", ErrUndetected, fmt.Sprintf(format, args...), strconv.Quote(string(shown)), more)
}

// column is a column of the statement.
type column struct {
	name string
	path format.Path // zero: the member, or the field, of the name
	typ  types.Type
}

// schema is what was found.
type schema struct {
	format   string
	columns  []column
	decode   format.Options
	options  [][2]string
	comments []string
}

// Text finds the schema of a file from its beginning: JSON, a document a line, or
// delimited text, with or without a line of names. whole tells that text is all of
// it; else its last line may be cut short and is left out.
func Text(text []byte, whole bool, o Options) (string, error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	lines := bytes.Split(text, []byte("\n"))
	if n := len(lines) - 1; len(lines[n]) == 0 || !whole && n > 0 {
		lines = lines[:n]
	}
	return find(lines, text, whole, o)
}

// Records finds the schema of records of a stream, each JSON documents or rows of
// delimited text.
func Records(records [][]byte, o Options) (string, error) {
	return find(records, nil, true, o)
}

func find(records [][]byte, text []byte, whole bool, o Options) (string, error) {
	var some [][]byte
	for _, r := range records {
		if r = bytes.TrimSuffix(r, []byte("\r")); len(bytes.TrimSpace(r)) > 0 && len(some) < MaxRecords {
			some = append(some, r)
		}
	}
	if len(some) == 0 {
		return "", fmt.Errorf("%w: there are no records", ErrUndetected)
	}
	for _, r := range some {
		if !utf8.Valid(r) || bytes.IndexByte(r, 0) >= 0 {
			return "", undetected(r, "it is not UTF-8 text")
		}
	}
	var s *schema
	var err error
	if o.Format != "csv" {
		s, err = jsonSchema(some)
	}
	if s == nil && err == nil && o.Format != "json" {
		s, err = textSchema(some, text, whole, o.Format == "csv")
	}
	switch {
	case err != nil:
		return "", err
	case s == nil && o.Format == "json":
		return "", undetected(some[0], "no JSON objects, one a line")
	case s == nil && o.Format == "csv":
		return "", undetected(some[0], "no rows of delimited text")
	case s == nil:
		return "", undetected(some[0], "neither JSON objects, one a line, nor text with one of the delimiters , ; tab |")
	}
	return s.statement(o), nil
}

// settle tries the columns on records: one that cannot be read as the type that
// was found is text after all. It returns how many records are not read for
// another reason.
func (s *schema) settle(records [][]byte) (left int, err error) {
	for {
		d, err := format.NewDecoder(s.format, s.fields(), nil, s.decode, memory.DefaultAllocator)
		if err != nil {
			return 0, err
		}
		bad := s.doubt(d, records, &left)
		d.Close()
		if bad < 0 {
			return left, nil
		}
		s.columns[bad].typ = types.VarcharOf(0)
	}
}

// doubt is the first column that d cannot read; -1: there is none.
func (s *schema) doubt(d format.Decoder, records [][]byte, left *int) int {
	*left = 0
	for _, r := range records {
		_, err := d.Append(r)
		var bad *format.Bad
		if !errors.As(err, &bad) {
			continue
		}
		for i, c := range s.columns {
			if c.name == bad.Column && c.typ != types.VarcharOf(0) {
				return i
			}
		}
		*left++
	}
	return -1
}

func (s *schema) fields() types.Schema {
	out := types.NewSchema()
	for _, c := range s.columns {
		out.Fields = append(out.Fields, types.Field{Name: c.name, Type: c.typ})
	}
	return out
}
