package plan

import (
	"github.com/millrace-sql/millrace/sql/types"
)

// rowTimestamp is the one function that reads the clock while a query runs.
const rowTimestamp = "CURRENT_ROW_TIMESTAMP"

// AtStart is a node whose current-time functions have their value: all but
// CURRENT_ROW_TIMESTAMP give the time at which the query, or the pump, started
// (kda-sql.md §13.4). Its inputs stay as they are.
func AtStart(n Node, start types.Time) Node {
	at := func(e Expr) Expr { return atStart(e, start) }
	found := false
	eachExpr(n, func(e Expr) { found = found || readsStart(e) || ReadsClock(e) })
	if !found {
		return n
	}
	switch n := n.(type) {
	case *Filter:
		return &Filter{Input: n.Input, Cond: at(n.Cond), Having: n.Having}
	case *Project:
		out := *n
		out.Exprs = mapExprs(n.Exprs, at)
		return &out
	case *Values:
		// Rows written in a statement are computed when it starts.
		out := &Values{schema: n.schema}
		for _, row := range n.Rows {
			out.Rows = append(out.Rows, mapExprs(row, func(e Expr) Expr {
				return transform(at(e), func(e Expr) Expr {
					if c, ok := e.(*Call); ok && c.Func == rowTimestamp {
						return startValue("CURRENT_TIMESTAMP", start)
					}
					return nil
				})
			}))
		}
		return out
	case *Aggregate:
		out := *n
		out.Keys, out.Calls = mapExprs(n.Keys, at), append([]AggregateCall(nil), n.Calls...)
		for i, c := range out.Calls {
			out.Calls[i].Args = mapExprs(c.Args, at)
		}
		out.Window = n.Window.atStart(at)
		return &out
	case *Lookup:
		out := *n
		out.InputKeys, out.TableKeys = mapExprs(n.InputKeys, at), mapExprs(n.TableKeys, at)
		if n.On != nil {
			out.On = at(n.On)
		}
		return &out
	case *Sort:
		return &Sort{Input: n.Input, Keys: keysAtStart(n.Keys, at)}
	case *StreamSort:
		return &StreamSort{Input: n.Input, Window: n.Window.atStart(at), Keys: keysAtStart(n.Keys, at)}
	case *SortWithin:
		return &SortWithin{Input: n.Input, Column: n.Column, Slack: n.Slack, Keys: keysAtStart(n.Keys, at)}
	}
	return n
}

func keysAtStart(keys []SortKey, at func(Expr) Expr) []SortKey {
	out := append([]SortKey(nil), keys...)
	for i := range out {
		out[i].Expr = at(keys[i].Expr)
	}
	return out
}

func (w *Window) atStart(at func(Expr) Expr) *Window {
	if w == nil || w.Of == nil {
		return w
	}
	out := *w
	out.Of = at(w.Of)
	return &out
}

func mapExprs(list []Expr, f func(Expr) Expr) []Expr {
	out := make([]Expr, len(list))
	for i, e := range list {
		out[i] = f(e)
	}
	return out
}

// ReadsClock tells whether e has a value of its own for each row: it has
// CURRENT_ROW_TIMESTAMP in it.
func ReadsClock(e Expr) bool {
	found := false
	walk(e, func(e Expr) {
		c, ok := e.(*Call)
		found = found || ok && c.Func == rowTimestamp
	})
	return found
}

func readsStart(e Expr) bool {
	found := false
	walk(e, func(e Expr) {
		c, ok := e.(*Call)
		found = found || ok && len(c.Args) == 0 && startValue(c.Func, 0) != nil
	})
	return found
}

func atStart(e Expr, start types.Time) Expr {
	return transform(e, func(e Expr) Expr {
		if c, ok := e.(*Call); ok && len(c.Args) == 0 {
			if lit := startValue(c.Func, start); lit != nil {
				return lit
			}
		}
		return nil
	})
}

// startValue is what a current-time function gives in a query that started then.
func startValue(name string, start types.Time) Expr {
	switch name {
	case "CURRENT_TIMESTAMP":
		return &Literal{int64(start), types.Of(types.Timestamp)}
	case "CURRENT_DATE":
		return &Literal{int64(types.StepOf(types.UnitDay).Floor(start) / types.Day), types.Of(types.Date)}
	case "CURRENT_TIME":
		return &Literal{int64(start - types.StepOf(types.UnitDay).Floor(start)), types.Of(types.TimeOfDay)}
	}
	return nil
}

// eachExpr calls f for the expressions of a node, not those below it.
func eachExpr(n Node, f func(Expr)) {
	all := func(list []Expr) {
		for _, e := range list {
			f(e)
		}
	}
	switch n := n.(type) {
	case *Filter:
		f(n.Cond)
	case *Project:
		all(n.Exprs)
	case *Values:
		for _, row := range n.Rows {
			all(row)
		}
	case *Aggregate:
		all(n.Keys)
		for _, c := range n.Calls {
			all(c.Args)
		}
	case *Lookup:
		all(n.InputKeys)
		all(n.TableKeys)
		if n.On != nil {
			f(n.On)
		}
	case *Sort:
		for _, k := range n.Keys {
			f(k.Expr)
		}
	case *StreamSort:
		for _, k := range n.Keys {
			f(k.Expr)
		}
		if n.Window.Of != nil {
			f(n.Window.Of)
		}
	case *SortWithin:
		for _, k := range n.Keys {
			f(k.Expr)
		}
	}
}

// checkRowTimestamp refuses the clock where a row is not at hand: what a group, a join
// or an order sees would not be the same again when rows are read a second time.
func checkRowTimestamp(n Node) error {
	var err error
	switch n.(type) {
	case *Filter, *Project, *Values:
	default:
		eachExpr(n, func(e Expr) {
			walk(e, func(e Expr) {
				if c, ok := e.(*Call); ok && c.Func == rowTimestamp && err == nil {
					err = errorAt(c.Pos, "%s cannot stand here", rowTimestamp).near(rowTimestamp).
						hint("it stands in the select list and in WHERE; CURRENT_TIMESTAMP, the time of the query's start, can stand everywhere")
				}
			})
		})
	}
	for _, in := range n.Inputs() {
		if err == nil {
			err = checkRowTimestamp(in)
		}
	}
	return err
}
