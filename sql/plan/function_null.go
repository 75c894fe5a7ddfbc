package plan

import (
	"fmt"

	"github.com/millrace-sql/millrace/sql/types"
)

// nullFunctions is kda-sql.md §13.5, and what Flink has beside it.
var nullFunctions = []*Function{
	{
		Name: "COALESCE", Min: 1, Max: -1, Types: commonTypes,
		Usage: "COALESCE(x, ...)", Doc: "the first argument that is not NULL",
		Examples: []Example{{"COALESCE(NULL, 2, 3)", "2"}, {"COALESCE(NULL, NULL)", "NULL"}},
	},
	{
		Name: "NULLIF", Min: 2, Max: 2, Types: commonTypes, Compares: true,
		Usage: "NULLIF(a, b)", Doc: "NULL if a = b, else a",
		Examples: []Example{{"NULLIF(4, 4)", "NULL"}, {"NULLIF(4, 5)", "4"}, {"NULLIF(4, NULL)", "4"}},
	},
	{
		Name: "IFNULL", Synonyms: []string{"NVL"}, Min: 2, Max: 2, Types: commonTypes,
		Usage: "IFNULL(a, b)", Doc: "a, or b where a is NULL",
		Examples: []Example{{"IFNULL(NULL, 7)", "7"}, {"IFNULL(1, 7)", "1"}},
	},
	{
		Name: "IF", Min: 3, Max: 3, Types: ifTypes,
		Usage: "IF(condition, a, b)", Doc: "a where the condition is TRUE, else b; only that one is computed",
		Examples: []Example{{"IF(2 > 1, 'yes', 'no')", "yes"}, {"IF(NULL, 1, 2)", "2"}},
	},
	{
		Name: "GREATEST", Min: 1, Max: -1, Types: orderedTypes,
		Usage: "GREATEST(x, ...)", Doc: "the greatest argument; NULL if any is NULL",
		Examples: []Example{{"GREATEST(1, 2.5, 2)", "2.5"}, {"GREATEST(1, NULL)", "NULL"}, {"GREATEST('a', 'B')", "a"}},
	},
	{
		Name: "LEAST", Min: 1, Max: -1, Types: orderedTypes,
		Usage: "LEAST(x, ...)", Doc: "the least argument; NULL if any is NULL",
		Examples: []Example{{"LEAST(DATE '2021-03-09', DATE '2021-01-31')", "2021-01-31"}},
	},
}

func commonTypes(args []types.Type) ([]types.Type, types.Type, string) {
	t := args[0]
	for _, a := range args[1:] {
		common, ok := types.Common(t, a)
		if !ok {
			return nil, t, fmt.Sprintf("the arguments are %s and %s", t, a)
		}
		t = common
	}
	params := make([]types.Type, len(args))
	for i := range params {
		params[i] = t
	}
	return params, t, ""
}

func orderedTypes(args []types.Type) ([]types.Type, types.Type, string) {
	params, t, problem := commonTypes(args)
	if t.IsString() {
		// No length: an argument is compared whole.
		t = types.VarcharOf(0)
		for i := range params {
			params[i] = t
		}
	}
	return params, t, problem
}

func ifTypes(args []types.Type) ([]types.Type, types.Type, string) {
	if k := args[0].Kind; k != types.Boolean && k != types.Null {
		return nil, args[0], "the condition is " + args[0].String()
	}
	params, t, problem := commonTypes(args[1:])
	return append([]types.Type{boolean}, params...), t, problem
}
