// Package discover finds out what columns a sample of records has and writes the
// CREATE STREAM for them.
//
// In: records of JSON, or delimited text, as bytes. Out: a statement that runs, and
// whose stream reads every sampled record but those that a comment in it counts.
// Nothing else is promised: what the sample does not show, nobody can know.
//
// The rules are those of kda-sql.md §16.3, with one exception: the type of a number
// is not the smallest that fits, which the next larger value would not, but INTEGER,
// BIGINT, DECIMAL where all samples have as many digits behind the point, or DOUBLE.
// Every type is tried with the decoder of package format before it is written.
//
// The package reads no file and no stream, keeps nothing, and its functions may be
// called from several goroutines.
package discover
