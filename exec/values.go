package exec

import (
	"context"
	"fmt"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
)

// valuesSource is the rows written in a statement, as a source with one shard.
type valuesSource struct {
	n   *plan.Values
	mem memory.Allocator
}

func (v *valuesSource) Shards(context.Context) ([]flow.Shard, error) {
	return []flow.Shard{{ID: "0"}}, nil
}

func (v *valuesSource) Open(context.Context, flow.ShardID, flow.Offset, flow.Scan) (flow.Reader, error) {
	return &valuesReader{source: v}, nil
}

// valuesReader computes one row a page: a statement has few, and each has its
// own expressions.
type valuesReader struct {
	source *valuesSource
	next   int
	rec    arrow.Record
}

func (r *valuesReader) Read(context.Context, int) (flow.Page, error) {
	r.release()
	if r.next == len(r.source.n.Rows) {
		return flow.Page{}, io.EOF
	}
	row := r.source.n.Rows[r.next]
	r.next++
	schema := r.source.n.Schema().Arrow()
	// Constants need a row to stand in, but no columns.
	one := array.NewRecord(arrow.NewSchema(nil, nil), nil, 1)
	defer one.Release()
	columns := make([]arrow.Array, 0, len(row))
	defer func() {
		for _, c := range columns {
			c.Release()
		}
	}()
	evals, err := expr.CompileAll(row)
	if err != nil {
		return flow.Page{}, err
	}
	for _, ev := range evals {
		col, errs := ev.Array(one, nil, r.source.mem)
		columns = append(columns, col)
		if len(errs) > 0 {
			return flow.Page{Bad: []flow.Rejected{{
				Name: errs[0].Name, Message: errs[0].Message, Origin: flow.Origin{Position: fmt.Sprintf("row %d of VALUES", r.next)},
			}}}, nil
		}
	}
	r.rec = array.NewRecord(schema, columns, 1)
	return flow.Page{Rows: flow.Batch{Rec: r.rec}}, nil
}

func (r *valuesReader) Close() error {
	r.release()
	return nil
}

func (r *valuesReader) release() {
	if r.rec != nil {
		r.rec.Release()
		r.rec = nil
	}
}
