package plan

import "github.com/millrace-sql/millrace/sql/types"

// streamFunctions is kda-sql.md §13.10 but for the analytics.
var streamFunctions = []*Function{
	{
		Name: monotonicFunction, Min: 1, Max: 1, Types: sameType,
		Usage: "MONOTONIC(x)", Doc: "x, on your word that it never goes back as rows come: a stream can be grouped and ordered by it. Where the word is not kept, a group comes out in parts",
		Examples: []Example{{"MONOTONIC(42)", "42"}},
	},
}

func sameType(args []types.Type) ([]types.Type, types.Type, string) { return args, args[0], "" }
