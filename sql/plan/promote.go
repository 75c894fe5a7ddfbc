package plan

import (
	"fmt"
	"slices"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// Promote makes a column the rowtime of the rows: AS ROWTIME in a select list
// (kda-sql.md §8.3). Rows come in one order; one whose time goes back is out of order and
// is rejected.
type Promote struct {
	Input  Node
	Column int
}

func (*Promote) node() {}

// Schema is the input's: ROWTIME is another time of the same type.
func (n *Promote) Schema() types.Schema { return n.Input.Schema() }

// Inputs is the one input.
func (n *Promote) Inputs() []Node { return []Node{n.Input} }

// String names the column.
func (n *Promote) String() string { return "Promote " + n.name() + " to ROWTIME" }

// name is the column as its expression was written, where a Project computes it.
func (n *Promote) name() string { return columnSource(n.Input, n.Column) }

func columnSource(n Node, column int) string {
	if p, ok := n.(*Project); ok && p.Input != nil {
		return told(p.Exprs[column], p.Input.Schema())
	}
	return n.Schema().Fields[column].Name
}

// addPromoted adds the item that is AS ROWTIME of a stream: the query prints it, while for
// others it is the time of the row and no column.
func (p *Project) addPromoted(e Expr, item ast.SelectItem) error {
	if slices.ContainsFunc(p.schema.Fields, func(f types.Field) bool { return f.Promoted }) {
		return errorAt(item.Alias.Pos, "the select list sets ROWTIME twice").near(item.Alias.Text)
	}
	if k := e.Type().Kind; k != types.Timestamp {
		return errorAt(item.Expr.Position(), "ROWTIME is a TIMESTAMP, this is %s", e.Type()).near(fmt.Sprint(item.Expr)).
			hint("CAST it to TIMESTAMP")
	}
	p.add(e, types.RowTimeName)
	p.schema.Fields[len(p.Exprs)-1].Promoted = true
	return nil
}

// promoted is the column of a select list that is to be the rowtime, -1 = none.
func (p *Project) promoted() int {
	return slices.IndexFunc(p.schema.Fields, func(f types.Field) bool { return f.Promoted })
}

// settled is the schema of a query that stands in FROM: its AS ROWTIME is ROWTIME, and no
// column beside it.
func settled(s types.Schema) types.Schema {
	for i, f := range s.Fields {
		if f.Promoted {
			s.Fields = slices.Clone(s.Fields)
			s.Fields[i].Hidden, s.Fields[i].Promoted = true, false
			s.Fields[i].Name = "$" + f.Name // found under its own name as the rowtime
		}
	}
	return s
}
