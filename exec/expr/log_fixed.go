package expr

import (
	"unicode/utf8"

	"github.com/millrace-sql/millrace/sql/logformat"
)

// fixedLines is FIXED_COLUMN_LOG_PARSE. A column that begins behind the end of the
// line is NULL.
type fixedLines struct{ columns []logformat.Column }

func (r *record) fixed(description string, today node) error {
	columns, err := logformat.ParsePlaced(description)
	for k := 0; k < len(columns) && err == nil; k++ {
		err = r.timed(k, columns[k].Pattern, today)
	}
	r.lines = fixedLines{columns}
	return err
}

func (e fixedLines) split(c *call, text *vec, out *rawFields) {
	m := text.mask()
	for _, i := range c.sel {
		if text.isNull(i) {
			out.none(i)
			continue
		}
		line, base := text.text(i), text.starts[int(i)&m]
		for k, column := range e.columns {
			from, ok := afterRunes(line, 0, column.Start)
			if !ok || from == len(line) {
				out.null(k, i)
				continue
			}
			to := len(line)
			if column.Length > 0 {
				to, _ = afterRunes(line, from, column.Length)
			}
			out.set(k, i, base+int32(from), base+int32(to))
		}
	}
}

// afterRunes is the offset n characters behind offset at; ok is false where there are
// fewer.
func afterRunes(s []byte, at, n int) (end int, ok bool) {
	for ; n > 0 && at < len(s); n-- {
		if s[at] < utf8.RuneSelf {
			at++
			continue
		}
		_, size := utf8.DecodeRune(s[at:])
		at += size
	}
	return at, n == 0
}
