package plan

import "github.com/millrace-sql/millrace/sql/types"

// textFunctions is kda-sql.md §13.11 without patterns, and what users of SQL
// expect beside it.
var textFunctions = []*Function{
	{
		Name: "UPPER", Min: 1, Max: 1, Types: textTypes,
		Usage: "UPPER(s)", Doc: "s in upper case",
		Examples: []Example{{"UPPER('äb 7')", "ÄB 7"}},
	},
	{
		Name: "LOWER", Min: 1, Max: 1, Types: textTypes,
		Usage: "LOWER(s)", Doc: "s in lower case",
		Examples: []Example{{"LOWER('ÄB7')", "äb7"}},
	},
	{
		Name: "INITCAP", Min: 1, Max: 1, Types: textTypes,
		Usage: "INITCAP(s)", Doc: "the first letter of every word in upper case, the rest in lower case; blanks part words",
		Examples: []Example{{"INITCAP('hex BOLT o''neil')", "Hex Bolt O'neil"}},
	},
	{
		Name: "CHAR_LENGTH", Synonyms: []string{"CHARACTER_LENGTH", "LENGTH"}, Min: 1, Max: 1, Types: gives(types.Of(types.Integer), aString),
		Usage: "CHAR_LENGTH(s)", Doc: "the number of characters",
		Examples: []Example{{"CHAR_LENGTH('Größe')", "5"}, {"CHAR_LENGTH(CAST('ab' AS CHAR(5)))", "5"}},
	},
	{
		Name: "OCTET_LENGTH", Min: 1, Max: 1, Types: gives(types.Of(types.Integer), aText),
		Usage: "OCTET_LENGTH(s)", Doc: "the number of bytes, those of UTF-8 for a string",
		Examples: []Example{{"OCTET_LENGTH('Größe')", "7"}, {"OCTET_LENGTH(X'0aff')", "2"}},
	},
	{
		Name: "SUBSTRING", Synonyms: []string{"SUBSTR"}, Min: 2, Max: 3, Types: substringTypes, Check: checkSubstring,
		Forms: map[string]string{
			",": "SUBSTRING", ",,": "SUBSTRING", ",FROM": "SUBSTRING FROM", ",FROM,FOR": "SUBSTRING FROM", ",SIMILAR,ESCAPE": "SUBSTRING SIMILAR",
		},
		Usage: "SUBSTRING(s FROM p [FOR n]), SUBSTRING(s, p[, n]), SUBSTRING(s FROM 'regex'), SUBSTRING(s SIMILAR 'pattern' ESCAPE 'c')",
		Doc: "n characters from the p-th on, or all; places before the first count towards n. Behind the end it is '' with FROM and NULL with commas. " +
			"With a regular expression: its first match or NULL. With SIMILAR: what matches the part of the pattern between two c\"",
		Examples: []Example{
			{"SUBSTRING('harbour' FROM 3 FOR 4)", "rbou"}, {"SUBSTRING('harbour' FROM -1 FOR 4)", "ha"}, {"SUBSTRING('harbour' FROM 9)", "''"}, {"SUBSTRING('harbour', 9)", "NULL"},
			{"SUBSTRING('harbour' FROM 'b.*')", "bour"}, {`SUBSTRING('lot42end' SIMILAR 'lot#"[0-9]+#"end' ESCAPE '#')`, "42"},
		},
	},
	{
		Name: "LEFT", Min: 2, Max: 2, Types: givesBy(firstText, aText, aWhole),
		Usage: "LEFT(s, n)", Doc: "the first n characters", Examples: []Example{{"LEFT('harbour', 3)", "har"}, {"LEFT('harbour', -1)", "''"}},
	},
	{
		Name: "RIGHT", Min: 2, Max: 2, Types: givesBy(firstText, aText, aWhole),
		Usage: "RIGHT(s, n)", Doc: "the last n characters", Examples: []Example{{"RIGHT('harbour', 3)", "our"}},
	},
	{
		Name: "OVERLAY", Min: 3, Max: 4, Types: sameText(givesBy(firstText, aText, aText, aWhole), 0, 1),
		Forms: map[string]string{",PLACING,FROM": "OVERLAY", ",PLACING,FROM,FOR": "OVERLAY"},
		Usage: "OVERLAY(s PLACING r FROM p [FOR n])", Doc: "s with r in place of the n characters from the p-th on; n is the length of r where it is not given",
		Examples: []Example{
			{"OVERLAY('abcdef' PLACING 'XY' FROM 2)", "aXYdef"}, {"OVERLAY('abcdef' PLACING 'XY' FROM 0)", "XYbcdef"}, {"OVERLAY('abcdef' PLACING 'XY' FROM 9)", "abcdefXY"},
			{"OVERLAY('abcdef' PLACING 'XY' FROM 3 FOR 0)", "abXYcdef"}, {"OVERLAY('abcdef' PLACING 'XY' FROM 2 FOR 9)", "aXY"},
		},
	},
	{
		Name: "POSITION", Min: 2, Max: 2, Types: sameText(gives(types.Of(types.Integer), aText), 0, 1),
		Forms: map[string]string{",IN": "POSITION"},
		Usage: "POSITION(x IN s)", Doc: "where x first stands in s, counted from 1; 0 if nowhere",
		Examples: []Example{{"POSITION('ou' IN 'harbour')", "5"}, {"POSITION('' IN 'a')", "1"}, {"POSITION('x' IN 'a')", "0"}},
	},
	{
		Name: "TRIM", Min: 1, Max: 2, Types: sameText(givesBy(lastText, aText), 0, 1),
		Forms: map[string]string{
			"": "TRIM", "FROM": "TRIM", "BOTH FROM": "TRIM", ",FROM": "TRIM", "BOTH,FROM": "TRIM",
			"LEADING FROM": "TRIM LEADING", "LEADING,FROM": "TRIM LEADING", "TRAILING FROM": "TRIM TRAILING", "TRAILING,FROM": "TRIM TRAILING",
		},
		Usage: "TRIM([[LEADING | TRAILING | BOTH] [c] FROM] s)", Doc: "s without the characters c at its ends; c is one character, a blank where it is not given",
		Examples: []Example{{"TRIM('  ab ')", "ab"}, {"TRIM(LEADING '0' FROM '0070')", "70"}, {"TRIM(BOTH '.' FROM '..a.b..')", "a.b"}},
	},
	{
		Name: "BTRIM", Min: 1, Max: 2, Types: givesBy(firstText, aString),
		Usage: "BTRIM(s), BTRIM(s, chars)", Doc: "s without any of the characters at its ends; blanks without chars", Examples: []Example{{"BTRIM('xyabyx', 'xy')", "ab"}},
	},
	{
		Name: "LTRIM", Min: 1, Max: 2, Types: givesBy(firstText, aString),
		Usage: "LTRIM(s), LTRIM(s, chars)", Doc: "s without any of the characters at its beginning; blanks without chars", Examples: []Example{{"LTRIM('  ab')", "ab"}},
	},
	{
		Name: "RTRIM", Min: 1, Max: 2, Types: givesBy(firstText, aString),
		Usage: "RTRIM(s), RTRIM(s, chars)", Doc: "s without any of the characters at its end; blanks without chars", Examples: []Example{{"RTRIM('a.,.', ',.')", "a"}},
	},
	{
		Name: "REPLACE", Min: 3, Max: 3, Types: anyText,
		Usage: "REPLACE(s, x, y)", Doc: "s with y in place of every x", Examples: []Example{{"REPLACE('a-b-c', '-', '+')", "a+b+c"}},
	},
	{
		Name: "TRANSLATE", Min: 3, Max: 3, Types: anyText,
		Usage: "TRANSLATE(s, from, to)", Doc: "s with each character of from replaced by that at its place in to, or left out where to is shorter",
		Examples: []Example{{"TRANSLATE('a1b2', '12a', 'xy')", "xby"}},
	},
	{
		Name: "CONCAT", Min: 1, Max: -1, Types: anyText,
		Usage: "CONCAT(s, ...)", Doc: "the strings one after the other, as ||", Examples: []Example{{"CONCAT('a', 'b', 'c')", "abc"}, {"CONCAT('a', NULL)", "NULL"}},
	},
	{
		Name: "CONCAT_WS", Min: 2, Max: -1, Types: anyText,
		Usage: "CONCAT_WS(separator, s, ...)", Doc: "the strings with the separator between them; those that are NULL are left out", Examples: []Example{{"CONCAT_WS('~', 'a', NULL, '', 'b')", "a~~b"}},
	},
	{
		Name: "LPAD", Min: 2, Max: 3, Types: gives(types.VarcharOf(0), aString, aWhole, aString),
		Usage: "LPAD(s, n[, pad])", Doc: "s with pad, or blanks, before it up to n characters; the first n where s is longer; NULL for n < 0 or an empty pad",
		Examples: []Example{{"LPAD('hi', 5, 'xy')", "xyxhi"}, {"LPAD('hello', 2)", "he"}},
	},
	{
		Name: "RPAD", Min: 2, Max: 3, Types: gives(types.VarcharOf(0), aString, aWhole, aString),
		Usage: "RPAD(s, n[, pad])", Doc: "s with pad, or blanks, behind it up to n characters, as LPAD", Examples: []Example{{"RPAD('hi', 5, 'xy')", "hixyx"}},
	},
	{
		Name: "REPEAT", Min: 2, Max: 2, Types: gives(types.VarcharOf(0), aString, aWhole),
		Usage: "REPEAT(s, n)", Doc: "s n times", Examples: []Example{{"REPEAT('ab', 3)", "ababab"}, {"REPEAT('ab', 0)", "''"}},
	},
	{
		Name: "REVERSE", Min: 1, Max: 1, Types: anyText,
		Usage: "REVERSE(s)", Doc: "the characters in reverse", Examples: []Example{{"REVERSE('añb')", "bña"}},
	},
	{
		Name: "SPLIT_INDEX", Min: 3, Max: 3, Types: gives(types.VarcharOf(0), aString, aString, aWhole),
		Usage: "SPLIT_INDEX(s, separator, n)", Doc: "the n-th part of s, counted from 0; NULL where there is none", Examples: []Example{{"SPLIT_INDEX('a,b,,c', ',', 1)", "b"}, {"SPLIT_INDEX('a,b', ',', 2)", "NULL"}},
	},
	{
		Name: "STARTSWITH", Synonyms: []string{"STARTS_WITH"}, Min: 2, Max: 2, Types: gives(boolean, aString),
		Usage: "STARTSWITH(s, x)", Doc: "whether s begins with x", Examples: []Example{{"STARTSWITH('harbour', 'har')", "true"}},
	},
	{
		Name: "ENDSWITH", Synonyms: []string{"ENDS_WITH"}, Min: 2, Max: 2, Types: gives(boolean, aString),
		Usage: "ENDSWITH(s, x)", Doc: "whether s ends with x", Examples: []Example{{"ENDSWITH('harbour', 'bour')", "true"}},
	},
	{
		Name: "ASCII", Min: 1, Max: 1, Types: gives(types.Of(types.Integer), aString),
		Usage: "ASCII(s)", Doc: "the number of the first character in Unicode; 0 of ''", Examples: []Example{{"ASCII('Az')", "65"}},
	},
	{
		Name: "CHR", Min: 1, Max: 1, Types: gives(types.VarcharOf(1), aWhole),
		Usage: "CHR(n)", Doc: "the character with that number in Unicode", Examples: []Example{{"CHR(65)", "A"}},
	},
}

var anyText = gives(types.VarcharOf(0), aString)

func firstText(params []types.Type) types.Type { return textResult(params[0]) }

func lastText(params []types.Type) types.Type { return textResult(params[len(params)-1]) }

// textTypes is a function that keeps the length of its argument.
func textTypes(args []types.Type) ([]types.Type, types.Type, string) {
	params, result, problem := anyText(args)
	result.Precision = args[0].Precision
	return params, result, problem
}
