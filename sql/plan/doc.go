// Package plan gives statements their meaning: it resolves names against a
// Catalog, derives types, deduces which grouping is a window, and builds a tree
// of logical nodes that exec turns into operators.
//
// In: statements of sql/ast and a Catalog. Out: Query and Pump trees whose
// expressions name columns by index and carry exact types, with every implicit
// conversion made explicit as a Cast; or an *Error with the position, what was
// expected and, where there is a likely cause, a hint.
//
// The package runs nothing, reads no data and keeps no state between calls;
// trees are immutable once returned and may be shared between goroutines.
// Semantics: kda-sql.md §1.1 (names), §3 (types), §7 (clauses), §8.5
// (monotonicity), §9.1 and §9.2 (tumbling windows).
package plan
