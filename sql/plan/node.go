package plan

import (
	"fmt"
	"strings"

	"github.com/millrace-sql/millrace/sql/types"
)

// Node is a step of a query. The set is closed; exec has one operator for each.
// String is the node's own line of EXPLAIN.
type Node interface {
	Schema() types.Schema
	Inputs() []Node
	String() string
	node()
}

type (
	// Scan reads a relation: Columns of its schema, in that order. Ranges are
	// hints for skipping data, over the same indexes. Bounded reads a stream to
	// its present end, as a finite relation.
	Scan struct {
		Relation *Relation
		Columns  []int
		Ranges   []Range
		Bounded  bool
		schema   types.Schema
	}
	// Range says that only rows with Low <= column <= High are wanted; a nil bound
	// is open. Bounds are values of Literal.
	Range struct {
		Column    int
		Low, High any
	}
	// Values is rows written in the statement.
	Values struct {
		Rows   [][]Expr
		schema types.Schema
	}
	// Filter keeps the rows where Cond is TRUE. Having tells that it stands behind
	// an Aggregate.
	Filter struct {
		Input  Node
		Cond   Expr
		Having bool
	}
	// Project computes columns. A NOT NULL field of its schema is checked.
	Project struct {
		Input  Node
		Exprs  []Expr
		schema types.Schema
		now    map[int]bool // while binding: the items that are ROWTIME and nothing else
	}
	// Aggregate groups by Keys; its columns are the keys, then the Calls, then, if
	// there is a Window, the hidden ROWTIME: the window's end.
	Aggregate struct {
		Input  Node
		Keys   []Expr
		Calls  []AggregateCall
		Window *Window
		schema types.Schema
	}
	// Window is what ends the groups of a streaming GROUP BY: the key at place Key
	// becomes another one (kda-sql.md §8.5, §9.1). Mostly it is Step of the input's
	// rowtime; its value is then the bucket's start, with Ceil the end of a bucket (start,
	// end]. Of, where it is not nil, is any other function of the rowtime, which is
	// column 0. With Change the key comes from the rows themselves: they must be in order,
	// and groups end where a row has another value.
	Window struct {
		Key    int
		Step   types.Step
		Ceil   bool
		Of     Expr
		Change bool
	}
	// AggregateCall is one aggregate; Args is empty for COUNT(*). User is set for one
	// that is not the engine's, which alone may have several arguments.
	AggregateCall struct {
		Func string
		Args []Expr
		Of   types.Type
		User *UserFunction
	}
	// TableCall is the rows that a function of the embedding program makes of each row
	// of Input, from Args. Its columns are the function's, then the columns of the input
	// that Carry names: every row that comes of one has them.
	TableCall struct {
		Input  Node
		User   *UserFunction
		Args   []Expr
		Carry  []int
		schema types.Schema
	}
	// Lookup joins each row of Input with the rows of a finite relation that have
	// equal keys and satisfy On (nil = all), which is over the columns of both sides.
	// The Kind says what becomes of the row. NULL keys are equal with NullSafe, and
	// have no partner otherwise. The last In keys are the operands of IN: where no
	// partner is certain, their NULLs can make the answer UNKNOWN.
	Lookup struct {
		Kind                 LookupKind
		Input, Table         Node
		InputKeys, TableKeys []Expr
		In                   int
		NullSafe             bool
		On                   Expr
		schema               types.Schema
	}
	// Sort orders a finite relation.
	Sort struct {
		Input Node
		Keys  []SortKey
	}
	// SortKey is one key of a Sort.
	SortKey struct {
		Expr       Expr
		Desc       bool
		NullsFirst bool
	}
	// EventTime gives the rows of a scan their declared time, in log order, and the
	// watermark that goes with it.
	EventTime struct {
		Input Node
		Watermark
	}
	// TimeSort puts the rows of a stream into the order of their rowtime.
	TimeSort struct{ Input Node }
	// Exchange puts the shards into one order and divides the rows by the hash of Keys,
	// columns of the input, among a fixed number of partitions.
	Exchange struct {
		Input Node
		Keys  []int
	}
	// Limit passes Count rows after the first Offset; Count < 0 = all.
	Limit struct {
		Input         Node
		Count, Offset int64
	}
	// Union is UNION ALL: on streams a merge by rowtime, on finite relations one
	// input after the other.
	Union struct {
		Branches []Node
		schema   types.Schema
	}
)

// LookupKind is what a Lookup makes of a row and its partners.
type LookupKind uint8

// The kinds of Lookup. The first three have the columns of the input and then the
// table's, ROWTIME staying where it was.
const (
	// LookupInner is a row for each partner.
	LookupInner LookupKind = iota
	// LookupLeft gives a row without a partner NULLs.
	LookupLeft
	// LookupSingle is LookupLeft for a scalar subquery: a second partner is an error of
	// the row.
	LookupSingle
	// LookupSemi keeps the rows that have a partner.
	LookupSemi
	// LookupAnti keeps the rows that certainly have none.
	LookupAnti
	// LookupMark adds a column that says so: TRUE, FALSE or UNKNOWN.
	LookupMark
)

// Pairs tells whether rows come with the columns of their partners.
func (k LookupKind) Pairs() bool { return k <= LookupSingle }

// String is the operator's name.
func (k LookupKind) String() string {
	return [...]string{"Join", "Left join", "Scalar subquery", "Semi join", "Anti join", "Mark join"}[k]
}

func (*Scan) node()      {}
func (*Values) node()    {}
func (*Filter) node()    {}
func (*Project) node()   {}
func (*Aggregate) node() {}
func (*TableCall) node() {}
func (*Lookup) node()    {}
func (*Sort) node()      {}
func (*EventTime) node() {}
func (*TimeSort) node()  {}
func (*Exchange) node()  {}
func (*Limit) node()     {}
func (*Union) node()     {}

// Schema is the columns read.
func (n *Scan) Schema() types.Schema { return n.schema }

// Schema is one column per value.
func (n *Values) Schema() types.Schema { return n.schema }

// Schema is the input's.
func (n *Filter) Schema() types.Schema { return n.Input.Schema() }

// Schema is the computed columns.
func (n *Project) Schema() types.Schema { return n.schema }

// Schema is keys, aggregates and rowtime.
func (n *Aggregate) Schema() types.Schema { return n.schema }

// Schema is the function's columns and those carried.
func (n *TableCall) Schema() types.Schema { return n.schema }

// Schema is the columns of both sides, of the input, or of the input and the mark.
func (n *Lookup) Schema() types.Schema { return n.schema }

// Schema is the input's.
func (n *Sort) Schema() types.Schema { return n.Input.Schema() }

// Schema is the input's: ROWTIME is another time of the same type.
func (n *EventTime) Schema() types.Schema { return n.Input.Schema() }

// Schema is the input's.
func (n *TimeSort) Schema() types.Schema { return n.Input.Schema() }

// Schema is the input's.
func (n *Exchange) Schema() types.Schema { return n.Input.Schema() }

// Schema is the input's.
func (n *Limit) Schema() types.Schema { return n.Input.Schema() }

// Schema is the first branch's names with the common types.
func (n *Union) Schema() types.Schema { return n.schema }

// Inputs is empty: a scan is a leaf.
func (n *Scan) Inputs() []Node { return nil }

// Inputs is empty.
func (n *Values) Inputs() []Node { return nil }

// Inputs is the one input.
func (n *Filter) Inputs() []Node { return []Node{n.Input} }

// Inputs is the one input.
func (n *Project) Inputs() []Node { return []Node{n.Input} }

// Inputs is the one input.
func (n *Aggregate) Inputs() []Node { return []Node{n.Input} }

// Inputs is the one input.
func (n *TableCall) Inputs() []Node { return []Node{n.Input} }

// Inputs is the streaming side, then the table.
func (n *Lookup) Inputs() []Node { return []Node{n.Input, n.Table} }

// Inputs is the one input.
func (n *Sort) Inputs() []Node { return []Node{n.Input} }

// Inputs is the one input.
func (n *EventTime) Inputs() []Node { return []Node{n.Input} }

// Inputs is the one input.
func (n *TimeSort) Inputs() []Node { return []Node{n.Input} }

// Inputs is the one input.
func (n *Exchange) Inputs() []Node { return []Node{n.Input} }

// Inputs is the one input.
func (n *Limit) Inputs() []Node { return []Node{n.Input} }

// Inputs is the branches as written.
func (n *Union) Inputs() []Node { return n.Branches }

// String names the relation and what is read of it.
func (n *Scan) String() string {
	names := make([]string, len(n.Columns))
	for i, c := range n.Columns {
		names[i] = n.Relation.Schema.Fields[c].Name
	}
	kind := "stream"
	switch {
	case !n.Relation.Stream:
		kind = "table"
	case n.Bounded:
		kind = "stream to its end"
	case n.Relation.Connector == InApplication:
		kind = "in-application stream"
	}
	s := fmt.Sprintf("Scan %s %s [%s]", kind, n.Relation, strings.Join(names, ", "))
	for _, r := range n.Ranges {
		s += " range " + n.rangeString(r)
	}
	return s
}

func (n *Scan) rangeString(r Range) string {
	f := n.Relation.Schema.Fields[r.Column]
	low, high := (&Literal{r.Low, f.Type}).String(), (&Literal{r.High, f.Type}).String()
	switch {
	case r.Low == nil:
		return f.Name + " <= " + high
	case r.High == nil:
		return f.Name + " >= " + low
	case low == high:
		return f.Name + " = " + low
	}
	return f.Name + " from " + low + " to " + high
}

// String counts the rows.
func (n *Values) String() string { return fmt.Sprintf("Values %d rows", len(n.Rows)) }

// String is the condition.
func (n *Filter) String() string {
	if n.Having {
		return "Having " + told(n.Cond, n.Schema())
	}
	return "Filter " + told(n.Cond, n.Schema())
}

// String is the list of columns.
func (n *Project) String() string {
	parts := toldAll(n.Exprs, n.Input.Schema())
	for i, f := range n.schema.Fields {
		if parts[i] != f.Name {
			parts[i] += " AS " + f.Name
		}
	}
	return "Project " + strings.Join(parts, ", ")
}

// String names the window, the keys and the aggregates.
func (n *Aggregate) String() string {
	in := n.Input.Schema()
	var keys []string
	for i, k := range n.Keys {
		if n.Window == nil || i != n.Window.Key {
			keys = append(keys, told(k, in))
		}
	}
	s := "Aggregate"
	if n.Window != nil {
		if s += " tumbling window "; n.Window.Change {
			s += "until another "
		}
		s += told(n.Keys[n.Window.Key], in)
	}
	if len(keys) > 0 {
		s += " by " + strings.Join(keys, ", ")
	}
	calls := make([]string, len(n.Calls))
	for i, c := range n.Calls {
		calls[i] = c.told(in)
	}
	if len(calls) == 0 && n.Window == nil {
		return "Distinct " + strings.Join(keys, ", ")
	}
	return s + ": " + strings.Join(calls, ", ")
}

// String is the call.
func (c AggregateCall) String() string {
	parts := make([]string, len(c.Args))
	for i, a := range c.Args {
		parts[i] = a.String()
	}
	return c.text(parts)
}

// told is the call as EXPLAIN prints it, and as its column is called.
func (c AggregateCall) told(in types.Schema) string { return c.text(toldAll(c.Args, in)) }

func (c AggregateCall) text(args []string) string {
	if c.User == nil && len(args) == 0 {
		return c.Func + "(*)"
	}
	return c.Func + "(" + strings.Join(args, ", ") + ")"
}

// String is the function, what it takes and what it gives.
func (n *TableCall) String() string {
	names := make([]string, len(n.User.Columns))
	for i, f := range n.User.Columns {
		names[i] = f.Name
	}
	return fmt.Sprintf("Table function %s(%s): %s", n.User.Name, strings.Join(toldAll(n.Args, n.Input.Schema()), ", "), strings.Join(names, ", "))
}

// String is the kind of join and its condition.
func (n *Lookup) String() string {
	s := n.Kind.String()
	if n.Kind == LookupInner || n.Kind == LookupLeft {
		s += " table"
	}
	var conds []string
	for i := range n.InputKeys {
		op := " = "
		switch {
		case n.NullSafe:
			op = " IS NOT DISTINCT FROM "
		case i >= len(n.InputKeys)-n.In:
			op = " IN "
		}
		conds = append(conds, told(n.InputKeys[i], n.Input.Schema())+op+told(n.TableKeys[i], n.Table.Schema()))
	}
	if n.On != nil {
		conds = append(conds, told(n.On, n.pair()))
	}
	switch {
	case len(conds) > 0:
		return s + " on " + strings.Join(conds, " AND ")
	case n.Kind == LookupInner || n.Kind == LookupLeft:
		return s + ", every pair"
	case n.Kind == LookupSingle:
		return s
	}
	return s + " on any row"
}

// pair is the columns of both sides, over which On is computed.
func (n *Lookup) pair() types.Schema {
	in, table := n.Input.Schema().Fields, n.Table.Schema().Fields
	return types.NewSchema(append(in[:len(in):len(in)], table...)...)
}

// String is the keys.
func (n *Sort) String() string {
	return "Sort by " + strings.Join(toldKeys(n.Keys, n.Input.Schema()), ", ")
}

func toldKeys(keys []SortKey, in types.Schema) []string {
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = told(k.Expr, in)
		if k.Desc {
			parts[i] += " DESC"
		}
	}
	return parts
}

// String is the declaration.
func (n *EventTime) String() string {
	s := fmt.Sprintf("Event time %s, watermark %s", n.Schema().Fields[n.Column].Name, told(n.Bound, n.Schema()))
	if n.Idle > 0 {
		s += fmt.Sprintf(", idle after %s", n.Idle.Duration())
	}
	if n.Skew > 0 {
		s += fmt.Sprintf(", at most %s ahead", n.Skew.Duration())
	}
	return s
}

// String says until when rows are kept.
func (n *TimeSort) String() string { return "Sort by ROWTIME up to the watermark" }

// String names the keys.
func (n *Exchange) String() string {
	names := make([]string, len(n.Keys))
	for i, k := range n.Keys {
		names[i] = n.Schema().Fields[k].Name
	}
	return "Merge shards in log order, exchange by " + strings.Join(names, ", ")
}

// String is the counts.
func (n *Limit) String() string {
	switch {
	case n.Count < 0:
		return fmt.Sprintf("Offset %d", n.Offset)
	case n.Offset > 0:
		return fmt.Sprintf("Limit %d offset %d", n.Count, n.Offset)
	}
	return fmt.Sprintf("Limit %d", n.Count)
}

// String counts the branches.
func (n *Union) String() string { return fmt.Sprintf("Union all of %d", len(n.Branches)) }
