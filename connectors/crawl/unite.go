package crawl

import (
	"fmt"
	"slices"

	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/catalog"
)

func isDate(v string) bool {
	_, err := types.ParseDate([]byte(v))
	return err == nil
}

// unite is the columns of all files, in the order in which they first appear. A column that is also a partition key is
// the key's: the folder says what it is.
func unite(files []*footer, keys []catalog.Column) (columns []catalog.Column, notes []string) {
	at := map[string]int{}
	note := func(format string, args ...any) {
		if text := fmt.Sprintf(format, args...); !slices.Contains(notes, text) {
			notes = append(notes, text)
		}
	}
	for _, f := range files {
		for _, col := range f.info.Columns {
			if slices.ContainsFunc(keys, func(k catalog.Column) bool { return k.Name == col.Name }) {
				note("column %s of the files gives way to the partition key of that name", col.Name)
				continue
			}
			i, ok := at[col.Name]
			if !ok {
				at[col.Name] = len(columns)
				columns = append(columns, catalog.Column{Name: col.Name, Type: col.Type})
				continue
			}
			if have := columns[i].Type; have != col.Type {
				columns[i].Type = wider(have, col.Type)
				note("column %s is %s in some files and %s in others: %s", col.Name, have, col.Type, columns[i].Type)
			}
		}
	}
	return columns, notes
}

var integerRank = map[string]int{"tinyint": 1, "smallint": 2, "int": 3, "bigint": 4}

// wider is the Hive type that holds the values of both: the larger integer, double for integers and approximate numbers,
// the decimal with room for both, else string (lake-and-catalog.md §1.5).
func wider(a, b string) string {
	ra, rb := integerRank[a], integerRank[b]
	approximate := func(t string) bool { return t == "float" || t == "double" }
	switch {
	case a == b:
		return a
	case ra > 0 && rb > 0:
		if ra > rb {
			return a
		}
		return b
	case (ra > 0 || approximate(a)) && (rb > 0 || approximate(b)):
		return "double"
	}
	var pa, sa, pb, sb int
	if parseDecimal(a, &pa, &sa) && parseDecimal(b, &pb, &sb) {
		scale := max(sa, sb)
		if p := max(pa-sa, pb-sb) + scale; p <= maxHivePrecision {
			return fmt.Sprintf("decimal(%d,%d)", p, scale)
		}
	}
	return "string"
}

const maxHivePrecision = 38

func parseDecimal(hive string, precision, scale *int) bool {
	n, err := fmt.Sscanf(hive, "decimal(%d,%d)", precision, scale)
	return n == 2 && err == nil
}
