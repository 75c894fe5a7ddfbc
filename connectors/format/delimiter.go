package format

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// delimiters is what separates the fields and the rows of CSV text.
type delimiters struct {
	column   string
	row      string // "" is LF or CRLF
	rowFirst bool   // where both could stand, the row's is the longer one
}

// delimiters checks those of o.
func (o Options) delimiters() (delimiters, error) {
	d := delimiters{column: o.ColumnDelimiter, row: o.RowDelimiter}
	if d.column == "" {
		d.column = ","
	}
	if d.row == "\n" {
		d.row = ""
	}
	for _, text := range []string{d.column, d.row} {
		switch {
		case strings.Contains(text, `"`):
			return d, fmt.Errorf("delimiter %q has a quote", text)
		case !utf8.ValidString(text):
			return d, fmt.Errorf("delimiter %q is not UTF-8", text)
		}
	}
	switch {
	case d.row == "" && strings.ContainsAny(d.column[:1], "\r\n"):
		return d, fmt.Errorf("delimiter %q begins with a line end, and rows end with one", d.column)
	case d.column == d.row:
		return d, fmt.Errorf("delimiter %q separates both fields and rows", d.row)
	}
	d.rowFirst = len(d.row) > len(d.column)
	return d, nil
}

// plain tells that a byte of ASCII separates fields, and line ends rows.
func (d *delimiters) plain() bool { return d.row == "" && len(d.column) == 1 }

// columnEnd is the length of the delimiter of fields that b[i:] begins with; 0:
// there is none.
func (d *delimiters) columnEnd(b []byte, i int) int {
	if !begins(b, i, d.column) || d.rowFirst && begins(b, i, d.row) {
		return 0
	}
	return len(d.column)
}

// rowEnd is the length of the delimiter of rows that b[i:] begins with; 0: there
// is none.
func (d *delimiters) rowEnd(b []byte, i int) int {
	switch {
	case i >= len(b):
		return 0
	case d.row == "":
		return lineEnd(b, i)
	case !begins(b, i, d.row) || !d.rowFirst && begins(b, i, d.column):
		return 0
	}
	return len(d.row)
}

func begins(b []byte, i int, text string) bool {
	return len(b)-i >= len(text) && string(b[i:i+len(text)]) == text
}

// delimiter reads a delimiter as options write it, with the escapes \t, \n, \r,
// \\, \xHH of ASCII and \uHHHH.
func delimiter(text string) (string, error) {
	var out []byte
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			out = append(out, text[i])
			continue
		}
		r, n, err := escaped(text[i+1:])
		if err != nil {
			return "", err
		}
		out = utf8.AppendRune(out, r)
		i += n
	}
	if len(out) == 0 {
		return "", errors.New("the delimiter is empty")
	}
	return string(out), nil
}

// escaped reads what follows a backslash, n bytes of it.
func escaped(text string) (r rune, n int, err error) {
	simple := map[byte]rune{'t': '\t', 'n': '\n', 'r': '\r', '\\': '\\'}
	size := map[byte]int{'x': 2, 'u': 4}
	if text != "" {
		if r, ok := simple[text[0]]; ok {
			return r, 1, nil
		}
		if n := size[text[0]]; n > 0 && len(text) > n {
			v, err := strconv.ParseUint(text[1:n+1], 16, 32)
			if r := rune(v); err == nil && utf8.ValidRune(r) && (n > 2 || r < utf8.RuneSelf) {
				return r, n + 1, nil
			}
		}
	}
	return 0, 0, fmt.Errorf(`\%s is not one of the escapes \t \n \r \\ \x00 to \x7f \u0000 to \uffff`, text)
}

// EscapeDelimiter writes a delimiter as options take it.
func EscapeDelimiter(text string) string {
	return strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`).Replace(text)
}
