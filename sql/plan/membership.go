package plan

import (
	"errors"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// bindMembership is EXISTS (...) or x IN (SELECT ...) as a value.
func (b *exprBinder) bindMembership(e ast.Expr) (Expr, error) {
	return b.once(e, func() (Expr, error) { return b.membership(e, LookupMark) })
}

// membership joins the query of EXISTS or IN. A mark is a column: TRUE, FALSE or,
// for IN, UNKNOWN. A semi or anti join keeps the rows for which the condition,
// without NOT, is TRUE or FALSE; there is then no expression left, unless the
// subquery is one that a join cannot decide.
func (b *exprBinder) membership(e ast.Expr, kind LookupKind) (Expr, error) {
	var xs []Expr
	in, isIn := e.(*ast.In)
	if isIn {
		items := []ast.Expr{in.X}
		if row, ok := in.X.(*ast.Row); ok {
			items = row.Items
		}
		var err error
		if xs, err = b.bindAll(items); err != nil {
			return nil, err
		}
	}
	sub, err := b.subquery(subqueryOf(e), e.Position(), false)
	if err != nil {
		return nil, err
	}
	if isIn && sub.width() != len(xs) {
		return nil, errorAt(e.Position(), "IN compares %d values with %d columns", len(xs), sub.width()).near("IN")
	}
	var out Expr
	if sub.global != nil {
		out, err = b.globalMembership(sub, xs, e.Position())
	} else {
		out, err = b.joinMembership(sub, xs, e.Position(), kind)
	}
	if err != nil || out == nil {
		return nil, err
	}
	not := isIn && in.Not && kind == LookupMark || sub.global != nil && kind == LookupAnti
	return negate(out, not), nil
}

func (b *exprBinder) joinMembership(sub *subplan, xs []Expr, pos ast.Pos, kind LookupKind) (Expr, error) {
	values := make([]Expr, len(xs))
	for i, x := range xs {
		f := sub.node.Schema().Fields[sub.values[i]]
		eq, err := compare("=", known(x), known(&Column{Index: sub.values[i], Name: f.Name, Of: f.Type}), pos)
		var e *Error
		if errors.As(err, &e) {
			return nil, e.near("IN")
		}
		xs[i], values[i] = eq.(*Call).Args[0], eq.(*Call).Args[1]
	}
	n := b.attach(kind, sub, xs, values)
	if kind != LookupMark {
		return nil, nil
	}
	return &Column{Index: len(n.schema.Fields) - 1, Name: "MATCH", Of: boolean}, nil
}

// known gives a NULL without a type one that keys can have.
func known(e Expr) Expr {
	if e.Type().Kind == types.Null {
		return coerce(e, boolean)
	}
	return e
}

// globalMembership asks the one row of an aggregate, which HAVING may take away.
func (b *exprBinder) globalMembership(sub *subplan, xs []Expr, pos ast.Pos) (Expr, error) {
	values, having := b.global(sub)
	var out Expr
	for i, x := range xs {
		eq, err := compare("=", x, values[i], pos)
		if err != nil {
			return nil, err
		}
		out = conjunction(out, eq)
	}
	if out == nil {
		out = &Literal{true, boolean}
	}
	if having == nil {
		return out, nil
	}
	return &Case{Whens: []When{{having, out}}, Else: &Literal{false, boolean}, Of: boolean}, nil
}

// where binds WHERE, and ON of an inner join, over the rows of b. Conditions without
// a subquery come first: they are cheap, and a source can skip by them.
func (b *exprBinder) where(e ast.Expr, clause string, c *correlation) error {
	if c == nil && !hasSubquery(e) {
		cond, err := b.condition(e, clause)
		if err == nil {
			b.in.node = &Filter{Input: b.in.node, Cond: cond}
		}
		return err
	}
	var plain Expr
	var rest []ast.Expr
	for _, part := range astConjuncts(e) {
		if hasSubquery(part) {
			rest = append(rest, part)
			continue
		}
		cond, err := b.condition(part, clause)
		if err != nil {
			return err
		}
		if c != nil && readsOuter(cond) {
			c.add(cond)
			continue
		}
		plain = conjunction(plain, cond)
	}
	if plain != nil {
		b.in.node = &Filter{Input: b.in.node, Cond: plain}
	}
	for _, part := range rest {
		if err := b.subqueryCondition(part, clause, c); err != nil {
			return err
		}
	}
	return nil
}

// subqueryCondition is a semi or anti join where the condition is one subquery, and
// a filter over its mark elsewhere.
func (b *exprBinder) subqueryCondition(e ast.Expr, clause string, c *correlation) error {
	inner, not := e, false
	for n, ok := inner.(*ast.Not); ok; n, ok = inner.(*ast.Not) {
		inner, not = n.X, !not
	}
	var cond Expr
	var err error
	in, isIn := inner.(*ast.In)
	_, exists := inner.(*ast.Exists)
	if exists || isIn && in.Query != nil && !hasSubquery(in.X) {
		kind := LookupSemi
		if not != (isIn && in.Not) {
			kind = LookupAnti
		}
		cond, err = b.membership(inner, kind)
	} else {
		cond, err = b.condition(e, clause)
	}
	if err != nil || cond == nil {
		return err
	}
	if readsOuter(cond) {
		if c == nil {
			return errorAt(e.Position(), "this condition names a column of the query around it")
		}
		c.add(cond)
		return nil
	}
	b.in.node = &Filter{Input: b.in.node, Cond: cond}
	return nil
}

func astConjuncts(e ast.Expr) []ast.Expr {
	if b, ok := e.(*ast.Binary); ok && b.Op == ast.And {
		return append(astConjuncts(b.L), astConjuncts(b.R)...)
	}
	return []ast.Expr{e}
}

// Maybe is the condition, over both sides of a Lookup, that a pair would satisfy if
// the NULLs among the operands of IN had fitting values; nil where there is no IN.
func (n *Lookup) Maybe() Expr {
	left := len(n.Input.Schema().Fields)
	to := make([]int, len(n.Table.Schema().Fields))
	for i := range to {
		to[i] = left + i
	}
	var out Expr
	for i := len(n.InputKeys) - n.In; i < len(n.InputKeys); i++ {
		eq := &Call{Func: "=", Args: []Expr{n.InputKeys[i], remap(n.TableKeys[i], to)}, Of: boolean}
		out = conjunction(out, negate(&Call{Func: "IS FALSE", Args: []Expr{eq}, Of: boolean}, true))
	}
	if out == nil {
		return nil
	}
	return conjunction(out, n.On)
}
