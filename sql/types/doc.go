// Package types holds what every layer of the engine agrees on about values:
// the SQL types and their Arrow layout, row schemas with their rowtime column,
// instants, intervals and the coercion rules.
//
// In: type names and literals as the SQL front end reads them. Out: plain
// values, Arrow data types, Arrow schemas. The package holds no state, starts
// no goroutine and never allocates Arrow memory; everything in it may be used
// from any goroutine.
//
// Units: an instant is a Time, microseconds since 1970-01-01T00:00:00Z. A DATE
// is days since 1970-01-01, a TIME microseconds since midnight, a day-time
// interval microseconds, a year-month interval months. There are no time zones:
// everything is UTC.
package types
