package plan

import (
	"github.com/millrace-sql/millrace/sql/ast"
)

// correlation is what the WHERE of a subquery says of the columns of the query
// around it.
type correlation struct {
	outer, inner []Expr // equal keys: over the outer rows, and over the subquery's
	rest         Expr   // over both
	// global is set for an aggregate without GROUP BY: it has a row for every outer row,
	// with COUNT 0 where there is no partner.
	global *globalAggregate
}

func (c *correlation) found() bool { return len(c.outer) > 0 || c.rest != nil }

// globalAggregate is the select list and HAVING over the columns of an Aggregate
// that was grouped by the correlation's keys.
type globalAggregate struct {
	values []Expr
	having Expr // nil = TRUE
}

// outerColumn is a column of the query around, until the join is made.
type outerColumn struct{ Column }

// String tells it from the subquery's own.
func (e *outerColumn) String() string { return "outer " + e.Column.String() }

// add takes a condition that names outer columns: an equality of one side with the
// other is a key.
func (c *correlation) add(cond Expr) {
	if call, ok := cond.(*Call); ok && call.Func == "=" {
		l, r := call.Args[0], call.Args[1]
		if readsOuter(r) && !readsInner(r) {
			l, r = r, l
		}
		if readsOuter(l) && !readsInner(l) && readsInner(r) && !readsOuter(r) {
			c.outer = append(c.outer, transform(l, func(e Expr) Expr {
				if o, ok := e.(*outerColumn); ok {
					return &o.Column
				}
				return nil
			}))
			c.inner = append(c.inner, r)
			return
		}
	}
	c.rest = conjunction(c.rest, cond)
}

func readsOuter(e Expr) bool {
	found := false
	walk(e, func(e Expr) {
		_, is := e.(*outerColumn)
		found = found || is
	})
	return found
}

func readsInner(e Expr) bool {
	found := false
	walk(e, func(e Expr) {
		_, is := e.(*Column)
		found = found || is
	})
	return found
}

// allowed refuses what a join cannot give a subquery that depends on the outer row;
// aggregates tells that its select list or ORDER BY calls one.
func (c *correlation) allowed(q *ast.Select, aggregates bool) error {
	grouped := len(q.GroupBy) > 0 || q.Having != nil || aggregates
	switch {
	case q.Limit != nil:
		return errorAt(q.Limit.Position(), "LIMIT in a correlated subquery is not supported").hint("MIN or MAX may say the same")
	case grouped && c.rest != nil:
		return errorAt(q.Where.Position(), "a correlated aggregate takes outer columns in equalities only").
			hint("write inner column = outer column, joined by AND")
	case q.Distinct && c.rest != nil:
		return errorAt(q.Pos, "a correlated SELECT DISTINCT takes outer columns in equalities only").near("DISTINCT").
			hint("write inner column = outer column, joined by AND")
	}
	return nil
}

// group adds the keys to the grouping; they are then columns of the Aggregate.
func (c *correlation) group(agg *Aggregate) {
	for i, k := range c.inner {
		c.inner[i] = &Column{Index: len(agg.Keys), Name: keyName(k, len(agg.Keys)), Of: k.Type()}
		agg.Keys = append(agg.Keys, k)
	}
}

// aggregate keeps the select list and HAVING of an aggregate without GROUP BY for
// the outer rows: those without a partner have a row of it too.
func (c *correlation) aggregate(q *ast.Select, eb *exprBinder) (Node, error) {
	c.global = &globalAggregate{}
	for _, item := range q.Items {
		e, err := eb.bind(item.Expr)
		if err != nil {
			return nil, err
		}
		c.global.values = append(c.global.values, e)
	}
	if q.Having == nil {
		return eb.group.node, nil
	}
	var err error
	c.global.having, err = eb.condition(q.Having, "HAVING")
	return eb.group.node, err
}

// carry adds what the correlation reads to the select list, hidden.
func (c *correlation) carry(p *Project) {
	add := func(e Expr) Expr {
		p.add(e, label(e.String()))
		i := len(p.Exprs) - 1
		p.schema.Fields[i].Hidden = true
		return &Column{Index: i, Name: p.schema.Fields[i].Name, Of: e.Type()}
	}
	for i, k := range c.inner {
		c.inner[i] = add(k)
	}
	if c.rest == nil {
		return
	}
	have := map[int]Expr{}
	c.rest = transform(c.rest, func(e Expr) Expr {
		col, ok := e.(*Column)
		if !ok {
			return nil
		}
		if have[col.Index] == nil {
			have[col.Index] = add(col)
		}
		return have[col.Index]
	})
}
