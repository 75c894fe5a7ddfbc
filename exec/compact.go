package exec

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/exec/op"
)

// Compact is the live rows of some columns of b as a record of their own, which
// the caller releases; schema describes the columns. Nothing is copied where all
// rows live.
func Compact(b flow.Batch, schema *arrow.Schema, columns []int, mem memory.Allocator) arrow.Record {
	return op.Compact(b, schema, columns, mem)
}
