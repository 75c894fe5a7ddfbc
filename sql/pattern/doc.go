// Package pattern compiles the patterns of SQL: regular expressions as Java
// writes them, and those of SIMILAR TO.
//
// In: a pattern's text. Out: a Regex that searches bytes, or what is wrong with
// the text, without a position: the caller knows where it stands. A pattern that
// Go's linear engine can run with the same meaning runs there; look-around,
// back-references and the like go to a backtracking engine, which gives up after
// Timeout.
//
// A Regex can be used on several goroutines. Semantics: kda-sql.md §4.5, §13.11.
package pattern
