package plan

import (
	"github.com/millrace-sql/millrace/sql/types"
)

// logFunctions is kda-sql.md §13.7: functions whose value is a record. The types of
// its fields are known when the statement is bound, so all arguments but the text are
// constants.
var logFunctions = []*Function{
	{
		Name: "FAST_REGEX_LOG_PARSE", Synonyms: []string{"FAST_REGEX_LOG_PARSER"}, Min: 2, Max: 2, Types: logTypes, Record: fastRecord,
		Usage: "FAST_REGEX_LOG_PARSE(s, pattern)", Doc: "COLUMN1 and so on: what the groups of a fast pattern take, each piece as little as it can; NULLs where the text is not all taken",
		Examples: []Example{{"FAST_REGEX_LOG_PARSE('k__v', '(.*)_+(.*)')", "k,v"}, {"FAST_REGEX_LOG_PARSE('k_vv_w_z', '(.*)_(._.*)')", "k_vv,w_z"}},
	},
	{
		Name: "FIXED_COLUMN_LOG_PARSE", Min: 2, Max: 2, Types: logTypes, Record: placedRecord,
		Usage:    "FIXED_COLUMN_LOG_PARSE(s, 'name TYPE type [''pattern''] [NOT NULL] START k [FOR n], ...')",
		Doc:      "columns at fixed places, counted in characters from 0; without FOR a column goes up to the next",
		Examples: []Example{{"FIXED_COLUMN_LOG_PARSE('0042FR 7.5', 'id TYPE INTEGER START 0 FOR 4, cc TYPE CHAR(2) START 4 FOR 2, v TYPE DOUBLE START 6')", "42,FR,7.5"}},
	},
	{
		Name: "REGEX_LOG_PARSE", Min: 2, Max: 3, Types: logTypes, Record: regexRecord,
		Usage:    "REGEX_LOG_PARSE(s, regex [, 'name [type], ...'])",
		Doc:      "COLUMN1 and so on, or the columns named: the groups of a regular expression that matches the whole text; NULLs where it does not",
		Examples: []Example{{`REGEX_LOG_PARSE('k_vv_w_z', '(.*)_+(._.*)')`, "k_vv,w_z"}, {`REGEX_LOG_PARSE('rpm=1200', '(\w+)=(\d+)', 'k, v INTEGER')`, "rpm,1200"}},
	},
	{
		Name: "SYS_LOG_PARSE", Min: 1, Max: 1, Types: logTypes, Record: sysRecord,
		Usage: "SYS_LOG_PARSE(s)", Doc: "COLUMN1, the TIMESTAMP of a line of syslog, of the year up to today, and COLUMN2, the rest",
		Examples: []Example{{"SYS_LOG_PARSE('no date here')", ","}},
	},
	{
		Name: "VARIABLE_COLUMN_LOG_PARSE", Min: 3, Max: 5, Types: logTypes, Record: variableRecord,
		Usage: "VARIABLE_COLUMN_LOG_PARSE(s, count | 'name TYPE type [''pattern''] [NOT NULL], ...', delimiter [, escape, quote])",
		Doc:   "columns between delimiters; missing ones at the end are NULL, surplus ones are left out",
		Examples: []Example{
			{`VARIABLE_COLUMN_LOG_PARSE('7|ab\|c|"x|y"', 3, '|', '\', '"')`, "7,ab|c,x|y"},
			{"VARIABLE_COLUMN_LOG_PARSE('7::2021-03-09', 'n TYPE INTEGER, d TYPE DATE, s TYPE CHAR(1)', '::')", "7,2021-03-09,"},
		},
	},
	{
		Name: "W3C_LOG_PARSE", Min: 2, Max: 2, Types: logTypes, Record: w3cRecord,
		Usage: "W3C_LOG_PARSE(s, format)",
		Doc:   "COLUMN1 and so on, one for each specifier of a web server's log: COMMON, COMMON WITH VHOST, NCSA EXTENDED, REFERER, AGENT, IIS, or a format as Apache's; NULLs where the line is not so",
		Examples: []Example{
			{`W3C_LOG_PARSE('10.0.0.9 - mia [05/Feb/2020:10:00:01 +0000] "GET /x?y=1 HTTP/1.1" 200 512', 'COMMON')`, "10.0.0.9,-,mia,[05/Feb/2020:10:00:01 +0000],GET /x?y=1 HTTP/1.1,200,512"},
			{"W3C_LOG_PARSE('[10:00] /x 15', '[%t] %U %D')", "10:00,/x,15"},
		},
	},
}

// logTypes is a text and constants: what they must be is the matter of Record.
func logTypes(args []types.Type) ([]types.Type, types.Type, string) {
	if !args[0].IsString() && args[0].Kind != types.Null {
		return nil, args[0], "the text is " + args[0].String() + ", not a string"
	}
	params := append([]types.Type(nil), args...)
	params[0] = types.VarcharOf(0)
	return params, types.Of(types.Null), ""
}
