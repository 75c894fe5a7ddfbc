// Package logformat reads the texts that say what a log line looks like: the
// description of columns, the format of a web server's log, and the fast pattern;
// and takes lines apart by the last two.
//
// In: a constant of the statement, later a line. Out: names and types of the
// fields, later where each field stands in the line, as byte offsets; or what is
// wrong with the text, without a position: the caller knows where it stands.
//
// Columns and W3C can be used on several goroutines, a Fast on one at a time.
// Semantics: kda-sql.md §14.
package logformat
