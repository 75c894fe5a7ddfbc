package plan

import (
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// stagger binds WINDOWED BY STAGGER (kda-sql.md §9.4); eb binds over the rows of FROM.
func (b *Binder) stagger(q *ast.Select, eb *exprBinder, streaming bool) error {
	s := q.Stagger
	if !streaming {
		return errorAt(s.Pos, "WINDOWED BY STAGGER needs a stream").near("WINDOWED").hint("without STREAM the query is finite: GROUP BY has no window")
	}
	keys := &exprBinder{catalog: b.Catalog, scope: eb.scope, outer: b.outer, clause: "in WINDOWED BY"}
	if _, err := keys.bindAll(s.PartitionBy); err != nil {
		return err
	}
	length, err := bindLiteral(s.Range)
	if err != nil {
		return err
	}
	if l := length.(*Literal); l.Of.Kind == types.MonthInterval || l.Value.(int64) <= 0 {
		return errorAt(s.Range.Pos, "the RANGE of STAGGER is a positive time of days, hours, minutes or seconds").near(s.Range.String())
	}
	return errorAt(s.Pos, "WINDOWED BY STAGGER is not supported yet").near("WINDOWED").
		hint("GROUP BY STEP(s.ROWTIME BY INTERVAL '1' MINUTE) has windows that begin together")
}
