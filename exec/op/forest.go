package op

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/exec/forest"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// Forest is RANDOM_CUT_FOREST: each row is scored against what was learned of the rows before
// it, and then learned (kda-sql.md §15.3). A row with a NULL, an infinity or a NaN among its
// numbers has a NULL score and is not learned.
type Forest struct {
	mem     memory.Allocator
	n       *plan.Forest
	forest  *forest.Forest
	schema  *arrow.Schema
	point   []float64 // the last rows, the newest last
	filled  int       // rows in it
	columns [][]float64
	above   []float64
	below   []float64
	text    []byte
}

// NewForest makes the operator of a plan node. Equal seeds give equal scores.
func NewForest(n *plan.Forest, seed uint64, mem memory.Allocator) *Forest {
	dims := len(n.Columns) * n.Shingle
	return &Forest{
		mem: mem, n: n, schema: n.Schema().Arrow(), point: make([]float64, dims), columns: make([][]float64, len(n.Columns)),
		above: make([]float64, dims), below: make([]float64, dims),
		forest: forest.New(forest.Options{Dims: dims, Trees: n.Trees, Sample: n.Sample, Decay: n.Decay, Seed: seed}),
	}
}

// Process adds the score to the rows of b.
func (f *Forest) Process(_ context.Context, _ int, b flow.Batch, out flow.Out) error {
	for i, c := range f.n.Columns {
		f.columns[i] = floats(b.Rec.Column(c), f.columns[i])
	}
	rows := b.Sel
	if rows == nil {
		rows = expr.All(int(b.Rec.NumRows()))
	}
	scores := array.NewFloat64Builder(f.mem)
	defer scores.Release()
	why := array.NewStringBuilder(f.mem)
	defer why.Release()
	n := int(b.Rec.NumRows())
	scores.Reserve(n)
	next := 0
	for row := range n {
		if next == len(rows) || rows[next] != uint32(row) {
			scores.AppendNull()
			why.AppendNull()
			continue
		}
		next++
		f.row(row, scores, why)
	}
	out.Count(flow.Passed, len(rows))
	columns := append([]arrow.Array(nil), b.Rec.Columns()...)
	made := []arrow.Array{scores.NewArray()}
	if f.n.Explain {
		made = append(made, why.NewArray())
	}
	defer releaseAll(made)
	rec := array.NewRecord(f.schema, append(columns, made...), b.Rec.NumRows())
	defer rec.Release()
	return out.Emit(flow.Batch{Rec: rec, Sel: b.Sel, Kinds: b.Kinds})
}

// floats is a column of numbers; NULL is NaN.
func floats(a arrow.Array, into []float64) []float64 {
	into = into[:0]
	for i := range a.Len() {
		v := math.NaN()
		if a.IsValid(i) {
			switch a := a.(type) {
			case *array.Int8:
				v = float64(a.Value(i))
			case *array.Int16:
				v = float64(a.Value(i))
			case *array.Int32:
				v = float64(a.Value(i))
			case *array.Int64:
				v = float64(a.Value(i))
			case *array.Float32:
				v = float64(a.Value(i))
			case *array.Float64:
				v = a.Value(i)
			}
		}
		into = append(into, v)
	}
	return into
}

// row scores and learns a row.
func (f *Forest) row(row int, scores *array.Float64Builder, why *array.StringBuilder) {
	for _, c := range f.columns {
		// Sums of widths must stay finite.
		if math.IsNaN(c[row]) || math.Abs(c[row]) > math.MaxFloat64/1e4 {
			scores.AppendNull()
			why.AppendNull()
			return
		}
	}
	k := len(f.columns)
	copy(f.point, f.point[k:])
	for i, c := range f.columns {
		f.point[len(f.point)-k+i] = c[row]
	}
	f.filled = min(f.filled+1, f.n.Shingle)
	if f.filled < f.n.Shingle {
		clear(f.above)
		clear(f.below)
		scores.Append(0)
	} else {
		score := 0.0
		if f.n.Explain {
			f.forest.Attribute(f.point, f.above, f.below)
			for i := range f.above {
				score += f.above[i] + f.below[i]
			}
		} else {
			score = f.forest.Score(f.point)
		}
		scores.Append(score)
		f.forest.Learn(f.point)
	}
	if f.n.Explain {
		f.text = f.explain(f.text[:0])
		why.Append(string(f.text))
	}
}

// explain is an object with a member for each column (kda-sql.md §15.4).
func (f *Forest) explain(dst []byte) []byte {
	dst = append(dst, '{')
	k := len(f.columns)
	for i, c := range f.n.Columns {
		if i > 0 {
			dst = append(dst, ',')
		}
		above, below := 0.0, 0.0
		for j := i; j < len(f.above); j += k {
			above, below = above+f.above[j], below+f.below[j]
		}
		dst = strconv.AppendQuote(dst, f.n.Input.Schema().Fields[c].Name)
		dst = append(dst, ":{"...)
		if f.n.Directional {
			direction := "LOW"
			if above > below {
				direction = "HIGH"
			}
			dst = append(append(dst, `"DIRECTION":"`...), direction...)
			dst = strconv.AppendFloat(append(dst, `","STRENGTH":"`...), math.Abs(above-below), 'f', 4, 64)
			dst = append(dst, `",`...)
		}
		dst = strconv.AppendFloat(append(dst, `"ATTRIBUTION_SCORE":"`...), above+below, 'f', 4, 64)
		dst = append(dst, `"}`...)
	}
	return append(dst, '}')
}

// Advance passes the watermark on: rowtimes stay.
func (f *Forest) Advance(_ context.Context, wm types.Time, _ flow.Out) (types.Time, error) {
	return wm, nil
}

// Held is nothing: no row waits.
func (f *Forest) Held() (waiting, released int64) { return 0, 0 }

// Bytes is the memory of the trees.
func (f *Forest) Bytes() int64 { return f.forest.Bytes() }

// Snapshot copies the trees: some ten kilobytes each, changed all over by the next rows.
func (f *Forest) Snapshot() (flow.Frozen, error) {
	head := binary.LittleEndian.AppendUint64(nil, uint64(f.forest.Count()))
	head = binary.LittleEndian.AppendUint64(head, uint64(f.filled))
	for _, v := range f.point {
		head = binary.LittleEndian.AppendUint64(head, math.Float64bits(v))
	}
	out := frozenForest{head}
	for i := range f.n.Trees {
		out = append(out, f.forest.AppendTree(nil, i))
	}
	return out, nil
}

// frozenForest is the counts and the last rows, then each tree.
type frozenForest [][]byte

// WriteTo is flow.Frozen's.
func (f frozenForest) WriteTo(w flow.StateWriter) error {
	for i, p := range f {
		if err := w.WriteChunk(strconv.Itoa(i), p); err != nil {
			return err
		}
	}
	return nil
}

// Release is flow.Frozen's.
func (frozenForest) Release() {}

// Restore takes the trees back.
func (f *Forest) Restore(r flow.StateReader) error {
	_, head, err := r.NextChunk()
	if err != nil || len(head) != 16+8*len(f.point) {
		return fmt.Errorf("%w: a head of %d bytes (%v)", errState, len(head), err)
	}
	f.forest.SetCount(int64(binary.LittleEndian.Uint64(head)))
	f.filled = int(binary.LittleEndian.Uint64(head[8:]))
	for i := range f.point {
		f.point[i] = math.Float64frombits(binary.LittleEndian.Uint64(head[16+8*i:]))
	}
	for i := range f.n.Trees {
		_, p, err := r.NextChunk()
		if err != nil {
			return fmt.Errorf("%w: tree %d: %w", errState, i, err)
		}
		if err := f.forest.ReadTree(i, p); err != nil {
			return fmt.Errorf("%w: %w", errState, err)
		}
	}
	return nil
}

// Close has nothing to release.
func (f *Forest) Close() error { return nil }
