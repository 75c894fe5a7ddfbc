// Package format turns bytes into Arrow columns and back: JSON and CSV records
// of streams and files, and the text that query results print as.
//
// In: records as they were put, one []byte each, and the declared columns of
// their stream. Out: Arrow arrays of the columns a plan reads, or a *Bad that
// says why the record is not one of that stream. A record is judged by the
// declaration alone: every declared column is checked, only the asked ones are
// built, members that nobody declared are checked for syntax. Mapping reads the
// options that lead to the columns: JSON paths, which the scanner follows as it
// goes, and the delimiters of CSV.
//
// The package never guesses a schema, reads no file and logs nothing. It never
// keeps a record after the call it was passed to, and never gives out memory
// that points into one.
//
// Memory: the values of columns live in memory of the given allocator and go to
// the caller with Finish. Decoding a record allocates nothing once the buffers
// have grown; what remains is a fixed number of objects per Finish and column.
//
// A Decoder and an Encoder belong to one goroutine each. Nothing blocks.
//
// Units: TIMESTAMP is microseconds since 1970-01-01T00:00:00Z, DATE days, TIME
// microseconds since midnight, Bad.Offset bytes. The mapping of values to
// columns is kda-sql.md §16.2; the texts are those of package types.
package format
