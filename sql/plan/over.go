package plan

import (
	"github.com/millrace-sql/millrace/sql/ast"
)

// checkOver finds the OVER calls of a SELECT and holds them against the rules of
// kda-sql.md §7 and §9.5; eb binds over the rows of FROM.
func checkOver(q *ast.Select, eb *exprBinder, streaming bool) error {
	if err := checkWindows(q.Windows, eb); err != nil {
		return err
	}
	if err := noOver(q); err != nil {
		return err
	}
	var calls []*ast.Over
	for _, item := range q.Items {
		calls = append(calls, overCalls(item.Expr)...)
	}
	for _, item := range q.OrderBy {
		calls = append(calls, overCalls(item.Expr)...)
	}
	if len(calls) == 0 {
		return nil
	}
	if len(q.GroupBy) > 0 || q.Stagger != nil || q.Having != nil || aggregates(eb.catalog, q) {
		return errorAt(calls[0].Pos, "an OVER call cannot stand in a query that aggregates").near(calls[0].Call.Name.Last().Text).
			hint("aggregate in a subquery of FROM, and put OVER around it")
	}
	for _, call := range calls {
		if err := checkOverCall(q, call, eb, streaming); err != nil {
			return err
		}
	}
	return errorAt(calls[0].Pos, "OVER is not supported yet").near(calls[0].Call.Name.Last().Text)
}

// noOver refuses OVER calls in the clauses that decide which rows there are.
func noOver(q *ast.Select) error {
	clauses := []struct {
		name string
		list []ast.Expr
	}{{"WHERE", []ast.Expr{q.Where}}, {"GROUP BY", q.GroupBy}, {"HAVING", []ast.Expr{q.Having}}}
	if q.Stagger != nil {
		clauses[1].name, clauses[1].list = "WINDOWED BY", q.Stagger.PartitionBy
	}
	for _, c := range clauses {
		if calls := overCalls(c.list...); len(calls) > 0 {
			return errorAt(calls[0].Pos, "an OVER call cannot stand in %s", c.name).near(calls[0].Call.Name.Last().Text).
				hint("compute it in a subquery of FROM, and filter or group what comes out")
		}
	}
	return nil
}

// overCalls is the OVER calls in expressions, the outer before the inner ones.
func overCalls(list ...ast.Expr) []*ast.Over {
	var out []*ast.Over
	for _, e := range list {
		walkAST(e, func(e ast.Expr) {
			if o, ok := e.(*ast.Over); ok {
				out = append(out, o)
			}
		})
	}
	return out
}

func checkOverCall(q *ast.Select, o *ast.Over, eb *exprBinder, streaming bool) error {
	name := o.Call.Name.Last().Text
	if f := functions[name]; f != nil && !isAggregate(eb.catalog, o.Call) {
		return errorAt(o.Pos, "%s is not an aggregate", name).near(name).hint("OVER goes behind aggregates, LAG, FIRST_VALUE and their kin")
	}
	if inner := overCalls(operands(o)...); len(inner) > 0 {
		return errorAt(inner[0].Pos, "an OVER call cannot stand in another one").near(inner[0].Call.Name.Last().Text).
			hint("compute it in a subquery of FROM")
	}
	w, err := windowSpec(q.Windows, o.Window)
	if err != nil {
		return err
	}
	if _, err := eb.bindAll(append(append([]ast.Expr(nil), o.Call.Args...), w.PartitionBy...)); err != nil {
		return err
	}
	if o.Call.Filter != nil {
		if _, err := eb.condition(o.Call.Filter, "FILTER"); err != nil {
			return err
		}
	}
	if isAggregate(eb.catalog, o.Call) && streaming {
		if err := checkOverOrder(w, eb); err != nil {
			return err
		}
	}
	switch {
	case w.Frame == nil:
		return nil
	case streaming:
		return checkAggregateFrame(w.Frame)
	}
	_, err = frameExtent(w.Frame)
	return err
}

// checkOverOrder refuses an order that is not that of the stream: an aggregate sees the
// rows as time goes on (DESIGN §5).
func checkOverOrder(w *ast.Window, eb *exprBinder) error {
	for i, item := range w.OrderBy {
		key, err := eb.bind(item.Expr)
		if err != nil {
			return err
		}
		if i > 0 || item.Desc || item.Within != nil || !isRowTime(key, eb.in.node) {
			return errorAt(item.Expr.Position(), "a window over a stream is ordered by ROWTIME alone").near(item.Expr.String()).
				hint("leave ORDER BY out, or write ORDER BY s.ROWTIME")
		}
	}
	return nil
}

// bindOver is an OVER call where none may stand; those of a select list and ORDER BY
// have been taken care of.
func (b *exprBinder) bindOver(e *ast.Over) (Expr, error) {
	return nil, errorAt(e.Pos, "an OVER call cannot stand here").near(e.Call.Name.Last().Text).
		hint("it stands in the select list of a query over the rows")
}

// noNulls refuses IGNORE NULLS and RESPECT NULLS of a call without OVER.
func noNulls(e *ast.Call) error {
	if e.Nulls == "" {
		return nil
	}
	return errorAt(e.Pos, "%s NULLS of %s needs OVER", e.Nulls, e.Name.Last().Text).near(e.Nulls).hint("aggregates leave NULL out by themselves")
}
