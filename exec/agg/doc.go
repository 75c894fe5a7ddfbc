// Package agg groups rows and aggregates columns over dense group ids.
//
// In: Arrow columns (borrowed), the rows of them that count, and for each such
// row the id of its group. Out: Arrow columns with one row per group, made from
// the allocator that is passed; the caller releases them.
//
// Groups turns key columns into ids in order of first appearance; a Func keeps
// one state per id; User is a Func with code of the embedding program. They are plain
// memory without locks: one goroutine at a time. Nothing here knows windows, watermarks
// or SQL names' resolution.
//
// Semantics: kda-sql.md §13.1 (NULLs are skipped, an empty or all-NULL group
// gives NULL except for COUNT).
package agg
