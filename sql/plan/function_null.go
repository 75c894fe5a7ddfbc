package plan

import (
	"fmt"

	"github.com/millrace-sql/millrace/sql/types"
)

// nullFunctions is kda-sql.md §13.5.
var nullFunctions = []*Function{
	{
		Name: "COALESCE", Min: 1, Max: -1, Types: commonTypes,
		Usage: "COALESCE(x, ...)", Doc: "the first argument that is not NULL",
		Examples: []Example{{"COALESCE(NULL, 2, 3)", "2"}, {"COALESCE(NULL, NULL)", "NULL"}},
	},
	{
		Name: "NULLIF", Min: 2, Max: 2, Types: commonTypes,
		Usage: "NULLIF(a, b)", Doc: "NULL if a = b, else a",
		Examples: []Example{{"NULLIF(4, 4)", "NULL"}, {"NULLIF(4, 5)", "4"}, {"NULLIF(4, NULL)", "4"}},
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
