package ast

import "strings"

// TableFunc is TABLE(Name(Args)) in FROM. Window and Alias are nil when absent.
type TableFunc struct {
	Name          Qualified
	Args          []TableArg
	Window        *Window
	Alias         *Name
	ColumnAliases []Name
	Pos
}

// TableArg is one argument of a TableFunc: exactly one of Expr, Query, Table and Columns is set. Name is the name before
// =>, nil for an argument that goes by its place.
type TableArg struct {
	Name        *Name
	Expr        Expr
	Query       Query      // CURSOR(Query)
	Table       *TableName // TABLE name, without alias
	PartitionBy []Expr     // of Table
	Columns     []Name     // DESCRIPTOR(Columns)
	Pos
}

func (*TableFunc) tableRef() {}

// String returns TABLE(name(arguments)) with its alias.
func (t *TableFunc) String() string {
	return aliased("TABLE("+callName(t.Name)+"("+joinNodes(t.Args)+"))", t.Window, t.Alias, t.ColumnAliases)
}

// String returns the argument.
func (a TableArg) String() string {
	var b strings.Builder
	if a.Name != nil {
		b.WriteString(a.Name.String() + " => ")
	}
	switch {
	case a.Query != nil:
		b.WriteString("CURSOR(" + a.Query.String() + ")")
	case a.Columns != nil:
		b.WriteString("DESCRIPTOR(" + joinNodes(a.Columns) + ")")
	case a.Table != nil:
		b.WriteString("TABLE " + a.Table.Parts.String())
		if len(a.PartitionBy) > 0 {
			b.WriteString(" PARTITION BY (" + joinNodes(a.PartitionBy) + ")")
		}
	default:
		b.WriteString(a.Expr.String())
	}
	return b.String()
}
