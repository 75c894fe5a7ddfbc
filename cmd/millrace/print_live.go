package main

import (
	"bytes"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/millrace-sql/millrace/sql/types"
)

// liveTable prints rows as they come, under a header that does not wait for the
// first of them. A column is as wide as its name or what its type usually needs; a
// longer value pushes the rest of its row aside.
type liveTable struct {
	schema types.Schema
	widths []int
}

func newLiveTable(s types.Schema) *liveTable {
	l := &liveTable{schema: s}
	for _, f := range s.Fields {
		l.widths = append(l.widths, max(width(f.Name), usualWidth(f.Type)))
	}
	return l
}

func usualWidth(t types.Type) int {
	switch {
	case t.Kind == types.Timestamp:
		return len("2021-03-09 07:05:09.000")
	case t.Kind == types.TimeOfDay:
		return len("07:05:09.000")
	case t.Kind == types.Date:
		return len("2021-03-09")
	case t.IsString() && t.Precision > 0:
		return min(t.Precision, 16)
	case t.IsNumeric():
		return 8
	}
	return 5
}

func (l *liveTable) rows(dst []byte, rec arrow.Record) []byte {
	for row := range int(rec.NumRows()) {
		for c := range l.schema.Fields {
			dst = l.cell(dst, c, cell(rec, c, row))
		}
		dst = append(bytes.TrimRight(dst, " "), '\n')
	}
	return dst
}

func (l *liveTable) header(dst []byte) []byte {
	for c, f := range l.schema.Fields {
		dst = l.cell(dst, c, f.Name)
	}
	dst = append(bytes.TrimRight(dst, " "), '\n')
	for c := range l.schema.Fields {
		dst = l.cell(dst, c, strings.Repeat("-", l.widths[c]))
	}
	return append(bytes.TrimRight(dst, " "), '\n')
}

func (l *liveTable) cell(dst []byte, c int, s string) []byte {
	pad := strings.Repeat(" ", max(0, l.widths[c]-width(s)))
	if l.schema.Fields[c].Type.IsNumeric() {
		return append(append(append(dst, pad...), s...), "  "...)
	}
	return append(append(append(dst, s...), pad...), "  "...)
}

func (l *liveTable) end(dst []byte) []byte { return dst }
