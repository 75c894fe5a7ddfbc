package plan

import (
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// The columns of COUNT_DISTINCT_ITEMS_TUMBLING and TOP_K_ITEMS_TUMBLING, and their bounds
// (kda-sql.md §15.1, §15.2).
const (
	distinctItemsName = "NUMBER_OF_DISTINCT_ITEMS"
	topItemName       = "ITEM"
	itemCountName     = "ITEM_COUNT"
	itemLength        = 1024
	mostItems         = 100_000
	longestTumbling   = 3600
)

// WindowLimit passes the first Count rows of each rowtime; the rows of one time come one
// after the other.
type WindowLimit struct {
	Input Node
	Count int
}

func (*WindowLimit) node() {}

// Schema is the input's.
func (n *WindowLimit) Schema() types.Schema { return n.Input.Schema() }

// Inputs is the one input.
func (n *WindowLimit) Inputs() []Node { return []Node{n.Input} }

// String is the count.
func (n *WindowLimit) String() string {
	return "First " + (&Literal{int64(n.Count), types.Of(types.BigInt)}).String() + " of each ROWTIME"
}

// items is the rows of an items function, their column and their window.
type items struct {
	in      Node
	column  Expr
	rowtime Expr
	seconds int
}

// bindItems binds the query, the name of a column of it in quotes, and the numbers behind.
func (b *Binder) bindItems(ref *ast.TableFunc, streaming bool, params []tableParam) (*items, error) {
	name := ref.Name.Last()
	usage := tableUsage(name.Text, append([]tableParam{{name: "'column'"}}, params...), nil)
	if len(ref.Args) != 2+len(params) {
		return nil, errorAt(name.Pos, "%s takes a query, the name of a column and %d number(s)", name.Text, len(params)).near(name.Text).hint("%s", usage)
	}
	rest := *ref
	rest.Args = append(append([]ast.TableArg(nil), ref.Args[0]), ref.Args[2:]...)
	in, schema, err := b.tableArgs(&rest, streaming, params, nil)
	if err != nil {
		return nil, err
	}
	if schema.RowTime < 0 {
		return nil, errorAt(name.Pos, "%s counts the items of a stream", name.Text).near(name.Text).hint("write CURSOR(SELECT STREAM ...); GROUP BY counts those of a table")
	}
	lit, ok := ref.Args[1].Expr.(*ast.Literal)
	if !ok || lit.Kind != ast.StringLit {
		return nil, errorAt(ref.Args[1].Pos, "%s takes the name of a column in single quotes", name.Text).near(name.Text).hint("%s", usage)
	}
	c, err := newScope(schema, ast.Name{}).resolve(ast.Qualified{{Text: lit.Text, Quoted: true, Pos: lit.Pos}})
	if err != nil {
		return nil, err
	}
	rt := schema.Fields[schema.RowTime]
	return &items{in: in, column: c, rowtime: &Column{Index: schema.RowTime, Name: rt.Name, Of: rt.Type}}, nil
}

// window is a grouping of the items by their tumbling window, and by keys.
func (i *items) window(calls []AggregateCall, keys ...Expr) *Aggregate {
	step := types.Step{Micros: types.Time(i.seconds) * types.Second}
	n := &Aggregate{
		Input: i.in, Keys: append([]Expr{&TimeFloor{X: i.rowtime, Step: step}}, keys...), Calls: calls, Window: &Window{Step: step},
	}
	n.finish()
	return n
}

// distinctItems binds COUNT_DISTINCT_ITEMS_TUMBLING(CURSOR(query), 'column', seconds): one row
// for each window.
func distinctItems(b *Binder, ref *ast.TableFunc, streaming bool) (Node, error) {
	seconds := 0
	i, err := b.bindItems(ref, streaming, []tableParam{{"windowSeconds", 1, longestTumbling, &seconds}})
	if err != nil {
		return nil, err
	}
	i.seconds = seconds
	n := i.window([]AggregateCall{{Func: approxDistinct, Args: []Expr{i.column}, Of: types.Of(types.BigInt)}})
	p := &Project{Input: n, schema: types.NewSchema()}
	p.add(&Column{Index: 1, Name: distinctItemsName, Of: types.Of(types.BigInt)}, distinctItemsName)
	p.carryRowTime()
	return p, nil
}

// topItems binds TOP_K_ITEMS_TUMBLING(CURSOR(query), 'column', k, seconds): the k most frequent
// items of each window with their counts, the most frequent first. The counts are exact.
func topItems(b *Binder, ref *ast.TableFunc, streaming bool) (Node, error) {
	k, seconds := 0, 0
	i, err := b.bindItems(ref, streaming, []tableParam{{"k", 1, mostItems, &k}, {"windowSeconds", 1, longestTumbling, &seconds}})
	if err != nil {
		return nil, err
	}
	i.seconds = seconds
	i.in = &Filter{Input: i.in, Cond: &Call{Func: "NOT", Args: []Expr{&Call{Func: "IS NULL", Args: []Expr{i.column}, Of: boolean}}, Of: boolean}}
	counted := i.window([]AggregateCall{{Func: "COUNT", Of: types.Of(types.BigInt)}}, i.column)
	item, count := types.VarcharOf(itemLength), types.Of(types.Double)
	p := &Project{Input: counted, schema: types.NewSchema()}
	p.add(coerce(&Column{Index: 1, Name: topItemName, Of: i.column.Type()}, item), topItemName)
	p.add(coerce(&Column{Index: 2, Name: itemCountName, Of: types.Of(types.BigInt)}, count), itemCountName)
	p.carryRowTime()
	instant := &Column{Index: 0, Name: types.RowTimeName, Of: types.Of(types.Timestamp)}
	ordered := &StreamSort{Input: p, Window: &Window{Of: instant}, Keys: []SortKey{
		{Expr: &Column{Index: 2, Name: types.RowTimeName, Of: instant.Of}},
		{Expr: &Column{Index: 1, Name: itemCountName, Of: count}, Desc: true, NullsFirst: true}, {Expr: &Column{Index: 0, Name: topItemName, Of: item}},
	}}
	return &WindowLimit{Input: ordered, Count: k}, nil
}

// carryRowTime gives the rows the time that those of the input have.
func (p *Project) carryRowTime() {
	s := p.Input.Schema()
	p.addRowTime(&Column{Index: s.RowTime, Name: types.RowTimeName, Of: s.Fields[s.RowTime].Type})
}
