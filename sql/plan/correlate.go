package plan

import (
	"github.com/millrace-sql/millrace/sql/ast"
)

// allowed refuses what a join cannot give a subquery that depends on the outer row.
func (c *correlation) allowed(q *ast.Select) error {
	grouped := len(q.GroupBy) > 0 || q.Having != nil || aggregates(q)
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
