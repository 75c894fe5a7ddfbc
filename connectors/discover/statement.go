package discover

import (
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
)

// statement writes the CREATE STREAM, with what there is to say about it before it.
func (s *schema) statement(o Options) string {
	var b strings.Builder
	for _, c := range s.comments {
		b.WriteString("-- " + strings.Map(printable, c) + "\n")
	}
	b.WriteString("CREATE STREAM " + identifier(o.Name) + " (\n")
	for i, c := range s.columns {
		if i > 0 {
			b.WriteString(",\n")
		}
		b.WriteString("  " + ast.QuoteName(c.name) + " " + c.typ.String())
	}
	b.WriteString("\n) WITH (")
	options := append([][2]string(nil), o.With...)
	if o.FormatKnown == nil || !o.FormatKnown(s.format) {
		options = append(options, [2]string{"format", s.format})
	}
	for i, option := range append(options, s.options...) {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(ast.QuoteString(option[0]) + "=" + ast.QuoteString(option[1]))
	}
	b.WriteString(");\n")
	return b.String()
}

// printable keeps a comment on its line.
func printable(r rune) rune {
	if r < ' ' {
		return ' '
	}
	return r
}
