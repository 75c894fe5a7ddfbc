package discover

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/parse"
)

// maxName is the longest name that is taken from a source, in characters.
const maxName = 100

// pseudo is names that columns of stored streams have already.
var pseudo = map[string]bool{
	"ROWTIME": true, "APPROXIMATE_ARRIVAL_TIME": true, "SHARD_ID": true, "SEQUENCE_NUMBER": true, "PARTITION_KEY": true,
}

func reserved(name string) bool {
	name = strings.ToUpper(name)
	return parse.IsReserved(name) || pseudo[name]
}

func wordly(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }

// names gives columns their names (kda-sql.md §16.3).
type names map[string]bool

// column is the name of the column at a position: that of its source, unless it
// is reserved, has other characters than letters, digits and _, begins with a digit,
// or is too long. Then these are removed and COL_ is put before the rest.
func (n names) column(source string, position int) string {
	name := strings.Map(func(r rune) rune {
		if wordly(r) {
			return r
		}
		return -1
	}, source)
	runes := []rune(name)
	switch {
	case len(runes) == 0:
		name = "COL_" + strconv.Itoa(position)
	case name != source, reserved(name), unicode.IsDigit(runes[0]), len(runes) > maxName:
		name = "COL_" + string(runes[:min(len(runes), maxName-len("COL_"))])
	}
	first := name
	for i := 2; n[name]; i++ {
		name = first + "_" + strconv.Itoa(i)
	}
	n[name] = true
	return name
}

// StreamName makes a name for a stream of that of a file or another stream.
func StreamName(source string) string {
	name := strings.Trim(strings.Map(func(r rune) rune {
		if wordly(r) {
			return r
		}
		return '_'
	}, source), "_")
	if name == "" || reserved(name) || unicode.IsDigit([]rune(name)[0]) {
		name = strings.TrimSuffix("stream_"+name, "_")
	}
	if runes := []rune(name); len(runes) > maxName {
		name = string(runes[:maxName])
	}
	return name
}

// identifier writes a stream's name, in quotes where it needs them.
func identifier(name string) string {
	if name != "" && name[0]-'0' > 9 && !reserved(name) && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == "" {
		return name
	}
	return ast.QuoteName(name)
}
