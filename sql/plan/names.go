package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
)

// ErrAmbiguous is returned by Match when several stored names differ from the
// wanted one only in case.
var ErrAmbiguous = errors.New("ambiguous name")

// Match finds a name among the stored ones: the exact stored form first, else
// the only one equal ignoring case, unless the name was quoted and exact is set
// (DESIGN §5: quoted names of streams match exactly only). It returns -1
// without an error where nothing matches.
func Match(name ast.Name, stored []string, exact bool) (int, error) {
	if i := slices.Index(stored, name.Text); i >= 0 {
		return i, nil
	}
	at := -1
	for i, s := range stored {
		if strings.EqualFold(s, name.Text) {
			if at >= 0 && !(name.Quoted && exact) {
				return -1, fmt.Errorf("%w: %s could be %q or %q", ErrAmbiguous, name.Text, stored[at], s)
			}
			at = i
		}
	}
	if name.Quoted && exact {
		return -1, nil
	}
	return at, nil
}

// Suggest is a hint that names the nearest of the known names, "" where none is
// near: at most a third of the letters, rounded up, and never more than three, differ.
func Suggest(name string, known []string) string {
	best, distance := "", min(3, max(1, (len(name)+2)/3))+1
	for _, k := range known {
		if d := editDistance(strings.ToUpper(name), strings.ToUpper(k)); d < distance {
			best, distance = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %s?", best)
}

// suggestName is Suggest for a name as it was written: in quotes it may differ in nothing
// but case.
func suggestName(name ast.Name, known []string) string {
	for _, k := range known {
		if name.Quoted && strings.EqualFold(k, name.Text) {
			return fmt.Sprintf("a name in quotes is exact: write %s", ast.QuoteName(k))
		}
	}
	return Suggest(name.Text, known)
}

// editDistance is Levenshtein's over bytes.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
