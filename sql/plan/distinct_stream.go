package plan

import (
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// StreamDistinct is SELECT STREAM DISTINCT: a row passes when its Keys, columns of the
// input, are seen for the first time since the column Moving, one of them, has changed
// (kda-sql.md §9.3). Rows come in order of rowtime.
type StreamDistinct struct {
	Input  Node
	Keys   []int
	Moving int
}

func (*StreamDistinct) node() {}

// Schema is the input's.
func (n *StreamDistinct) Schema() types.Schema { return n.Input.Schema() }

// Inputs is the one input.
func (n *StreamDistinct) Inputs() []Node { return []Node{n.Input} }

// String names the columns.
func (n *StreamDistinct) String() string {
	names := make([]string, len(n.Keys))
	for i, k := range n.Keys {
		names[i] = n.Schema().Fields[k].Name
	}
	return "Distinct " + strings.Join(names, ", ") + " until another " + columnSource(n.Input, n.Moving)
}

// distinctStream removes the repeated rows of a select list.
func distinctStream(n Node, p *Project, q *ast.Select) (Node, error) {
	out := &StreamDistinct{Input: sorted(n), Moving: -1}
	for _, i := range p.schema.Visible() {
		if isRowTime(p.Exprs[i], p.Input) || p.schema.Fields[i].Promoted {
			continue // ROWTIME tells rows apart that are otherwise equal
		}
		out.Keys = append(out.Keys, i)
		if c := (&Column{Index: i, Of: p.Exprs[i].Type()}); out.Moving < 0 && directionOf(c, n).moves() {
			out.Moving = i
		}
	}
	if out.Moving < 0 {
		return nil, errorAt(q.Pos, "SELECT DISTINCT of a stream would keep every row for ever").near("DISTINCT").
			hint("select what never goes back, as FLOOR(s.ROWTIME TO HOUR): rows are distinct until it changes")
	}
	return out, nil
}
