// Package window assigns rows to spans of time.
//
// An assigner is a small value without state: it maps an instant to the span it
// belongs to and says when a span is complete. It allocates nothing and may be
// used from any goroutine. Operators keep the state, drivers the clock.
// Semantics: kda-sql.md §9.
package window
