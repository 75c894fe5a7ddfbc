// Package parse turns SQL text into statements of sql/ast.
//
// In: one script, UTF-8, statements separated by semicolons; the dialect is that of Kinesis Data Analytics, widened by
// CREATE TABLE, CREATE CRAWLER, LIMIT, COUNT(DISTINCT), FILTER, named arguments of TABLE(f(...)) and back-quoted names. It has no
// hints: /*+ ... */ is a comment. Out: one ast.Statement each, with the position of every
// node and the source text of every statement (ast.Statement.SourceText), or one *Error with line, column, offending text and hint.
//
// The way of a statement: lexer.go makes tokens; statement.go picks the statement, which is recursive descent in a file of its own; queries
// and expressions go through rewrite.go, which lowers the tokens to a skeleton of plain MySQL, sqlparser, which sees only the skeleton, and convert.go,
// which turns sqlparser's tree into sql/ast. In the skeleton every name is `#N` and every literal :vN, N being the index of a token,
// so nothing of the user's text can collide with MySQL, and every node of the result knows its tokens. Operators are taken
// from the tokens again, which is how the skeleton may write + for || and LIKE for SIMILAR TO: same strength, exact meaning.
//
// Windows, table functions, and the clauses WINDOW and WINDOWED BY go to the side table or beside the skeleton: sqlparser has
// no shape for them. Their expressions go the same way, each through a skeleton of its own.
//
// What it never does: resolve a name, know a function or an option, check a type, read a date. No sqlparser type leaves
// the package, and sqlparser never sees the user's text. A construct that is not supported is an error that names it, never another reading.
//
// Units: offsets are bytes from 0, lines and columns count from 1, columns in Unicode code points.
//
// Concurrency: all functions may be called from any number of goroutines. They block for nothing.
package parse
