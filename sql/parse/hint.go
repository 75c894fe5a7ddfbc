package parse

import (
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
)

// unexpected says that token i does not belong where it is, with a hint where the cause is likely.
func unexpected(toks []token, i int) *Error {
	t := toks[i]
	if t.kind == eof {
		return errorAt(t, misspelt(toks, i), "unexpected end of statement")
	}
	return errorAt(t, hintFor(toks, i), "unexpected %s", t.raw)
}

func hintFor(toks []token, i int) string {
	t := toks[i]
	if hint := misspelt(toks, i); hint != "" {
		return hint
	}
	if t.isOp("=>") {
		return "arguments go by position, except those of TABLE(f(...))"
	}
	if t.isOp("=") && i > 0 && toks[i-1].isOp("=") {
		return noOperator["=="]
	}
	if t.isWord("OFFSET") && i+1 < len(toks) && toks[i+1].kind == integer {
		return "write LIMIT n OFFSET m, or OFFSET m ROWS FETCH FIRST n ROWS ONLY"
	}
	if i > 0 && toks[i-1].isOp(",") && (startsClause[t.text] || t.isOp(")")) {
		return "there may be a comma too many before " + t.raw
	}
	if i > 0 && toks[i-1].isWord("AS") && t.kind == word && reserved[t.text] && !beginsStatement[t.text] {
		return reservedHint(t)
	}
	if t.isWord("TO") && i+1 < len(toks) && ast.UnitOf(toks[i+1].text) != ast.NoUnit {
		return "an interval goes from YEAR to MONTH, or from DAY, HOUR or MINUTE to a smaller one of them or SECOND"
	}
	if t.isWord("OUTER") {
		return "write LEFT, RIGHT or FULL before OUTER JOIN"
	}
	if t.kind == word && reserved[t.text] && !pseudoColumns[t.text] {
		if keywords[t.text] != "" || startsClause[t.text] {
			return ""
		}
		return reservedHint(t)
	}
	if i > 0 && endsOperand(toks[i-1]) && beginsOperand(t) {
		return "a comma may be missing before " + t.raw
	}
	return ""
}

func reservedHint(t token) string {
	return t.text + ` is a reserved word; as a name it goes in quotes: "` + t.text + `"`
}

// beginsStatement are the words that may stand behind AS of CREATE, WITH and CREATE PUMP, misplaced or not.
var beginsStatement = wordSet("SELECT VALUES WITH INSERT")

var startsClause = wordSet(`SELECT FROM WHERE GROUP HAVING ORDER BY LIMIT JOIN INNER LEFT RIGHT FULL CROSS NATURAL ON USING UNION EXCEPT
	INTERSECT VALUES INSERT INTO CREATE DROP ALTER CASE WHEN THEN ELSE END TO STREAM`)

func endsOperand(t token) bool {
	return t.isName() || t.isOp(")") || t.kind >= integer && t.kind <= binary
}

func beginsOperand(t token) bool {
	return t.isName() || t.kind >= integer && t.kind <= binary
}

// misspelt looks for a keyword that token i or the one before it may have been meant to be: in SELECT a FORM t it is t that
// does not fit, FORM being taken for an alias.
func misspelt(toks []token, i int) string {
	for _, j := range [...]int{i, i - 1} {
		if j < 0 || toks[j].kind != word || reserved[toks[j].text] || isStructural(toks[j].text) {
			continue
		}
		if w := closest(toks[j].text, structural); w != "" {
			return "did you mean " + w + "?"
		}
	}
	return ""
}

func isStructural(text string) bool {
	for _, w := range structural {
		if w == text {
			return true
		}
	}
	return false
}

// closest returns the word within one edit of text, or two for text of six or more letters; "" when there is none.
func closest(text string, words []string) string {
	best, least := "", 2
	if len(text) >= 6 {
		least = 3
	}
	if len(text) < 3 {
		return ""
	}
	for _, w := range words {
		if d := distance(strings.ToUpper(text), w); d < least {
			best, least = w, d
		}
	}
	return best
}

// distance counts the edits from a to b: letters added, dropped, changed, or two neighbours swapped.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if d := len(x) - len(y); d > 2 || d < -2 {
		return 3
	}
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			change := 1
			if x[i-1] == y[j-1] {
				change = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}
