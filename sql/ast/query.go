package ast

// Query is *Select, *SetOp, *Values or *With. The set is closed.
type Query interface {
	Node
	query()
}

// Tail is what may follow any query. Limit and Offset are nil when absent.
type Tail struct {
	OrderBy []OrderItem
	Limit   Expr
	Offset  Expr
}

// Select is SELECT. From is empty without FROM; Where, Stagger and Having are nil when absent. Stagger and GroupBy exclude each other.
type Select struct {
	Stream   bool
	Distinct bool
	Items    []SelectItem
	From     []TableRef
	Where    Expr
	GroupBy  []Expr
	Stagger  *Stagger
	Having   Expr
	Windows  []NamedWindow
	Tail
	Pos
}

// SetOp is L UNION [ALL] R and its kin; Op is UNION, EXCEPT or INTERSECT. Its position is that of the operator.
type SetOp struct {
	Op   string
	All  bool
	L, R Query
	Tail
	Pos
}

// Values is VALUES with one or more rows, each of one or more expressions.
type Values struct {
	Rows [][]Expr
	Tail
	Pos
}

// With is WITH Entries Body. An entry is named by those behind it and by the body.
type With struct {
	Entries []CTE
	Body    Query
	Pos
}

// CTE is one entry of With; Columns is empty where its query's names hold.
type CTE struct {
	Name    Name
	Columns []Name
	Query   Query
}

func (*With) query()   {}
func (*Select) query() {}
func (*SetOp) query()  {}
func (*Values) query() {}

// SelectItem is one entry of a select list: Expr, which may be a *Star, and its alias, nil when absent.
type SelectItem struct {
	Expr  Expr
	Alias *Name
}

// Nulls says where ORDER BY puts NULL.
type Nulls uint8

// The places of NULL: not written, NULLS FIRST, NULLS LAST.
const (
	NullsDefault Nulls = iota
	NullsFirst
	NullsLast
)

// OrderItem is one key of ORDER BY. Within is the bound of ORDER BY t WITHIN INTERVAL ..., else nil.
type OrderItem struct {
	Expr   Expr
	Desc   bool
	Nulls  Nulls
	Within Expr
}

// TableRef is *TableName, *SubqueryRef, *TableFunc or *Join. The set is closed.
type TableRef interface {
	Node
	tableRef()
}

// TableName is a stream, table or view by name. Window, that of a join, and Alias are nil when absent.
type TableName struct {
	Parts         Qualified
	Window        *Window
	Alias         *Name
	ColumnAliases []Name
	Pos
}

// SubqueryRef is a query in FROM. Window, that of a join, and Alias are nil when absent.
type SubqueryRef struct {
	Query         Query
	Window        *Window
	Alias         *Name
	ColumnAliases []Name
	Pos
}

// JoinKind is the kind of a Join.
type JoinKind string

// The kinds of joins.
const (
	InnerJoin JoinKind = "INNER"
	LeftJoin  JoinKind = "LEFT"
	RightJoin JoinKind = "RIGHT"
	FullJoin  JoinKind = "FULL"
	CrossJoin JoinKind = "CROSS"
)

// Join joins two relations by On, by Using or, with Natural, by equal names; a CROSS join has none of them. A comma is no Join: it
// makes Select.From longer. Its position is that of its first keyword.
type Join struct {
	Kind    JoinKind
	Natural bool
	L, R    TableRef
	On      Expr
	Using   []Name
	Pos
}

func (*TableName) tableRef()   {}
func (*SubqueryRef) tableRef() {}
func (*Join) tableRef()        {}
