package plan

import "github.com/millrace-sql/millrace/sql/ast"

// References calls f for every relation and view that a query names, subqueries and
// entries of WITH included; the entries themselves are none.
func References(q ast.Query, f func(*ast.TableName)) { (&references{f: f}).query(q) }

// Calls calls f for every function that a query calls, wherever in it.
func Calls(q ast.Query, f func(*ast.Call)) {
	(&references{f: func(*ast.TableName) {}, call: f}).query(q)
}

// CallsOf is Calls for an expression.
func CallsOf(e ast.Expr, f func(*ast.Call)) {
	(&references{f: func(*ast.TableName) {}, call: f}).expr(e)
}

type references struct {
	f    func(*ast.TableName)
	call func(*ast.Call) // nil = nobody asks
	ctes []ast.Name
}

func (r *references) query(q ast.Query) {
	var tail ast.Tail
	switch q := q.(type) {
	case *ast.With:
		inner := references{f: r.f, call: r.call, ctes: r.ctes}
		for _, e := range q.Entries {
			inner.query(e.Query)
			inner.ctes = append(inner.ctes[:len(inner.ctes):len(inner.ctes)], e.Name)
		}
		inner.query(q.Body)
		return
	case *ast.Select:
		for _, t := range q.From {
			r.table(t)
		}
		for _, item := range q.Items {
			r.expr(item.Expr)
		}
		r.expr(q.Where)
		r.expr(q.Having)
		r.exprs(q.GroupBy)
		if q.Stagger != nil {
			r.exprs(q.Stagger.PartitionBy)
		}
		for _, w := range q.Windows {
			r.exprs(w.Window.PartitionBy)
			r.exprs(orderExprs(w.Window.OrderBy))
		}
		tail = q.Tail
	case *ast.SetOp:
		r.query(q.L)
		r.query(q.R)
		tail = q.Tail
	case *ast.Values:
		for _, row := range q.Rows {
			r.exprs(row)
		}
		tail = q.Tail
	}
	for _, o := range tail.OrderBy {
		r.expr(o.Expr)
	}
}

func (r *references) table(t ast.TableRef) {
	switch t := t.(type) {
	case *ast.TableName:
		for _, c := range r.ctes {
			if at, err := Match(t.Parts.Last(), []string{c.Text}, true); len(t.Parts) == 1 && at == 0 && err == nil {
				return
			}
		}
		r.f(t)
	case *ast.SubqueryRef:
		r.query(t.Query)
	case *ast.TableFunc:
		r.tableFunc(t)
	case *ast.Join:
		r.table(t.L)
		r.table(t.R)
		r.expr(t.On)
	}
}

func (r *references) tableFunc(t *ast.TableFunc) {
	for _, a := range t.Args {
		switch {
		case a.Query != nil:
			r.query(a.Query)
		case a.Table != nil:
			r.table(a.Table)
			r.exprs(a.PartitionBy)
		case a.Expr != nil:
			r.expr(a.Expr)
		}
	}
}

func (r *references) exprs(list []ast.Expr) {
	for _, e := range list {
		r.expr(e)
	}
}

func (r *references) expr(e ast.Expr) {
	walkAST(e, func(e ast.Expr) {
		switch c := e.(type) {
		case *ast.Call:
			if r.call != nil {
				r.call(c)
			}
		case *ast.Over:
			if r.call != nil {
				r.call(c.Call)
			}
		}
		if q := subqueryOf(e); q != nil {
			r.query(q)
		}
	})
}

// subqueryOf is the query that an expression itself holds; nil for none.
func subqueryOf(e ast.Expr) ast.Query {
	switch e := e.(type) {
	case *ast.Subquery:
		return e.Query
	case *ast.Exists:
		return e.Query
	case *ast.In:
		return e.Query
	}
	return nil
}

// hasSubquery tells whether a query stands in an expression.
func hasSubquery(e ast.Expr) bool {
	found := false
	walkAST(e, func(e ast.Expr) { found = found || subqueryOf(e) != nil })
	return found
}

// IsValues tells whether a query is VALUES.
func IsValues(q ast.Query) bool {
	_, is := body(q).(*ast.Values)
	return is
}

// body is a query without its WITH.
func body(q ast.Query) ast.Query {
	for {
		w, ok := q.(*ast.With)
		if !ok {
			return q
		}
		q = w.Body
	}
}
