package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/millrace-sql/millrace"
	"github.com/millrace-sql/millrace/connectors/format"
	"github.com/millrace-sql/millrace/sql/types"
)

// printer writes results as text; DESIGN §9 fixes the forms.
type printer struct {
	format string
	// wrap is how wide a column of text may be in a table before its values go over
	// lines; 0 is any width.
	wrap int
	mu   sync.Mutex
	out  *bufio.Writer
}

func newPrinter(name string, out io.Writer) (*printer, error) {
	p := &printer{out: bufio.NewWriter(out)}
	return p, p.setFormat(name)
}

func (p *printer) setFormat(name string) error {
	switch name {
	case "table", "csv", "ndjson":
		p.format = name
		return nil
	}
	return fmt.Errorf("format %q is not known: table, csv, ndjson", name)
}

// together tells whether results may run at the same time.
func (p *printer) together() bool { return p.format == "ndjson" }

// print writes a result to its end and counts its rows. Several may be printed at the same time in
// ndjson: lines stay whole, and each carries the number of its query.
func (p *printer) print(ctx context.Context, r millrace.Result) (rows int64, err error) {
	var w rowWriter
	switch {
	case p.format == "csv":
		w = newCSV(r.Schema())
	case p.format == "ndjson":
		w = newNDJSON(r)
	case r.Streaming():
		l := newLiveTable(r.Schema())
		if err := p.write(l.header(nil)); err != nil {
			return 0, err
		}
		w = l
	default:
		w = newTable(r.Schema(), p.wrap)
	}
	var buf []byte
	for {
		rec, err := r.Next(ctx)
		if err != nil {
			buf = w.end(buf[:0])
			werr := p.write(buf)
			if werr != nil || errors.Is(err, io.EOF) {
				return rows, werr
			}
			return rows, err
		}
		rows += rec.NumRows()
		if buf = w.rows(buf[:0], rec); len(buf) > 0 {
			if err := p.write(buf); err != nil {
				return rows, err
			}
		}
	}
}

func (p *printer) write(b []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := p.out.Write(b); err != nil {
		return fmt.Errorf("standard output: %w", err)
	}
	if err := p.out.Flush(); err != nil {
		return fmt.Errorf("standard output: %w", err)
	}
	return nil
}

// rowWriter turns the batches of one result into text; end gives what is left.
type rowWriter interface {
	rows(dst []byte, rec arrow.Record) []byte
	end(dst []byte) []byte
}

type csvWriter struct {
	enc     *format.CSVEncoder
	started bool
}

func newCSV(s types.Schema) *csvWriter {
	return &csvWriter{enc: format.NewCSVEncoder(s, s.Visible())}
}

func (c *csvWriter) rows(dst []byte, rec arrow.Record) []byte {
	if !c.started {
		dst, c.started = c.enc.AppendHeader(dst), true
	}
	for row := range int(rec.NumRows()) {
		dst = c.enc.Append(dst, rec, row)
	}
	c.enc.Reset()
	return dst
}

// end prints the header of a result without rows.
func (c *csvWriter) end(dst []byte) []byte {
	if !c.started {
		return c.enc.AppendHeader(dst)
	}
	return dst
}

type ndjsonWriter struct {
	enc    *format.JSONEncoder
	prefix string // `"_query":n` where several run together
}

func newNDJSON(r millrace.Result) *ndjsonWriter {
	w := &ndjsonWriter{enc: format.NewJSONEncoder(r.Schema(), r.Schema().Visible())}
	if r.Together > 1 {
		w.prefix = `"_query":` + strconv.Itoa(r.Query)
	}
	return w
}

func (n *ndjsonWriter) rows(dst []byte, rec arrow.Record) []byte {
	for row := range int(rec.NumRows()) {
		at := len(dst)
		dst = n.enc.Append(dst, rec, row)
		if n.prefix != "" {
			rest := append([]byte(nil), dst[at+1:]...)
			dst = append(append(dst[:at+1], n.prefix...), ',')
			if bytes.Equal(rest, []byte{'}'}) {
				dst = dst[:len(dst)-1]
			}
			dst = append(dst, rest...)
		}
		dst = append(dst, '\n')
	}
	n.enc.Reset()
	return dst
}

func (n *ndjsonWriter) end(dst []byte) []byte { return dst }

// tableWriter keeps a finite result to align its columns.
type tableWriter struct {
	w      table.Writer
	schema types.Schema
	count  int
}

func newTable(s types.Schema, wrap int) *tableWriter {
	t := &tableWriter{w: table.NewWriter(), schema: s}
	style := table.StyleLight
	style.Format.Header = text.FormatDefault
	t.w.SetStyle(style)
	header := table.Row{}
	var columns []table.ColumnConfig
	for i, f := range s.Fields {
		header = append(header, f.Name)
		if f.Type.IsNumeric() {
			columns = append(columns, table.ColumnConfig{Number: i + 1, Align: text.AlignRight, AlignHeader: text.AlignRight})
		} else {
			columns = append(columns, table.ColumnConfig{Number: i + 1, WidthMax: wrap, WidthMaxEnforcer: text.WrapSoft})
		}
	}
	t.w.AppendHeader(header)
	t.w.SetColumnConfigs(columns)
	return t
}

func (t *tableWriter) rows(dst []byte, rec arrow.Record) []byte {
	for row := range int(rec.NumRows()) {
		cells := make(table.Row, len(t.schema.Fields))
		for c := range cells {
			cells[c] = cell(rec, c, row)
		}
		t.w.AppendRow(cells)
		t.count++
	}
	return dst
}

func (t *tableWriter) end(dst []byte) []byte {
	dst = append(append(dst, t.w.Render()...), '\n')
	if t.count == 1 {
		return append(dst, "1 row\n"...)
	}
	return fmt.Appendf(dst, "%d rows\n", t.count)
}

func cell(rec arrow.Record, column, row int) string {
	if rec.Column(column).IsNull(row) {
		return "NULL"
	}
	return visible(string(format.AppendCell(nil, rec, column, row)))
}

// visible writes characters that would move a terminal's cursor as escapes; csv
// and ndjson keep them.
func visible(s string) string {
	if strings.IndexFunc(s, unicode.IsControl) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unicode.IsControl(r) {
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// width is how many places of a terminal a text takes.
func width(s string) int { return text.StringWidthWithoutEscSequences(s) }
