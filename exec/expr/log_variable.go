package expr

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/millrace-sql/millrace/sql/logformat"
)

// variableLines is VARIABLE_COLUMN_LOG_PARSE. Quotes may stand anywhere in a field
// and are taken away; the escape is taken away before a delimiter, a quote and
// itself, and is a character like others elsewhere.
type variableLines struct {
	delimiter, escape, begin, end []byte
	special                       [256]bool // the first bytes of those
}

func (r *record) variable(description, delimiter, escape, quotes string, today node) error {
	e := &variableLines{delimiter: []byte(delimiter), escape: []byte(escape)}
	if quotes != "" {
		_, n := utf8.DecodeRuneInString(quotes)
		e.begin, e.end = []byte(quotes[:n]), []byte(quotes[n:])
		if len(e.end) == 0 {
			e.end = e.begin
		}
	}
	for _, s := range [...][]byte{e.delimiter, e.escape, e.begin, e.end} {
		if len(s) > 0 {
			e.special[s[0]] = true
		}
	}
	r.lines, r.raw.copy = e, escape != "" || quotes != ""
	if strings.TrimSpace(description) == "" {
		return nil // a count
	}
	columns, err := logformat.ParseColumns(description)
	for k := 0; k < len(columns) && err == nil; k++ {
		err = r.timed(k, columns[k].Pattern, today)
	}
	return err
}

func (e *variableLines) split(c *call, text *vec, out *rawFields) {
	m := text.mask()
	for _, i := range c.sel {
		switch {
		case text.isNull(i):
			out.none(i)
		case out.copy:
			e.build(text.text(i), i, out)
		default:
			e.cut(text.text(i), text.starts[int(i)&m], i, out)
		}
	}
}

// cut sets the fields to parts of the line.
func (e *variableLines) cut(line []byte, base int32, i uint32, out *rawFields) {
	at, k := 0, 0
	for ; k < len(out.f); k++ {
		n := bytes.Index(line[at:], e.delimiter)
		if n < 0 {
			out.set(k, i, base+int32(at), base+int32(len(line)))
			k++
			break
		}
		out.set(k, i, base+int32(at), base+int32(at+n))
		at += n + len(e.delimiter)
	}
	for ; k < len(out.f); k++ {
		out.null(k, i)
	}
}

// build copies the fields without escapes and quotes.
func (e *variableLines) build(line []byte, i uint32, out *rawFields) {
	k, start, quoted := 0, len(out.built), false
	for len(line) > 0 && k < len(out.f) {
		n := 1
		switch {
		case !e.special[line[0]]:
			for n < len(line) && !e.special[line[n]] {
				n++
			}
			out.built = append(out.built, line[:n]...)
		case len(e.escape) > 0 && bytes.HasPrefix(line, e.escape) && e.hides(line[len(e.escape):]) > 0:
			line = line[len(e.escape):]
			n = e.hides(line)
			out.built = append(out.built, line[:n]...)
		case quoted && bytes.HasPrefix(line, e.end):
			quoted, n = false, len(e.end)
		case quoted:
			out.built = append(out.built, line[0])
		case bytes.HasPrefix(line, e.delimiter):
			out.set(k, i, int32(start), int32(len(out.built)))
			k, start, n = k+1, len(out.built), len(e.delimiter)
		case len(e.begin) > 0 && bytes.HasPrefix(line, e.begin):
			quoted, n = true, len(e.begin)
		default:
			out.built = append(out.built, line[0])
		}
		line = line[n:]
	}
	if k < len(out.f) {
		out.set(k, i, int32(start), int32(len(out.built)))
		k++
	}
	for ; k < len(out.f); k++ {
		out.null(k, i)
	}
}

// hides is the length of what an escape before s takes the meaning from.
func (e *variableLines) hides(s []byte) int {
	for _, special := range [...][]byte{e.delimiter, e.escape, e.begin, e.end} {
		if len(special) > 0 && bytes.HasPrefix(s, special) {
			return len(special)
		}
	}
	return 0
}
