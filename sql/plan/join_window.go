package plan

import (
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// checkJoinWindows holds the windows behind the relations of FROM against the rules of
// kda-sql.md §9.5 and §11.2.
func checkJoinWindows(q *ast.Select) error {
	joined := len(q.From) > 1
	for _, ref := range q.From {
		if err := checkRefWindows(q, ref, joined); err != nil {
			return err
		}
	}
	return nil
}

func checkRefWindows(q *ast.Select, ref ast.TableRef, joined bool) error {
	var w *ast.Window
	switch ref := ref.(type) {
	case *ast.Join:
		if err := checkRefWindows(q, ref.L, true); err != nil {
			return err
		}
		return checkRefWindows(q, ref.R, true)
	case *ast.TableName:
		w = ref.Window
	case *ast.SubqueryRef:
		w = ref.Window
	case *ast.TableFunc:
		w = ref.Window
	}
	if w == nil {
		return nil
	}
	if !joined {
		return errorAt(w.Pos, "a window behind a relation belongs to a join").near("OVER").
			hint("an aggregate has its window in the select list: SUM(x) OVER w")
	}
	return checkJoinWindow(q, w)
}

func checkJoinWindow(q *ast.Select, w *ast.Window) error {
	spec, err := windowSpec(q.Windows, w)
	if err != nil {
		return err
	}
	if len(spec.PartitionBy) > 0 {
		return errorAt(spec.PartitionBy[0].Position(), "the window of a join has no PARTITION BY").near("PARTITION").
			hint("ON says which rows belong together")
	}
	for i, item := range spec.OrderBy {
		c, ok := item.Expr.(*ast.Column)
		if i > 0 || !ok || c.Parts.Last().Text != types.RowTimeName || item.Desc || item.Within != nil {
			return errorAt(item.Expr.Position(), "the window of a join is ordered by ROWTIME").near(item.Expr.String()).
				hint("leave ORDER BY out")
		}
	}
	if spec.Frame != nil {
		if err := checkJoinFrame(spec.Frame); err != nil {
			return err
		}
	}
	return errorAt(w.Pos, "a window of a join is not supported yet").near("OVER").hint("a table on the right side needs none")
}
