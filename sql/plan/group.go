package plan

import (
	"regexp"
	"slices"
	"strconv"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// grouping is what expressions above an Aggregate may name: its keys and its
// aggregates.
type grouping struct {
	input *exprBinder // binds over the rows that are grouped
	args  *exprBinder // the same for arguments of aggregates, where subqueries may stand
	node  *Aggregate
	// alone: a correlated aggregate without GROUP BY, which has a row also where it has
	// no group.
	alone bool
}

// group binds GROUP BY and HAVING, and returns the binder for what stands above
// them. A correlated query is grouped by the correlation's keys as well.
func (b *Binder) group(q *ast.Select, rows *exprBinder, streaming bool, c *correlation) (*exprBinder, error) {
	agg := &Aggregate{Input: rows.in.node, schema: types.NewSchema()}
	g := &grouping{input: &exprBinder{catalog: b.Catalog, scope: rows.scope, outer: b.outer, clause: "in GROUP BY"}, args: rows, node: agg, alone: c != nil && len(q.GroupBy) == 0}
	for _, item := range q.GroupBy {
		key, err := g.input.bind(item)
		if err != nil {
			return nil, err
		}
		if err := agg.addKey(key, item.Position(), streaming); err != nil {
			return nil, err
		}
	}
	if c != nil {
		c.group(agg)
	}
	if streaming && agg.Window == nil {
		return nil, noWindow(q)
	}
	// Every clause above may bring aggregates: bind all once for that, over rows that
	// are thrown away, and again when the aggregate's columns are final.
	eb := &exprBinder{catalog: b.Catalog, scope: rows.scope, group: g, outer: b.outer, in: b.rows(agg, streaming)}
	if err := g.collect(q, eb); err != nil {
		return nil, err
	}
	agg.Input = rows.in.node
	if agg.Window != nil && agg.Window.Change {
		agg.Input = sorted(agg.Input)
	}
	agg.finish()
	eb.in = b.rows(agg, streaming)
	if c != nil && len(q.GroupBy) == 0 {
		eb.in, eb.clause = nil, "in a correlated aggregate"
		return eb, nil
	}
	if q.Having == nil {
		return eb, nil
	}
	having, err := eb.condition(q.Having, "HAVING")
	eb.in.node = &Filter{Input: eb.in.node, Cond: having, Having: true}
	return eb, err
}

// collect gathers the aggregates of HAVING, the select list and ORDER BY.
func (g *grouping) collect(q *ast.Select, eb *exprBinder) error {
	if q.Having != nil {
		if _, err := eb.condition(q.Having, "HAVING"); err != nil {
			return err
		}
	}
	for _, item := range q.Items {
		if star, ok := item.Expr.(*ast.Star); ok {
			return errorAt(star.Pos, "* cannot stand in a query with GROUP BY").near("*").hint("name the grouped columns and aggregates")
		}
		if rec, err := eb.record(item.Expr); rec != nil || err != nil {
			if err != nil {
				return err
			}
			continue
		}
		if _, err := eb.bind(item.Expr); err != nil {
			return err
		}
	}
	for _, item := range q.OrderBy {
		// An error here may only mean an alias of the select list; orderKeys binds
		// the item for good and reports.
		_, _ = eb.bind(item.Expr)
	}
	return nil
}

// addKey takes a grouping expression; the one that buckets the rowtime is the
// window (kda-sql.md §8.5, §9.1).
func (n *Aggregate) addKey(key Expr, pos ast.Pos, streaming bool) error {
	if streaming {
		if readsRowTime(key, n.Input) && slices.ContainsFunc(n.Keys, func(k Expr) bool { return readsRowTime(k, n.Input) }) {
			return errorAt(pos, "GROUP BY has two expressions over ROWTIME").
				hint("keep one; expressions over other timestamp columns are not limited")
		}
		// Time ends groups where it can: the watermark does it without waiting for a row.
		if w := windowOf(key, n.Input); w != nil && (n.Window == nil || n.Window.Change && !w.Change) {
			w.Key, n.Window = len(n.Keys), w
		}
	}
	n.Keys = append(n.Keys, key)
	return nil
}

// windowOf is the window that a grouping key makes; nil where the key says nothing about
// the end of its groups.
func windowOf(key Expr, n Node) *Window {
	if !directionOf(key, n).moves() {
		return nil
	}
	if f, ok := key.(*TimeFloor); ok && isTime(f.X, n) {
		return &Window{Step: f.Step, Ceil: f.Ceil}
	}
	if over, ok := overRowTime(key, n); ok {
		return &Window{Of: over}
	}
	if isWindowKey(key, n) {
		// The rows of one window have one time.
		return &Window{Of: &Column{Index: 0, Name: types.RowTimeName, Of: types.Of(types.Timestamp)}}
	}
	return &Window{Change: true}
}

// isWindowKey tells whether e is what the windows of a grouping below are told apart by.
func isWindowKey(e Expr, n Node) bool {
	c, ok := e.(*Column)
	if !ok {
		return false
	}
	switch n := n.(type) {
	case *Aggregate:
		return n.Window != nil && !n.Window.Change && c.Index == n.Window.Key
	case *Filter:
		return isWindowKey(c, n.Input)
	case *TimeSort:
		return isWindowKey(c, n.Input)
	case *Project:
		return keepsRowTime(n) && isWindowKey(n.Exprs[c.Index], n.Input)
	}
	return false
}

func readsRowTime(e Expr, n Node) bool {
	found := false
	walk(e, func(e Expr) { found = found || isRowTime(e, n) })
	return found
}

func noWindow(q *ast.Select) error {
	pos := q.Pos
	switch {
	case len(q.GroupBy) > 0:
		pos = q.GroupBy[0].Position()
	case q.Having != nil:
		return errorAt(q.Having.Position(), "HAVING of a stream needs GROUP BY").
			hint("add GROUP BY STEP(s.ROWTIME BY INTERVAL '1' MINUTE); WHERE filters rows")
	}
	return errorAt(pos, "a group of a stream never ends without a window").
		hint("add STEP(s.ROWTIME BY INTERVAL '1' MINUTE) or FLOOR(s.ROWTIME TO MINUTE) to GROUP BY; a column that never goes back is MONOTONIC(column)")
}

// finish fixes the schema: keys, aggregates, rowtime.
func (n *Aggregate) finish() {
	n.schema = types.NewSchema()
	in := n.Input.Schema()
	for _, k := range n.Keys {
		f := types.Field{Name: told(k, in), Type: k.Type()}
		if c, ok := k.(*Column); ok {
			f.Name, f.NotNull = c.Name, in.Fields[c.Index].NotNull
		}
		n.schema.Fields = append(n.schema.Fields, f)
	}
	for _, c := range n.Calls {
		n.schema.Fields = append(n.schema.Fields, types.Field{Name: c.told(in), Type: c.Of})
	}
	if n.Window != nil {
		n.schema.RowTime = len(n.schema.Fields)
		n.schema.Fields = append(n.schema.Fields, types.RowTimeField())
	}
}

// bind finds e among the keys, or takes it as an aggregate; nil where it is
// neither, and its operands must be.
func (g *grouping) bind(e ast.Expr) (Expr, error) {
	if call, ok := e.(*ast.Call); ok && isAggregate(g.args.catalog, call) {
		return g.aggregate(call)
	}
	if in, err := g.input.bind(e); err == nil {
		text := in.String()
		for i, k := range g.node.Keys {
			if k.String() == text {
				return &Column{Index: i, Name: keyName(k, i), Of: k.Type()}, nil
			}
		}
		if _, constant := in.(*Literal); constant {
			return in, nil
		}
	}
	col, ok := e.(*ast.Column)
	if !ok {
		return nil, nil
	}
	// Resolve first: an unknown column is the better message.
	bound, err := g.input.bindColumn(col)
	if err != nil {
		return nil, err
	}
	c := bound.(*Column)
	if len(col.Parts) == 1 && isRowTime(c, g.node.Input) && g.node.Window != nil {
		// ROWTIME alone is the time of the row being produced (kda-sql.md §8.3).
		return &Column{Index: g.node.schema.RowTime, Name: types.RowTimeName, Of: c.Of}, nil
	}
	return nil, errorAt(col.Parts.Position(), "column %s must be in GROUP BY or inside an aggregate", c.Name).near(c.Name).
		hint("add it to GROUP BY, or take one value of the group: MIN(%s)", c.Name)
}

func keyName(k Expr, i int) string {
	if c, ok := k.(*Column); ok {
		return c.Name
	}
	return "KEY$" + strconv.Itoa(i)
}

func (g *grouping) aggregate(call *ast.Call) (Expr, error) {
	name := call.Name.Last().Text
	if err := noNulls(call); err != nil {
		return nil, err
	}
	if call.Distinct {
		return nil, errorAt(call.Pos, "%s(DISTINCT ...) is not supported yet", name).near(name)
	}
	if call.Filter != nil {
		return nil, errorAt(call.Filter.Position(), "FILTER is not supported yet").hint("use CASE inside the aggregate")
	}
	own := userFunctions(g.args.catalog, name, UserAggregate)
	if len(own) > 0 && call.Star {
		return nil, errorAt(call.Pos, "%s(*): only COUNT takes *", name).near(name)
	}
	if len(own) == 0 && !call.Star && len(call.Args) != 1 || call.Star && name != "COUNT" {
		return nil, errorAt(call.Pos, "%s takes one argument", name).near(name)
	}
	args, err := g.args.bindAll(call.Args)
	if err != nil {
		return nil, err
	}
	a := AggregateCall{Func: name, Args: args}
	if len(own) > 0 {
		a, err = g.userAggregate(call, own, args)
	} else {
		err = a.typed(call)
	}
	if err != nil {
		return nil, err
	}
	for i, have := range g.node.Calls {
		if have.String() == a.String() {
			return g.callColumn(i), nil
		}
	}
	g.node.Calls = append(g.node.Calls, a)
	return g.callColumn(len(g.node.Calls) - 1), nil
}

// typed settles the type of an aggregate of the engine.
func (a *AggregateCall) typed(call *ast.Call) error {
	arg := types.Of(types.Null)
	if len(a.Args) > 0 {
		arg = a.Args[0].Type()
	}
	var ok bool
	if a.Of, ok = AggregateType(a.Func, arg); !ok {
		return errorAt(call.Args[0].Position(), "%s cannot take %s", a.Func, arg).near(a.Func)
	}
	return nil
}

// userAggregate is a call of an aggregate of the embedding program.
func (g *grouping) userAggregate(call *ast.Call, list []*UserFunction, args []Expr) (AggregateCall, error) {
	f, args, err := overload(list, args, call.Pos)
	if err != nil {
		return AggregateCall{}, err
	}
	if g.alone {
		return AggregateCall{}, errorAt(call.Pos, "%s cannot stand in a correlated subquery without GROUP BY", f.Name).near(f.Name).
			hint("GROUP BY the key in a subquery of FROM and join it")
	}
	return AggregateCall{Func: f.Name, Args: args, Of: f.Result, User: f}, nil
}

func (g *grouping) callColumn(i int) Expr {
	c := g.node.Calls[i]
	return &Column{Index: len(g.node.Keys) + i, Name: c.told(g.node.Input.Schema()), Of: c.Of}
}

// label is an expression's text without the places of its columns, which change
// when columns are pruned.
func label(text string) string { return places.ReplaceAllString(text, "") }

var places = regexp.MustCompile(`#\d+`)
