// Package op holds the operators: one flow.Operator a file, named by the SQL
// word or the plan node it serves.
//
// In: batches (borrowed) and watermarks, from a driver on one goroutine. Out:
// batches, rejected rows and the fate of every input row. An operator has no
// goroutine, clock, lock, log or file; it allocates Arrow memory from the
// allocator it was made with and releases what it created once it is emitted.
//
// The contract is in package flow; the semantics of each operator in its file's
// comment and in kda-sql.md.
package op
