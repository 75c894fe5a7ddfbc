package plan

import (
	"math"
	"strconv"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// exprBinder gives expressions types over one scope. Above an Aggregate, group
// is set and decides what columns mean.
type exprBinder struct {
	catalog Catalog // for functions of the user; nil where none can be
	scope   *scope
	group   *grouping
	// in is the rows that subqueries join; nil where none may stand, which clause
	// names for the error.
	in     *input
	clause string
	// outer is the place of the query around; its columns can be named if outers is
	// set.
	outer  *exprBinder
	outers bool
}

var boolean = types.Of(types.Boolean)

// condition binds a boolean expression; clause names it in the error.
func (b *exprBinder) condition(e ast.Expr, clause string) (Expr, error) {
	bound, err := b.bind(e)
	if err != nil {
		return nil, err
	}
	if k := bound.Type().Kind; k != types.Boolean && k != types.Null {
		return nil, errorAt(e.Position(), "%s takes a condition, this is %s", clause, bound.Type())
	}
	return coerce(bound, boolean), nil
}

// coerce is e as type t; the caller has checked that the conversion is implicit.
func coerce(e Expr, t types.Type) Expr {
	if e.Type() == t {
		return e
	}
	if lit, ok := e.(*Literal); ok {
		if out := coerceLiteral(lit, t); out != nil {
			return out
		}
	}
	// A longer or unlimited string type needs no work.
	from := e.Type()
	if from.IsString() && t.Kind == types.Varchar && (t.Precision == 0 || from.Precision > 0 && from.Precision <= t.Precision) {
		return e
	}
	return &Cast{X: e, Of: t}
}

func (b *exprBinder) bindAll(list []ast.Expr) ([]Expr, error) {
	out := make([]Expr, len(list))
	for i, e := range list {
		var err error
		if out[i], err = b.bind(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (b *exprBinder) bind(e ast.Expr) (Expr, error) {
	if b.group != nil {
		if found, err := b.group.bind(e); found != nil || err != nil {
			return found, err
		}
	}
	switch e := e.(type) {
	case *ast.Literal:
		return bindLiteral(e)
	case *ast.Column:
		return b.bindColumn(e)
	case *ast.Unary:
		return b.bindUnary(e)
	case *ast.Binary:
		return b.bindBinary(e)
	case *ast.Not:
		x, err := b.condition(e.X, "NOT")
		return &Call{Func: "NOT", Args: []Expr{x}, Of: boolean, Pos: e.Pos}, err
	case *ast.Is:
		return b.bindIs(e)
	case *ast.IsDistinct:
		return b.bindDistinct(e)
	case *ast.Between:
		return b.bindBetween(e)
	case *ast.In:
		return b.bindIn(e)
	case *ast.Like:
		return b.bindLike(e)
	case *ast.Period:
		return b.bindPeriod(e)
	case *ast.Case:
		return b.bindCase(e)
	case *ast.Cast:
		return b.bindCast(e)
	case *ast.FloorTo:
		return b.bindFloorTo(e)
	case *ast.Step:
		return b.bindStepBy(e)
	case *ast.Extract:
		return b.bindExtract(e)
	case *ast.Difference:
		return b.bindDifference(e)
	case *ast.JSONCall:
		return b.bindJSON(e)
	case *ast.Call:
		return noRecord(b.bindCall(e))
	case *ast.Subquery:
		return b.bindScalar(e)
	case *ast.Exists:
		return b.bindMembership(e)
	case *ast.Over:
		return b.bindOver(e)
	case *ast.Row:
		return nil, errorAt(e.Pos, "a row of values stands only before IN and in its list").near(e.String())
	}
	return nil, errorAt(e.Position(), "this expression is not supported yet").near(e.String())
}

func (b *exprBinder) bindColumn(e *ast.Column) (Expr, error) {
	c, err := b.scope.resolve(e.Parts)
	if err == nil {
		return c, nil
	}
	if b.outer == nil || !isMissing(err) {
		return nil, err
	}
	out, outerErr := b.outer.bind(e)
	switch {
	case isMissing(outerErr):
		return nil, err // the nearest scope says what there is
	case outerErr != nil:
		return nil, outerErr
	}
	o, ok := out.(*Column)
	if !ok || !b.outers {
		return nil, errorAt(e.Parts.Position(), "column %s belongs to the query around the subquery", e.Parts.Last().Text).near(e.Parts.Last().Text).
			hint("the WHERE of a subquery can name it, one level down")
	}
	return &outerColumn{*o}, nil
}

func (b *exprBinder) bindUnary(e *ast.Unary) (Expr, error) {
	if lit, ok := e.X.(*ast.Literal); ok && e.Op == ast.Sub && lit.Kind == ast.IntegerLit {
		// The least BIGINT is not the negative of a BIGINT.
		if v, err := strconv.ParseInt("-"+lit.Text, 10, 64); err == nil && v == math.MinInt64 {
			return &Literal{v, types.Of(types.BigInt)}, nil
		}
	}
	x, err := b.bind(e.X)
	if err != nil {
		return nil, err
	}
	if t := x.Type(); !t.IsNumeric() && !t.IsInterval() && t.Kind != types.Null {
		return nil, errorAt(e.Pos, "the sign %s cannot stand before %s", e.Op, t).near(string(e.Op))
	}
	if e.Op == ast.Add {
		return x, nil
	}
	if lit, ok := x.(*Literal); ok {
		return negated(lit), nil
	}
	return &Call{Func: "NEG", Args: []Expr{x}, Of: x.Type(), Pos: e.Pos}, nil
}

func (b *exprBinder) bindIs(e *ast.Is) (Expr, error) {
	var x Expr
	var err error
	if e.What == ast.IsNull {
		x, err = b.bind(e.X)
	} else {
		x, err = b.condition(e.X, "IS "+string(e.What))
	}
	if err != nil {
		return nil, err
	}
	what := string(e.What)
	if e.What == ast.IsUnknown {
		what = string(ast.IsNull)
	}
	return negate(&Call{Func: "IS " + what, Args: []Expr{x}, Of: boolean, Pos: e.Pos}, e.Not), nil
}

func (b *exprBinder) bindDistinct(e *ast.IsDistinct) (Expr, error) {
	args, err := b.bindAll([]ast.Expr{e.L, e.R})
	if err != nil {
		return nil, err
	}
	c, err := compare("IS DISTINCT FROM", args[0], args[1], e.Pos)
	if err != nil {
		return nil, err
	}
	return negate(c, e.Not), nil
}

func negate(e Expr, not bool) Expr {
	if !not {
		return e
	}
	return &Call{Func: "NOT", Args: []Expr{e}, Of: boolean}
}

// bindBetween is low <= x AND x <= high.
func (b *exprBinder) bindBetween(e *ast.Between) (Expr, error) {
	args, err := b.bindAll([]ast.Expr{e.X, e.Low, e.High})
	if err != nil {
		return nil, err
	}
	low, err := compare(">=", args[0], args[1], e.Low.Position())
	if err != nil {
		return nil, err
	}
	high, err := compare("<=", args[0], args[2], e.High.Position())
	if err != nil {
		return nil, err
	}
	return negate(conjunction(low, high), e.Not), nil
}

// bindIn is x = a OR x = b OR ...
func (b *exprBinder) bindIn(e *ast.In) (Expr, error) {
	if e.Query != nil {
		return b.bindMembership(e)
	}
	xs, err := b.rowItems(e.X)
	if err != nil {
		return nil, err
	}
	var out Expr
	for _, item := range e.List {
		vs, err := b.rowItems(item)
		if err != nil {
			return nil, err
		}
		if len(vs) != len(xs) {
			return nil, errorAt(item.Position(), "IN compares %d values with %d", len(xs), len(vs))
		}
		var eq Expr
		for i := range vs {
			c, err := compare("=", xs[i], vs[i], item.Position())
			if err != nil {
				return nil, err
			}
			eq = conjunction(eq, c)
		}
		if out == nil {
			out = eq
			continue
		}
		out = &Call{Func: "OR", Args: []Expr{out, eq}, Of: boolean, Pos: e.Pos}
	}
	return negate(out, e.Not), nil
}

// rowItems is the values of (a, b), or the one value of anything else.
func (b *exprBinder) rowItems(e ast.Expr) ([]Expr, error) {
	if row, ok := e.(*ast.Row); ok {
		return b.bindAll(row.Items)
	}
	x, err := b.bind(e)
	return []Expr{x}, err
}
