package plan

import (
	"strings"

	"github.com/millrace-sql/millrace/sql/types"
)

// fieldFunctions is the fields of dates and times under their portable names.
var fieldFunctions = []*Function{
	fieldFunction("YEAR", types.Date, "2021"), fieldFunction("QUARTER", types.Date, "1"), fieldFunction("MONTH", types.Date, "3"),
	fieldFunction("WEEK", types.Date, "10"), fieldFunction("DAYOFYEAR", types.Date, "68"), fieldFunction("DAYOFMONTH", types.Date, "9"),
	fieldFunction("DAYOFWEEK", types.Date, "3"), fieldFunction("HOUR", types.TimeOfDay, "7"), fieldFunction("MINUTE", types.TimeOfDay, "5"),
	fieldFunction("SECOND", types.TimeOfDay, "9"),
}

var fieldDocs = map[string]string{
	"WEEK": "the week of ISO 8601", "DAYOFWEEK": "1 for Sunday to 7 for Saturday", "DAYOFYEAR": "the day of the year", "DAYOFMONTH": "the day of the month",
	"SECOND": "the whole second",
}

func fieldFunction(name string, part types.Kind, example string) *Function {
	doc := fieldDocs[name]
	if doc == "" {
		doc = "the " + strings.ToLower(name)
	}
	return &Function{
		Name: name, Min: 1, Max: 1, Usage: name + "(t)", Doc: doc + " of a date or time, as BIGINT",
		Examples: []Example{{name + "(TIMESTAMP '2021-03-09 07:05:09.25')", example}},
		Types: func(args []types.Type) ([]types.Type, types.Type, string) {
			if k := args[0].Kind; k != types.Timestamp && k != part {
				return nil, args[0], "the argument is " + args[0].String() + ", not TIMESTAMP or " + part.String()
			}
			return args, types.Of(types.BigInt), ""
		},
	}
}
