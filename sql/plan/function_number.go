package plan

import "github.com/millrace-sql/millrace/sql/types"

// numberFunctions is kda-sql.md §13.6.
var numberFunctions = []*Function{
	{
		Name: "ABS", Min: 1, Max: 1, Types: absTypes,
		Usage: "ABS(x)", Doc: "a number or interval without its sign",
		Examples: []Example{{"ABS(-2.50)", "2.50"}, {"ABS(INTERVAL '-2 1:30' DAY TO MINUTE)", "+2 01:30"}},
	},
	{
		Name: "FLOOR", Min: 1, Max: 1, Types: roundTypes,
		Usage: "FLOOR(x), FLOOR(t TO unit)", Doc: "the greatest whole number or unit boundary at or below",
		Examples: []Example{{"FLOOR(-2.5)", "-3"}, {"FLOOR(TIMESTAMP '2021-03-09 17:43:52' TO HOUR)", "2021-03-09 17:00:00.000"}},
	},
	{
		Name: "CEIL", Synonyms: []string{"CEILING"}, Min: 1, Max: 1, Types: roundTypes,
		Usage: "CEIL(x), CEIL(t TO unit)", Doc: "the least whole number or unit boundary at or above",
		Examples: []Example{{"CEIL(-2.5)", "-2"}, {"CEIL(DATE '2021-03-09' TO YEAR)", "2022-01-01"}},
	},
	{
		Name: "MOD", Min: 2, Max: 2, Types: modTypes,
		Usage: "MOD(a, b)", Doc: "the rest of a / b, with the sign of a",
		Examples: []Example{{"MOD(-7, 3)", "-1"}},
	},
}

func absTypes(args []types.Type) ([]types.Type, types.Type, string) {
	if args[0].IsInterval() {
		return args, args[0], ""
	}
	return numberTypes(args)
}

func numberTypes(args []types.Type) ([]types.Type, types.Type, string) {
	if !args[0].IsNumeric() {
		return nil, args[0], "the argument is " + args[0].String() + ", not a number"
	}
	return args, args[0], ""
}

// roundTypes takes the fraction off a DECIMAL and leaves room for the carry of
// CEIL(9.9).
func roundTypes(args []types.Type) ([]types.Type, types.Type, string) {
	params, result, problem := numberTypes(args)
	if result.Kind == types.Decimal && result.Scale > 0 {
		result = types.DecimalOf(min(result.Precision-result.Scale+1, types.MaxPrecision), 0)
	}
	return params, result, problem
}

func modTypes(args []types.Type) ([]types.Type, types.Type, string) {
	for _, a := range args {
		if !a.IsInteger() {
			return nil, a, "the argument is " + a.String() + ", not an integer"
		}
	}
	return commonTypes(args)
}
