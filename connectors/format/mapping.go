package format

import (
	"errors"
	"fmt"
	"strings"

	"github.com/millrace-sql/millrace/sql/types"
)

// MappingOptions are the options of relations that Mapping reads.
var MappingOptions = []string{"columns", "row_path", "column_delimiter", "row_delimiter"}

// Mapping reads the options that say where in a record the columns are: `columns`
// and `row_path` of JSON, `column_delimiter` and `row_delimiter` of CSV. schema
// has the declared columns. Errors name the option as `option 'key'`.
func Mapping(format string, schema types.Schema, options map[string]string) (Options, error) {
	var o Options
	for _, key := range MappingOptions {
		text, ok := options[key]
		if !ok {
			continue
		}
		json := key == "columns" || key == "row_path"
		if json != (format == "json") {
			return o, fmt.Errorf("option '%s' is for the format %s, this is %s", key, map[bool]string{true: "json", false: "csv"}[json], format)
		}
		var err error
		switch key {
		case "columns":
			o.Paths, err = columnPaths(schema, text)
		case "row_path":
			o.RowPath, err = ParsePath(strings.TrimSpace(text))
		case "column_delimiter":
			o.ColumnDelimiter, err = delimiter(text)
		case "row_delimiter":
			o.RowDelimiter, err = delimiter(text)
		}
		if err == nil && json {
			err = checkPaths(o.RowPath, o.Paths)
		}
		if err == nil && !json {
			_, err = o.delimiters()
		}
		if err != nil {
			return o, fmt.Errorf("option '%s': %w", key, err)
		}
	}
	return o, nil
}

// columnPaths reads `COL=$.a.b, "Col"=$.arr[0:].x`.
func columnPaths(schema types.Schema, text string) ([]Path, error) {
	out := make([]Path, len(schema.Fields))
	for rest := text; ; {
		name, exact, after, err := cutColumn(rest)
		if err != nil {
			return nil, err
		}
		at, n := schema.Lookup(name, exact)
		switch {
		case n > 1:
			return nil, fmt.Errorf("%s is the name of several columns: give the very one in double quotes", name)
		case n == 0 || schema.Fields[at].Hidden:
			return nil, fmt.Errorf("no column %s", name)
		case out[at].given():
			return nil, fmt.Errorf("column %s has two paths", schema.Fields[at].Name)
		}
		if out[at], rest, err = cutPath(strings.TrimLeft(after, blanks)); err != nil {
			return nil, fmt.Errorf("column %s: %w", schema.Fields[at].Name, err)
		}
		if rest = strings.TrimLeft(rest, blanks); rest == "" {
			return out, nil
		}
		if rest[0] != ',' {
			return nil, fmt.Errorf("column %s: a comma is missing before %q", schema.Fields[at].Name, rest)
		}
		rest = rest[1:]
	}
}

const blanks = " \t\r\n"

// cutColumn reads a column's name and the sign behind it; exact: it was in double
// quotes.
func cutColumn(text string) (name string, exact bool, rest string, err error) {
	text = strings.TrimLeft(text, blanks)
	if exact = strings.HasPrefix(text, `"`); exact {
		end := 1
		for ; end < len(text); end++ {
			if text[end] != '"' {
				continue
			}
			if !strings.HasPrefix(text[end+1:], `"`) {
				break
			}
			end++
		}
		if end >= len(text) {
			return "", exact, text, errors.New("the quote of a column's name is not closed")
		}
		name, rest = strings.ReplaceAll(text[1:end], `""`, `"`), strings.TrimLeft(text[end+1:], blanks)
	} else {
		n := strings.IndexAny(text, "=,")
		if n < 0 {
			n = len(text)
		}
		name, rest = strings.TrimRight(text[:n], blanks), text[n:]
	}
	if name == "" || !strings.HasPrefix(rest, "=") {
		return name, exact, rest, errors.New("columns are given as NAME=$.path, separated by commas")
	}
	return name, exact, rest[1:], nil
}
