package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// Forest is RANDOM_CUT_FOREST: the rows of Input with the anomaly score of their Columns,
// which are numbers (kda-sql.md §15.3). Rows are scored in one order, and ROWTIME stays.
// With Explain there is a column that says why, with Directional also to which side.
type Forest struct {
	Input                         Node
	Columns                       []int
	Trees, Sample, Decay, Shingle int
	Explain, Directional          bool
	schema                        types.Schema
}

// The columns that RANDOM_CUT_FOREST adds.
const (
	scoreName       = "ANOMALY_SCORE"
	explanationName = "ANOMALY_EXPLANATION"
)

// maxForestColumns is how many numbers a row may have.
const maxForestColumns = 30

func (*Forest) node() {}

// Schema is the columns of the input, the score and, with Explain, the explanation.
func (n *Forest) Schema() types.Schema { return n.schema }

// Inputs is the one input.
func (n *Forest) Inputs() []Node { return []Node{n.Input} }

// String names the columns and the parameters.
func (n *Forest) String() string {
	names := make([]string, len(n.Columns))
	for i, c := range n.Columns {
		names[i] = n.Input.Schema().Fields[c].Name
	}
	s := fmt.Sprintf("Random cut forest of %s: %d trees of %d points, decay %d", strings.Join(names, ", "), n.Trees, n.Sample, n.Decay)
	if n.Shingle > 1 {
		s += fmt.Sprintf(", %d rows a point", n.Shingle)
	}
	return s
}

// forest binds RANDOM_CUT_FOREST(CURSOR(query) [, trees, sample, decay, shingle]).
func forest(b *Binder, ref *ast.TableFunc, streaming bool) (Node, error) {
	return b.forest(ref, streaming, false)
}

// forestExplained binds RANDOM_CUT_FOREST_WITH_EXPLANATION, which has one argument more.
func forestExplained(b *Binder, ref *ast.TableFunc, streaming bool) (Node, error) {
	return b.forest(ref, streaming, true)
}

func (b *Binder) forest(ref *ast.TableFunc, streaming, explain bool) (Node, error) {
	n := &Forest{Trees: 100, Sample: 256, Decay: 100_000, Shingle: 1, Explain: explain}
	params := []tableParam{
		{"numberOfTrees", 1, 1000, &n.Trees}, {"subSampleSize", 10, 1000, &n.Sample},
		{"timeDecay", 1, 1<<31 - 1, &n.Decay}, {"shingleSize", 1, 30, &n.Shingle},
	}
	var flags []tableFlag
	if explain {
		flags = []tableFlag{{"withDirectionality", &n.Directional}}
	}
	in, columns, err := b.tableArgs(ref, streaming, params, flags)
	if err != nil {
		return nil, err
	}
	name := ref.Name.Last()
	if n.Decay <= n.Sample {
		return nil, errorAt(name.Pos, "%s: timeDecay must be greater than subSampleSize, %d is not above %d", name.Text, n.Decay, n.Sample).near(name.Text)
	}
	n.Input = sorted(in)
	for _, i := range columns.Visible() {
		if t := columns.Fields[i].Type; t.IsInteger() || t.IsApproximate() {
			n.Columns = append(n.Columns, i)
		}
	}
	if len(n.Columns) == 0 || len(n.Columns) > maxForestColumns {
		return nil, errorAt(name.Pos, "%s takes 1 to %d columns of numbers, the query has %d", name.Text, maxForestColumns, len(n.Columns)).near(name.Text).
			hint("integers, REAL and DOUBLE count; CAST a DECIMAL to DOUBLE")
	}
	n.schema = types.Schema{Fields: slices.Clone(columns.Fields), RowTime: columns.RowTime}
	n.schema.Fields = append(n.schema.Fields, types.Field{Name: scoreName, Type: types.Of(types.Double)})
	if explain {
		n.schema.Fields = append(n.schema.Fields, types.Field{Name: explanationName, Type: types.VarcharOf(20480)})
	}
	return n, nil
}
