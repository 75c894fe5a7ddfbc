// Package expr evaluates bound expressions (sql/plan) over batches, a column at
// a time.
//
// In: an Arrow record and the rows of it that live. Out: an Arrow column, or a
// narrowed selection; and the rows whose value could not be computed, each with
// the class and text of its error. A row that failed has no value; the operator
// rejects it.
//
// Values travel between kernels in four classes (Vec): whole numbers, floats,
// booleans and bytes. Only live rows are computed: a row that a filter removed,
// or a CASE branch that was not taken, cannot fail.
//
// The evaluators of one projection are compiled together (CompileAll): fields of the
// same record, which a log parser gives, share the node that parses, and a line is
// parsed once.
//
// An Evaluator belongs to one operator and so to one goroutine: its scratch
// columns are used again for the next batch. Arrow memory comes from the
// allocator of the call. Semantics: kda-sql.md §3, §4, §13.
package expr
