// Package file reads files of lines: newline-delimited JSON and CSV.
//
// In: a path, a format and the declared columns. Out: flow.Pages of Arrow
// columns, with the lines that are not rows beside them. Lines end with LF or
// CRLF, rows of CSV with any delimiter instead, the last one also without; blank
// lines are no rows; a quoted CSV field may hold line ends. A line that makes
// several rows is one record: in one page, and rejected as a whole. A file is one
// shard and bounded: it ends where it ended when the reader got there.
//
// ROWTIME is the value of a column, which must not decrease, or the start of the
// job for every row. A position is the byte after a line, together with what
// tells the file from another one: a file that has grown goes on at its old end,
// anything else in its place is an error.
//
// The package writes nothing, starts no goroutine, watches no folder and unpacks
// no archive. A Source may be used from several goroutines, a Reader from one.
//
// Units: times are microseconds since 1970-01-01T00:00:00Z, ROWTIME of them in
// whole milliseconds, sizes are bytes, lines count from 1.
package file
