package plan

import (
	"slices"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// aggregateNames is the aggregates; their state is in exec/agg.
var aggregateNames = []string{"COUNT", "SUM", "AVG", "MIN", "MAX", approxDistinct}

// approxDistinct counts distinct values in bounded memory (kda-sql.md §15.1).
const approxDistinct = "APPROX_COUNT_DISTINCT"

// Aggregates is the names of the aggregate functions.
func Aggregates() []string { return append([]string(nil), aggregateNames...) }

// isAggregate tells whether c calls an aggregate, of the engine or of the catalog's user;
// catalog may be nil.
func isAggregate(catalog Catalog, c *ast.Call) bool {
	if len(c.Name) > 1 {
		return false
	}
	name := c.Name.Last().Text
	return slices.Contains(aggregateNames, name) || len(userFunctions(catalog, name, UserAggregate)) > 0
}

// AggregateType is the type of an aggregate's value, false where it does not
// take such an argument (kda-sql.md §13.1). SUM of integers is BIGINT: the
// reference leaves overflow undefined there, and a wider result loses nothing,
// since numbers are assignable to each other.
func AggregateType(name string, arg types.Type) (types.Type, bool) {
	switch name {
	case "COUNT", approxDistinct:
		return types.Of(types.BigInt), true
	case "SUM":
		switch {
		case arg.IsInteger():
			return types.Of(types.BigInt), true
		case arg.Kind == types.Decimal:
			return types.DecimalOf(types.MaxPrecision, arg.Scale), true
		}
		return arg, arg.IsApproximate()
	case "AVG":
		return arg, arg.IsNumeric()
	}
	return arg, arg.IsNumeric() || arg.IsString() || arg.IsDateTime()
}
