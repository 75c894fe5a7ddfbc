package discover

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"

	"github.com/millrace-sql/millrace/connectors/format"
)

// delimiters are those that are looked for.
var delimiters = []string{",", ";", "\t", "|"}

// grid is delimited text cut by one delimiter.
type grid struct {
	decode format.Options
	rows   [][]byte
	fields [][]string // of the rows that have as many as most
	width  int
	first  bool // the first row is one of these
}

// textSchema is the schema of delimited text: of a file, whose rows may have line
// ends in quotes, or of records. forced takes a single column too.
func textSchema(records [][]byte, text []byte, whole, forced bool) (*schema, error) {
	var best *grid
	for _, delimiter := range delimiters {
		g, err := cut(records, text, whole, delimiter)
		if err != nil {
			return nil, err
		}
		if g.width > 1 && 10*len(g.fields) >= 9*len(g.rows) && (best == nil || g.width > best.width) {
			best = g
		}
	}
	if best == nil && forced {
		var err error
		if best, err = cut(records, text, whole, ","); err != nil {
			return nil, err
		}
	}
	if best == nil || len(best.fields) == 0 {
		return nil, nil
	}
	return best.schema(text != nil)
}

// cut makes the grid of one delimiter.
func cut(records [][]byte, text []byte, whole bool, delimiter string) (*grid, error) {
	g := &grid{decode: format.Options{ColumnDelimiter: delimiter}}
	cutter, err := g.decode.Cutter()
	if err != nil {
		return nil, err
	}
	if text != nil {
		records = [][]byte{text}
	}
	for _, rest := range records {
		for len(rest) > 0 && len(g.rows) < MaxRecords {
			end, next := cutter.Cut(rest, whole)
			if end < 0 && !whole {
				break
			}
			if end < 0 {
				end, next = len(rest), len(rest)
			}
			if row := bytes.TrimSuffix(rest[:end], []byte("\r")); len(row) > 0 {
				g.rows = append(g.rows, row)
			}
			rest = rest[next:]
		}
	}
	g.measure()
	return g, nil
}

// measure finds how many fields most rows have, and takes these.
func (g *grid) measure() {
	all := make([][]string, len(g.rows))
	counts := map[int]int{}
	for i, row := range g.rows {
		fields, err := g.decode.Fields(row)
		if err != nil {
			continue
		}
		all[i] = fields
		counts[len(fields)]++
	}
	for width, n := range counts {
		if n > counts[g.width] || n == counts[g.width] && width > g.width {
			g.width = width
		}
	}
	for i, fields := range all {
		if len(fields) == g.width && g.width > 0 {
			g.fields = append(g.fields, fields)
			g.first = g.first || i == 0
		}
	}
}

// schema makes columns of the fields.
func (g *grid) schema(file bool) (*schema, error) {
	s := &schema{format: "csv", decode: g.decode}
	header := file && g.header()
	used, titles := names{}, make([]string, g.width)
	rows, body := g.rows, g.fields
	if header {
		titles, rows, body = g.fields[0], rows[1:], body[1:]
	}
	columns := make([]values, g.width)
	for _, fields := range body {
		for i, text := range fields {
			columns[i].field(text)
		}
	}
	same := true
	for i := range columns {
		c := column{name: used.column(titles[i], i), typ: columns[i].typ()}
		same = same && c.name == titles[i]
		s.columns = append(s.columns, c)
	}
	if g.decode.ColumnDelimiter != "," {
		s.options = append(s.options, [2]string{"column_delimiter", format.EscapeDelimiter(g.decode.ColumnDelimiter)})
	}
	switch {
	case !file:
	case !header:
		s.options = append(s.options, [2]string{"header", "false"})
	case !same:
		s.options = append(s.options, [2]string{"header", "skip"})
	default:
		s.decode.Header = titles
	}
	left, err := s.settle(rows)
	if left > 0 {
		s.comments = append(s.comments, fmt.Sprintf("%d of %d sampled rows do not have %d such fields and would be rejected", left, len(rows), g.width))
	}
	return s, err
}

// field takes one more field of a column. An empty one is NULL.
func (v *values) field(text string) {
	switch {
	case text == "":
	case isNumber(text):
		v.number([]byte(text))
	default:
		v.text([]byte(text))
	}
}

// header tells that the first row is names: they are different words, and either
// there is a column of another kind below, or they are single words that do not come
// again in their columns.
func (g *grid) header() bool {
	first := g.fields[0]
	if len(g.fields) < 2 || !g.first {
		return false
	}
	seen, words := map[string]bool{}, true
	for _, title := range first {
		var v values
		v.field(title)
		if title == "" || v.texts != 1 || v.dates+v.times+v.words > 0 || seen[title] {
			return false
		}
		seen[title] = true
		words = words && strings.IndexFunc(title, func(r rune) bool { return !wordly(r) && !unicode.IsSpace(r) && r != '-' && r != '.' }) < 0
	}
	again := false
	for i, title := range first {
		var v values
		for _, fields := range g.fields[1:] {
			v.field(fields[i])
			again = again || fields[i] == title
		}
		if n := v.some(); n > 0 && (n == v.numbers || n == v.dates || n == v.times || n == v.words) {
			return true
		}
	}
	return words && !again
}
