package plan

import "github.com/millrace-sql/millrace/sql/ast"

// walkAST calls f for e and the expressions below it, subqueries left out.
func walkAST(e ast.Expr, f func(ast.Expr)) {
	if e == nil {
		return
	}
	f(e)
	for _, c := range operands(e) {
		walkAST(c, f)
	}
}

func operands(e ast.Expr) []ast.Expr {
	switch e := e.(type) {
	case *ast.Unary:
		return []ast.Expr{e.X}
	case *ast.Binary:
		return []ast.Expr{e.L, e.R}
	case *ast.Not:
		return []ast.Expr{e.X}
	case *ast.Is:
		return []ast.Expr{e.X}
	case *ast.IsDistinct:
		return []ast.Expr{e.L, e.R}
	case *ast.Between:
		return []ast.Expr{e.X, e.Low, e.High}
	case *ast.In:
		return append([]ast.Expr{e.X}, e.List...)
	case *ast.Like:
		return []ast.Expr{e.X, e.Pattern, e.Escape}
	case *ast.Period:
		return []ast.Expr{e.L, e.R}
	case *ast.Case:
		out := []ast.Expr{e.Operand, e.Else}
		for _, w := range e.Whens {
			out = append(out, w.Cond, w.Then)
		}
		return out
	case *ast.Cast:
		return []ast.Expr{e.X}
	case *ast.Call:
		return append([]ast.Expr{e.Filter}, e.Args...)
	case *ast.Over:
		// Not its call, which is no call of a plain aggregate.
		return append(append(operands(e.Call), e.Window.PartitionBy...), orderExprs(e.Window.OrderBy)...)
	case *ast.FloorTo:
		return []ast.Expr{e.X}
	case *ast.Step:
		return []ast.Expr{e.X, e.By}
	case *ast.Extract:
		return []ast.Expr{e.X}
	case *ast.JSONCall:
		out := []ast.Expr{e.Doc, e.Path}
		for _, d := range []*ast.JSONDefault{e.OnEmpty, e.OnError} {
			if d != nil {
				out = append(out, d.Value)
			}
		}
		return out
	case *ast.Difference:
		return []ast.Expr{e.L, e.R}
	case *ast.Row:
		return e.Items
	}
	return nil
}

func orderExprs(items []ast.OrderItem) []ast.Expr {
	out := make([]ast.Expr, len(items))
	for i, item := range items {
		out[i] = item.Expr
	}
	return out
}
