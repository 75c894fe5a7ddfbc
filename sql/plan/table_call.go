package plan

import (
	"slices"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// tableCall binds a table function of the embedding program: its arguments are the
// columns of the one query that it takes (kda-sql.md §12).
func (b *Binder) tableCall(ref *ast.TableFunc, list []*UserFunction, streaming bool) (Node, error) {
	name := ref.Name.Last()
	if len(ref.Args) != 1 || ref.Args[0].Name != nil || ref.Args[0].Query == nil && ref.Args[0].Table == nil {
		return nil, errorAt(name.Pos, "%s takes one query", name.Text).near(name.Text).
			hint("write TABLE(%s(CURSOR(query))); what else the function needs is a column of the query", name.Text)
	}
	arg := ref.Args[0]
	if len(arg.PartitionBy) > 0 {
		return nil, errorAt(arg.PartitionBy[0].Position(), "%s takes each row by itself: it has no PARTITION BY", name.Text).near(name.Text)
	}
	in, columns, err := b.rowsOf(arg, streaming)
	if err != nil {
		return nil, err
	}
	var args []Expr
	for _, i := range columns.Visible() {
		f := columns.Fields[i]
		args = append(args, &Column{Index: i, Name: f.Name, Of: f.Type})
	}
	n := &TableCall{Input: in}
	if n.User, n.Args, err = overload(list, args, name.Pos); err != nil {
		return nil, err
	}
	n.schema = types.NewSchema(n.User.Columns...)
	if columns.RowTime >= 0 {
		n.schema.RowTime = n.carry(columns.RowTime)
	}
	return n, nil
}

// rowsOf binds CURSOR(query) or TABLE name.
func (b *Binder) rowsOf(arg ast.TableArg, streaming bool) (Node, types.Schema, error) {
	if arg.Table != nil {
		n, sc, err := b.tableRef(arg.Table, streaming)
		if err != nil {
			return nil, types.Schema{}, err
		}
		return n, sc.schema, nil
	}
	n, err := b.query(arg.Query, streaming && !b.isFinite(arg.Query))
	if err != nil {
		return nil, types.Schema{}, err
	}
	return n, settled(n.Schema()), nil
}

// carry adds a column of the input, hidden, behind those that are there, and gives its
// place.
func (n *TableCall) carry(from int) int {
	f := n.Input.Schema().Fields[from]
	f.Hidden = true
	n.Carry = append(slices.Clone(n.Carry), from)
	n.schema.Fields = append(slices.Clone(n.schema.Fields), f)
	return len(n.schema.Fields) - 1
}
