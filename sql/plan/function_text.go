package plan

import "github.com/millrace-sql/millrace/sql/types"

// textFunctions is kda-sql.md §13.11.
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
		Name: "CHAR_LENGTH", Synonyms: []string{"CHARACTER_LENGTH"}, Min: 1, Max: 1, Types: lengthTypes,
		Usage: "CHAR_LENGTH(s)", Doc: "the number of characters",
		Examples: []Example{{"CHAR_LENGTH('Größe')", "5"}, {"CHAR_LENGTH(CAST('ab' AS CHAR(5)))", "5"}},
	},
}

func textTypes(args []types.Type) ([]types.Type, types.Type, string) {
	if !args[0].IsString() && args[0].Kind != types.Null {
		return nil, args[0], "the argument is " + args[0].String() + ", not a string"
	}
	return []types.Type{types.VarcharOf(0)}, types.VarcharOf(args[0].Precision), ""
}

func lengthTypes(args []types.Type) ([]types.Type, types.Type, string) {
	params, _, problem := textTypes(args)
	return params, types.Of(types.Integer), problem
}
