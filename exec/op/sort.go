package op

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// Sort orders a finite relation: it keeps every row until the end of input.
// Rows with equal keys stay in input order.
type Sort struct {
	mem     memory.Allocator
	keys    []*expr.Evaluator
	order   []plan.SortKey
	rejects rejects

	batches []flow.Batch
	columns [][]arrow.Array // per key: its column of each batch
	refs    []ref
	gone    int64 // rows let go
	held    int64 // bytes
}

// NewSort makes the operator of a plan node.
func NewSort(n *plan.Sort, mem memory.Allocator) (*Sort, error) {
	s := &Sort{mem: mem, order: n.Keys, columns: make([][]arrow.Array, len(n.Keys))}
	for _, k := range n.Keys {
		e, err := expr.Compile(k.Expr)
		if err != nil {
			return nil, err
		}
		s.keys = append(s.keys, e)
	}
	return s, nil
}

// Process keeps b and its key columns.
func (s *Sort) Process(_ context.Context, _ int, b flow.Batch, out flow.Out) error {
	var errs []expr.RowError
	for k, e := range s.keys {
		col, bad := e.Array(b.Rec, b.Sel, s.mem)
		s.columns[k] = append(s.columns[k], col)
		errs = mergeErrors(errs, bad)
	}
	s.batches = append(s.batches, b.Keep())
	s.held += recordBytes(b)
	if err := s.rejects.report(b, -1, errs, out); err != nil {
		return err
	}
	sel := b.Sel
	if sel == nil {
		sel = expr.All(int(b.Rec.NumRows()))
	}
	sel = s.rejects.without(sel, errs)
	for _, row := range sel {
		s.refs = append(s.refs, ref{int32(len(s.batches) - 1), int32(row)})
	}
	s.held += 8 * int64(len(sel))
	out.Count(flow.Absorbed, len(sel))
	return nil
}

// Advance emits everything, ordered, at the end of input.
func (s *Sort) Advance(_ context.Context, wm types.Time, out flow.Out) (types.Time, error) {
	if wm != types.MaxTime || len(s.refs) == 0 {
		return wm, nil
	}
	slices.SortStableFunc(s.refs, s.compare)
	recs := make([]arrow.Record, len(s.batches))
	for i, b := range s.batches {
		recs[i] = b.Rec
	}
	for part := range slices.Chunk(s.refs, chunkRows) {
		rec := gatherRecord(recs[0].Schema(), recs, part, s.mem)
		err := out.Emit(flow.Batch{Rec: rec})
		rec.Release()
		if err != nil {
			return wm, err
		}
		s.gone += int64(len(part))
	}
	return wm, s.Close()
}

// chunkRows is how many rows an operator that releases many at once puts into
// one batch: what fits the caches of the operators behind it.
const chunkRows = 4096

func (s *Sort) compare(a, b ref) int {
	for k, key := range s.order {
		if c := compareNullable(s.columns[k][a.src], int(a.row), s.columns[k][b.src], int(b.row), key.NullsFirst, key.Desc); c != 0 {
			return c
		}
	}
	return 0
}

// compareValues orders two values of one type, neither NULL.
func compareValues(a arrow.Array, i int, b arrow.Array, j int) int {
	switch a := a.(type) {
	case *array.Boolean:
		x, y := a.Value(i), b.(*array.Boolean).Value(j)
		switch {
		case x == y:
			return 0
		case y:
			return -1
		}
		return 1
	case *array.Int8:
		return cmp.Compare(a.Value(i), b.(*array.Int8).Value(j))
	case *array.Int16:
		return cmp.Compare(a.Value(i), b.(*array.Int16).Value(j))
	case *array.Int32:
		return cmp.Compare(a.Value(i), b.(*array.Int32).Value(j))
	case *array.Int64:
		return cmp.Compare(a.Value(i), b.(*array.Int64).Value(j))
	case *array.Float32:
		return expr.CompareFloats(float64(a.Value(i)), float64(b.(*array.Float32).Value(j)))
	case *array.Float64:
		return expr.CompareFloats(a.Value(i), b.(*array.Float64).Value(j))
	case *array.Date32:
		return cmp.Compare(a.Value(i), b.(*array.Date32).Value(j))
	case *array.Time64:
		return cmp.Compare(a.Value(i), b.(*array.Time64).Value(j))
	case *array.Timestamp:
		return cmp.Compare(a.Value(i), b.(*array.Timestamp).Value(j))
	case *array.Decimal128:
		return cmp.Compare(int64(a.Value(i).LowBits()), int64(b.(*array.Decimal128).Value(j).LowBits()))
	case *array.String:
		return cmp.Compare(a.Value(i), b.(*array.String).Value(j))
	case *array.Binary:
		return bytes.Compare(a.Value(i), b.(*array.Binary).Value(j))
	case *array.Duration:
		return cmp.Compare(a.Value(i), b.(*array.Duration).Value(j))
	case *array.MonthInterval:
		return cmp.Compare(a.Value(i), b.(*array.MonthInterval).Value(j))
	}
	panic(fmt.Sprintf("no order of %s", a.DataType()))
}

// Held is how many rows wait, and how many were let go.
func (s *Sort) Held() (waiting, released int64) { return int64(len(s.refs)), s.gone }

// Bytes is the memory of the rows.
func (s *Sort) Bytes() int64 { return s.held }

// Close releases the rows held.
func (s *Sort) Close() error {
	s.held = 0
	for _, b := range s.batches {
		b.Release()
	}
	for k := range s.columns {
		for _, c := range s.columns[k] {
			c.Release()
		}
		s.columns[k] = nil
	}
	s.batches, s.refs = nil, nil
	return nil
}
