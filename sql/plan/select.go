package plan

import (
	"slices"
	"strconv"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// selectQuery binds in processing order: FROM, WHERE, GROUP BY, HAVING, select
// list, ORDER BY, LIMIT (kda-sql.md §7).
func (b *Binder) selectQuery(q *ast.Select, streaming bool) (Node, error) {
	correlation := b.correlation
	b = b.within()
	n, sc, err := b.from(q, streaming)
	if err != nil {
		return nil, err
	}
	eb := &exprBinder{catalog: b.Catalog, scope: sc, in: b.rows(n, streaming), outer: b.outer}
	if err := checkOver(q, eb, streaming); err != nil {
		return nil, err
	}
	if q.Where != nil {
		eb.outers = correlation != nil
		if err := eb.where(q.Where, "WHERE", correlation); err != nil {
			return nil, err
		}
		eb.outers = false
	}
	if correlation == nil || !correlation.found() {
		correlation = nil
	} else if err := correlation.allowed(q, aggregates(b.Catalog, q)); err != nil {
		return nil, err
	}
	if q.Stagger != nil {
		return nil, b.stagger(q, eb, streaming)
	}
	if len(q.GroupBy) > 0 || q.Having != nil || aggregates(b.Catalog, q) {
		global := len(q.GroupBy) == 0 && correlation != nil
		if eb, err = b.group(q, eb, streaming, correlation); err != nil {
			return nil, err
		}
		if global {
			return correlation.aggregate(q, eb)
		}
	}
	return b.selectList(q, eb, streaming, correlation)
}

// aggregates tells whether the select list or ORDER BY calls an aggregate.
func aggregates(catalog Catalog, q *ast.Select) bool {
	found := false
	see := func(e ast.Expr) {
		if c, ok := e.(*ast.Call); ok && isAggregate(catalog, c) {
			found = true
		}
	}
	for _, item := range q.Items {
		walkAST(item.Expr, see)
	}
	for _, item := range q.OrderBy {
		walkAST(item.Expr, see)
	}
	return found
}

// selectList projects the items; on a stream the rowtime rides along, hidden.
// ORDER BY may name output columns, or anything the select list could.
func (b *Binder) selectList(q *ast.Select, eb *exprBinder, streaming bool, c *correlation) (Node, error) {
	p := &Project{schema: types.NewSchema()}
	for _, item := range q.Items {
		if star, ok := item.Expr.(*ast.Star); ok {
			if err := p.addStar(star, eb); err != nil {
				return nil, err
			}
			continue
		}
		if rec, err := eb.record(item.Expr); err != nil {
			return nil, err
		} else if rec != nil {
			if err := p.addRecord(rec, recordName(item, rec, len(p.Exprs))); err != nil {
				return nil, err
			}
			continue
		}
		e, err := eb.bind(item.Expr)
		if err != nil {
			return nil, err
		}
		if item.Alias != nil && item.Alias.Text == types.RowTimeName && streaming {
			if err := p.addPromoted(e, item); err != nil {
				return nil, err
			}
			continue
		}
		if c, ok := item.Expr.(*ast.Column); ok && len(c.Parts) == 1 && streaming && isRowTime(e, eb.in.node) {
			if p.now == nil {
				p.now = map[int]bool{}
			}
			p.now[len(p.Exprs)] = true
		}
		p.add(e, itemName(item, e, len(p.Exprs)))
	}
	visible := len(p.Exprs)
	if n := eb.in.node.Schema(); n.RowTime >= 0 && streaming {
		p.addRowTime(&Column{Index: n.RowTime, Name: types.RowTimeName, Of: n.Fields[n.RowTime].Type})
	}
	switch {
	case c != nil:
		c.carry(p)
		p.Input = eb.in.node
		if q.Distinct {
			return distinct(p), nil
		}
		return p, nil
	case q.Distinct && !streaming:
		return b.distinctList(q, p, eb)
	}
	p.Input = eb.in.node
	n, err := p.timed(q)
	if err != nil {
		return nil, err
	}
	hidden, err := b.orderKeys(q, n, p, eb, streaming)
	p.Input = eb.in.node
	if err != nil {
		return nil, err
	}
	if hidden == nil {
		return b.limit(n, q.Tail)
	}
	sorted, err := b.limit(hidden, q.Tail)
	if err != nil || len(p.Exprs) == visible {
		return sorted, err
	}
	return dropHidden(sorted, visible), nil
}

// distinctList is SELECT DISTINCT; ORDER BY can then only name what is selected.
func (b *Binder) distinctList(q *ast.Select, p *Project, eb *exprBinder) (Node, error) {
	p.Input = eb.in.node
	n := distinct(p)
	out := &exprBinder{scope: newScope(p.schema, ast.Name{})}
	n, err := b.orderBy(n, q.Tail, false, func(e ast.Expr) (Expr, error) {
		found, _, err := p.selected(e, out, eb)
		if found != nil || err != nil {
			return found, err
		}
		return nil, distinctOrder(e)
	})
	if err != nil {
		return nil, err
	}
	return b.limit(n, q.Tail)
}

// timed is a select list of a stream with what gives its rows their time, but for ORDER
// BY ... WITHIN, and takes away repeated ones.
func (p *Project) timed(q *ast.Select) (n Node, err error) {
	n = p
	if at := p.promoted(); at >= 0 && !isRowTime(p.Exprs[at], p.Input) && (len(q.OrderBy) == 0 || q.OrderBy[0].Within == nil) {
		n = &Promote{Input: sorted(p), Column: at}
	}
	if q.Distinct {
		return distinctStream(n, p, q)
	}
	return n, nil
}

func distinctOrder(e ast.Expr) error {
	return errorAt(e.Position(), "ORDER BY of SELECT DISTINCT takes what is selected")
}

// orderKeys puts a Sort above n, adding to p, the select list, what ORDER BY needs beyond
// it; nil where there is no ORDER BY.
func (b *Binder) orderKeys(q *ast.Select, n Node, p *Project, eb *exprBinder, streaming bool) (Node, error) {
	if len(q.OrderBy) == 0 {
		return nil, nil
	}
	out := &exprBinder{scope: newScope(p.schema, ast.Name{})}
	return b.orderBy(n, q.Tail, streaming, func(e ast.Expr) (Expr, error) {
		found, bound, err := p.selected(e, out, eb)
		if found != nil || err != nil {
			return found, err
		}
		if q.Distinct {
			return nil, distinctOrder(e)
		}
		p.Exprs = append(p.Exprs, bound)
		p.schema.Fields = append(p.schema.Fields, types.Field{Name: bound.String(), Type: bound.Type(), Hidden: true})
		return &Column{Index: len(p.Exprs) - 1, Name: bound.String(), Of: bound.Type()}, nil
	})
}

// selected is the column of the select list that e of ORDER BY means, by its name or
// because it is the same expression; else nil and e over the rows below. out binds over
// the select list, eb over those rows.
func (p *Project) selected(e ast.Expr, out, eb *exprBinder) (found, bound Expr, err error) {
	if c, ok := e.(*ast.Column); ok && len(c.Parts) == 1 {
		if bound, err := out.bind(e); err == nil {
			return bound, nil, nil
		}
	}
	if bound, err = eb.bind(e); err != nil {
		return nil, nil, err
	}
	for i, have := range p.Exprs {
		if have.String() == bound.String() {
			return &Column{Index: i, Name: p.schema.Fields[i].Name, Of: bound.Type()}, nil, nil
		}
	}
	return nil, bound, nil
}

// dropHidden cuts the columns that only ORDER BY needed.
func dropHidden(n Node, visible int) Node {
	s := n.Schema()
	p := &Project{Input: n, schema: types.NewSchema()}
	for i := range visible {
		p.add(&Column{Index: i, Name: s.Fields[i].Name, Of: s.Fields[i].Type}, s.Fields[i].Name)
		p.schema.Fields[i].Record, p.schema.Fields[i].Promoted = s.Fields[i].Record, s.Fields[i].Promoted
	}
	if rt := s.RowTime; rt >= 0 {
		p.addRowTime(&Column{Index: rt, Name: types.RowTimeName, Of: s.Fields[rt].Type})
	}
	return p
}

// isRowTime tells whether e is the rowtime of n's rows, also where a subquery
// gave it another name (kda-sql.md §8.5: it keeps its class).
func isRowTime(e Expr, n Node) bool {
	c, ok := e.(*Column)
	if !ok || n.Schema().RowTime < 0 {
		return false
	}
	if c.Index == n.Schema().RowTime {
		return true
	}
	switch n := n.(type) {
	case *Project:
		return isRowTime(n.Exprs[c.Index], n.Input)
	case *Filter:
		return isRowTime(c, n.Input)
	case *Lookup:
		return c.Index < len(n.Input.Schema().Fields) && isRowTime(c, n.Input)
	case *Promote:
		return c.Index == n.Column
	case *SortWithin:
		return c.Index == n.Column
	case *StreamDistinct:
		return isRowTime(c, n.Input)
	case *WindowLimit:
		return isRowTime(c, n.Input)
	case *Forest:
		return c.Index < len(n.Input.Schema().Fields) && isRowTime(c, n.Input)
	case *TimeSort:
		return isRowTime(c, n.Input)
	}
	return false
}

func (p *Project) add(e Expr, name string) {
	p.Exprs = append(p.Exprs, e)
	p.schema.Fields = append(p.schema.Fields, types.Field{Name: name, Type: e.Type()})
}

func (p *Project) addRowTime(e Expr) {
	p.schema.RowTime = len(p.Exprs)
	p.Exprs = append(p.Exprs, e)
	p.schema.Fields = append(p.schema.Fields, types.RowTimeField())
}

// addStar adds the visible columns of all relations, or of one. The grouping has
// refused * already.
func (p *Project) addStar(star *ast.Star, eb *exprBinder) error {
	if len(eb.scope.schema.Fields) == 0 {
		return errorAt(star.Pos, "* has nothing to stand for: there is no FROM").near("*")
	}
	in := func(int) bool { return true }
	if columns := eb.scope.recordColumns(star.Table); len(star.Table) > 0 && len(columns) > 0 {
		in = func(i int) bool { return slices.Contains(columns, i) }
	} else if len(star.Table) > 0 {
		var err error
		if in, err = eb.scope.qualifier(append(append(ast.Qualified(nil), star.Table...), ast.Name{})); err != nil {
			return err
		}
	}
	for _, i := range eb.scope.schema.Visible() {
		if in(i) && (len(star.Table) > 0 || !eb.scope.merged[i]) {
			p.add(eb.scope.column(i), eb.scope.schema.Fields[i].Name)
		}
	}
	return nil
}

// itemName is the alias, else the column's own name, else EXPR$n.
func itemName(item ast.SelectItem, e Expr, n int) string {
	if item.Alias != nil {
		return item.Alias.Text
	}
	if _, written := item.Expr.(*ast.Column); written {
		if c, ok := e.(*Column); ok {
			return c.Name
		}
	}
	return "EXPR$" + strconv.Itoa(n)
}
