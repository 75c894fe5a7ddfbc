package plan

import (
	"fmt"
	"unicode/utf8"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/pattern"
	"github.com/millrace-sql/millrace/sql/types"
)

// regexFunctions is REGEX_REPLACE (kda-sql.md §13.11) and Flink's functions of
// regular expressions.
var regexFunctions = []*Function{
	{
		Name: "REGEXP_LIKE", Synonyms: []string{"REGEXP"}, Min: 2, Max: 2, Types: gives(boolean, aString), Check: checkRegex(1),
		Usage: "REGEXP_LIKE(s, regex)", Doc: "whether the expression matches anywhere in s",
		Examples: []Example{{"REGEXP_LIKE('a1b22', '[0-9]{2}')", "true"}, {"REGEXP_LIKE('abc', '^b')", "false"}},
	},
	{
		Name: "REGEXP_EXTRACT", Min: 2, Max: 3, Types: gives(types.VarcharOf(0), aString, aString, aWhole), Check: checkGroup,
		Usage: "REGEXP_EXTRACT(s, regex[, group])", Doc: "the first match, or that of a group in it; NULL where there is none",
		Examples: []Example{{"REGEXP_EXTRACT('id=42;', 'id=(\\d+)', 1)", "42"}, {"REGEXP_EXTRACT('id=42;', '\\d+')", "42"}, {"REGEXP_EXTRACT('id', '\\d+')", "NULL"}},
	},
	{
		Name: "REGEXP_REPLACE", Min: 3, Max: 3, Types: anyText, Check: checkRegex(1),
		Usage: "REGEXP_REPLACE(s, regex, r)", Doc: "s with the text r, as it stands, in place of every match",
		Examples: []Example{{"REGEXP_REPLACE('a1b22', '[0-9]+', '$1')", "a$1b$1"}},
	},
	{
		Name: "REGEX_REPLACE", Min: 5, Max: 5, Types: gives(types.VarcharOf(65535), aString, aString, aString, aWhole, aWhole), Check: checkReplacement,
		Usage: "REGEX_REPLACE(s, regex, r, start, k)", Doc: "s with r in place of the matches from character start on: of the k-th, or of all for k = 0. $1 in r is a group",
		Examples: []Example{{"REGEX_REPLACE('a1b22', '[0-9]+', '#', 1, 0)", "a#b#"}, {"REGEX_REPLACE('a1b22', '[0-9]+', '#', 1, 2)", "a1b#"}, {"REGEX_REPLACE('a1b22', '([a-z])([0-9])', '$2$1', 1, 0)", "1a2b2"}},
	},
}

func checkGroup(args []Expr) (int, string) {
	text, ok := constText(args, 1)
	if !ok {
		return 0, ""
	}
	re, err := pattern.Compile(text)
	if err != nil {
		return 1, err.Error()
	}
	if len(args) < 3 {
		return 0, ""
	}
	if lit, ok := args[2].(*Literal); ok && lit.Value != nil {
		if n := lit.Value.(int64); n < 0 || n > int64(re.Groups()) {
			return 2, fmt.Sprintf("the pattern has %d groups", re.Groups())
		}
	}
	return 0, ""
}

func checkReplacement(args []Expr) (int, string) {
	text, ok := constText(args, 1)
	if !ok {
		return 0, ""
	}
	re, err := pattern.Compile(text)
	if err != nil {
		return 1, err.Error()
	}
	if repl, ok := constText(args, 2); ok {
		if _, err := re.Replacement([]byte(repl)); err != nil {
			return 2, err.Error()
		}
	}
	return 0, ""
}

// substringTypes tells the forms of SUBSTRING apart by what stands second.
func substringTypes(args []types.Type) ([]types.Type, types.Type, string) {
	if !args[1].IsString() {
		return givesBy(firstText, aText, aWhole)(args)
	}
	return anyText(args)
}

func checkSubstring(args []Expr) (int, string) {
	if len(args) < 3 {
		return checkRegex(1)(args)
	}
	text, ok := constText(args, 1)
	escape, constant := constText(args, 2)
	if !ok || !constant {
		return 0, ""
	}
	r, problem := escapeRune(escape)
	if problem != "" {
		return 2, problem
	}
	if _, err := pattern.SimilarPart(text, r); err != nil {
		return 1, err.Error()
	}
	return 0, ""
}

func escapeRune(text string) (rune, string) {
	r, size := utf8.DecodeRuneInString(text)
	if size == 0 || size != len(text) {
		return 0, "ESCAPE takes one character"
	}
	return r, ""
}

// bindLike is LIKE and SIMILAR TO.
func (b *exprBinder) bindLike(e *ast.Like) (Expr, error) {
	parts, name := []ast.Expr{e.X, e.Pattern}, "LIKE"
	if e.Escape != nil {
		parts = append(parts, e.Escape)
	}
	if e.Similar {
		name = "SIMILAR TO"
	}
	args, err := b.bindAll(parts)
	if err != nil {
		return nil, err
	}
	for i, a := range args {
		if !a.Type().IsString() && a.Type().Kind != types.Null {
			return nil, errorAt(parts[i].Position(), "%s compares strings, this is %s", name, a.Type()).hint("CAST it to VARCHAR")
		}
		args[i] = coerce(a, types.VarcharOf(0))
	}
	if at, problem := checkSimilar(args); e.Similar && problem != "" {
		return nil, errorAt(parts[at].Position(), "SIMILAR TO: %s", problem).near(parts[at].String())
	}
	return negate(&Call{Func: name, Args: args, Of: boolean, Pos: e.Pos}, e.Not), nil
}

func checkSimilar(args []Expr) (int, string) {
	text, ok := constText(args, 1)
	if !ok {
		return 0, ""
	}
	escape := pattern.NoEscape
	if len(args) > 2 {
		given, ok := constText(args, 2)
		if !ok {
			return 0, ""
		}
		var problem string
		if escape, problem = escapeRune(given); problem != "" {
			return 2, problem
		}
	}
	if _, err := pattern.Similar(text, escape); err != nil {
		return 1, err.Error()
	}
	return 0, ""
}
