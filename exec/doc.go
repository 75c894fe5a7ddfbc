// Package exec runs plans: it turns the nodes of a query into operators, joins
// them by edges, drives them with batches and watermarks, and keeps account of
// every row.
//
// In: a plan tree (sql/plan), an Env that opens sources and sinks, and an Output.
// Out: rows in sinks, in-application streams or a caller's hands; rejected rows
// in the Env's Rejector; figures per operator.
//
// Goroutines: one task per source shard, which runs decode and operators up to
// the first merge; one per merge; one per in-application stream. They belong to
// their Job or Stream, whose Wait and Close wait for them. A full edge is the
// back pressure inside a job. The package knows no storage and no connector.
//
// Semantics: DESIGN §4 (fates), §6 (order, watermarks, sameness).
package exec
