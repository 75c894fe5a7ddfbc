package plan

import "github.com/millrace-sql/millrace/sql/types"

// patternFunctions is the texts of kda-sql.md §13.3, and the portable ones.
var patternFunctions = []*Function{
	parsing("CHAR_TO_TIMESTAMP", types.Timestamp, Example{"CHAR_TO_TIMESTAMP('dd.MM.yyyy HH:mm', '07.03.2021 18:05:59')", "2021-03-07 18:05:00.000"},
		Example{"CHAR_TO_TIMESTAMP('MMMM d yy', 'July 4 21')", "2021-07-04 00:00:00.000"}),
	parsing("CHAR_TO_DATE", types.Date, Example{"CHAR_TO_DATE('d/M/yyyy', '9/3/2021')", "2021-03-09"}),
	parsing("CHAR_TO_TIME", types.TimeOfDay, Example{"CHAR_TO_TIME('h:mm a', '6:05 pm')", "18:05:00.000"}),
	formatting("TIMESTAMP_TO_CHAR", types.Timestamp, "; of NULL it is the text null",
		Example{"TIMESTAMP_TO_CHAR('EEE, d MMM yyyy HH:mm:ss Z', TIMESTAMP '2021-03-09 07:05:09')", "Tue, 9 Mar 2021 07:05:09 +0000"}),
	formatting("DATE_TO_CHAR", types.Date, "", Example{"DATE_TO_CHAR('yyyyMMdd', DATE '2021-03-09')", "20210309"}),
	formatting("TIME_TO_CHAR", types.TimeOfDay, "", Example{"TIME_TO_CHAR('HH''h''mm', TIME '07:05:09')", "07h05"}),
	{
		Name: "DATE_FORMAT", Min: 2, Max: 2, Types: dateFormatTypes, Check: formatAt(1),
		Usage: "DATE_FORMAT(t, format)", Doc: "a TIMESTAMP or DATE as text; S is a digit of the fraction of a second",
		Examples: []Example{{"DATE_FORMAT(TIMESTAMP '2021-03-09 07:05:09.123456', 'yyyy-MM-dd''T''HH:mm:ss.SSSSSS')", "2021-03-09T07:05:09.123456"}},
	},
	{
		Name: "TO_DATE", Min: 1, Max: 2, Types: toDateTypes, Check: formatAt(1), Today: true,
		Usage: "TO_DATE(s [, format])", Doc: "text as a DATE; without a format it is as in CAST",
		Examples: []Example{{"TO_DATE('2021-03-09')", "2021-03-09"}, {"TO_DATE('9.3.21', 'd.M.yy')", "2021-03-09"}},
	},
	{
		Name: "TO_TIMESTAMP_LTZ", Min: 1, Max: 2, Types: epochTypes, Check: precisionAt(1),
		Usage: "TO_TIMESTAMP_LTZ(n [, precision])", Doc: "seconds (precision 0) or milliseconds (3, the default) since 1970 as a TIMESTAMP",
		Examples: []Example{{"TO_TIMESTAMP_LTZ(1615273509, 0)", "2021-03-09 07:05:09.000"}},
	},
	{
		Name: "FROM_UNIXTIME", Min: 1, Max: 2, Types: fromUnixTypes, Check: formatAt(1),
		Usage: "FROM_UNIXTIME(seconds [, format])", Doc: "seconds since 1970 as text, yyyy-MM-dd HH:mm:ss without a format",
		Examples: []Example{{"FROM_UNIXTIME(1615273509)", "2021-03-09 07:05:09"}, {"FROM_UNIXTIME(1615273509, 'HH:mm')", "07:05"}},
	},
}

// parsing is CHAR_TO_x(pattern, text).
func parsing(name string, to types.Kind, examples ...Example) *Function {
	return &Function{
		Name: name, Min: 2, Max: 2, Check: patternAt(0), Today: true, Examples: examples,
		Usage: name + "(pattern, s)", Doc: "text as a " + to.String() + ", by a pattern of SimpleDateFormat; fields that it has not are those of 1970-01-01 00:00",
		Types: func(args []types.Type) ([]types.Type, types.Type, string) {
			text := types.VarcharOf(0)
			for _, a := range args {
				if !a.IsString() && a.Kind != types.Null {
					return nil, a, "the argument is " + a.String() + ", not a string"
				}
			}
			return []types.Type{text, text}, types.Of(to), ""
		},
	}
}

// formatting is x_TO_CHAR(pattern, t).
func formatting(name string, from types.Kind, more string, example Example) *Function {
	return &Function{
		Name: name, Min: 2, Max: 2, Check: patternAt(0), Examples: []Example{example},
		Usage: name + "(pattern, t)", Doc: "a " + from.String() + " as text, by a pattern of SimpleDateFormat" + more,
		Types: func(args []types.Type) ([]types.Type, types.Type, string) {
			if !args[0].IsString() && args[0].Kind != types.Null {
				return nil, args[0], "the pattern is " + args[0].String() + ", not a string"
			}
			if args[1].Kind != from && args[1].Kind != types.Null {
				return nil, args[1], "the value is " + args[1].String() + ", not " + from.String()
			}
			return []types.Type{types.VarcharOf(0), types.Of(from)}, types.VarcharOf(0), ""
		},
	}
}

// patternAt checks a constant pattern of SimpleDateFormat, formatAt one of a portable
// function.
func patternAt(arg int) func([]Expr) (int, string) { return checkPattern(arg, types.ParsePattern) }

func formatAt(arg int) func([]Expr) (int, string) { return checkPattern(arg, types.ParseFormat) }

func checkPattern(arg int, parse func(string) (*types.Pattern, error)) func([]Expr) (int, string) {
	return func(args []Expr) (int, string) {
		if arg >= len(args) {
			return 0, ""
		}
		if lit, ok := args[arg].(*Literal); ok {
			if text, ok := lit.Value.(string); ok {
				if _, err := parse(text); err != nil {
					return arg, err.Error()
				}
			}
		}
		return 0, ""
	}
}

// precisionAt checks that a precision is written, 0 or 3.
func precisionAt(arg int) func([]Expr) (int, string) {
	return func(args []Expr) (int, string) {
		if arg >= len(args) {
			return 0, ""
		}
		if lit, ok := args[arg].(*Literal); ok && (lit.Value == int64(0) || lit.Value == int64(3)) {
			return 0, ""
		}
		return arg, "the precision is 0, for seconds, or 3, for milliseconds"
	}
}

func toDateTypes(args []types.Type) ([]types.Type, types.Type, string) {
	return textTo(args, types.Date)
}

// textTo is a text and, perhaps, a format.
func textTo(args []types.Type, to types.Kind) ([]types.Type, types.Type, string) {
	params := make([]types.Type, len(args))
	for i, a := range args {
		if !a.IsString() && a.Kind != types.Null {
			return nil, a, "the argument is " + a.String() + ", not a string"
		}
		params[i] = types.VarcharOf(0)
	}
	return params, types.Of(to), ""
}

func dateFormatTypes(args []types.Type) ([]types.Type, types.Type, string) {
	if k := args[0].Kind; k != types.Timestamp && k != types.Date && k != types.Null {
		return nil, args[0], "the value is " + args[0].String() + ", not TIMESTAMP or DATE"
	}
	if !args[1].IsString() && args[1].Kind != types.Null {
		return nil, args[1], "the format is " + args[1].String() + ", not a string"
	}
	return []types.Type{types.Of(types.Timestamp), types.VarcharOf(0)}, types.VarcharOf(0), ""
}

func epochTypes(args []types.Type) ([]types.Type, types.Type, string) {
	for _, a := range args {
		if !a.IsInteger() {
			return nil, a, "the argument is " + a.String() + ", not an integer"
		}
	}
	return []types.Type{types.Of(types.BigInt), types.Of(types.Integer)}[:len(args)], types.Of(types.Timestamp), ""
}

func fromUnixTypes(args []types.Type) ([]types.Type, types.Type, string) {
	if !args[0].IsInteger() {
		return nil, args[0], "the argument is " + args[0].String() + ", not an integer"
	}
	if len(args) > 1 && !args[1].IsString() && args[1].Kind != types.Null {
		return nil, args[1], "the format is " + args[1].String() + ", not a string"
	}
	return []types.Type{types.Of(types.BigInt), types.VarcharOf(0)}[:len(args)], types.VarcharOf(0), ""
}
