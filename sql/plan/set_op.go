package plan

import (
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// setOp binds a set operation (kda-sql.md §12). NULLs are equal to each other; rows
// come in the order in which they first appear on the left.
func (b *Binder) setOp(q *ast.SetOp, streaming bool) (Node, error) {
	name := q.Op
	if q.All {
		name += " ALL"
	}
	switch {
	case q.All && q.Op != "UNION":
		return nil, errorAt(q.Pos, "%s is not supported", name).near(q.Op).hint("%s removes duplicates; UNION ALL keeps them", q.Op)
	case streaming && !q.All:
		return nil, errorAt(q.Pos, "%s of streams would keep every row for ever", name).near(q.Op).hint("UNION ALL merges streams")
	}
	l, err := b.query(q.L, streaming)
	if err != nil {
		return nil, err
	}
	r, err := b.query(q.R, streaming)
	if err != nil {
		return nil, err
	}
	schema, err := commonSchema(l.Schema(), r.Schema(), q, name)
	if err != nil {
		return nil, err
	}
	l, r = castTo(l, schema), castTo(r, schema)
	switch {
	case q.Op == "UNION" && q.All:
		return unionAll(schema, streaming, l, r), nil
	case q.Op == "UNION":
		return distinct(unionAll(schema, streaming, l, r)), nil
	}
	l = distinct(l)
	n := &Lookup{Kind: LookupSemi, Input: l, Table: r, NullSafe: true, schema: l.Schema()}
	if q.Op == "EXCEPT" {
		n.Kind = LookupAnti
	}
	n.InputKeys, n.TableKeys = allColumns(l.Schema()), allColumns(r.Schema())
	return n, nil
}

// commonSchema is the left side's names with the common types.
func commonSchema(ls, rs types.Schema, q *ast.SetOp, name string) (types.Schema, error) {
	if (ls.RowTime < 0) != (rs.RowTime < 0) {
		return ls, errorAt(q.Pos, "%s of a stream and a finite relation", name).near(q.Op).hint("a JOIN looks the rows of a table up")
	}
	if len(ls.Fields) != len(rs.Fields) {
		return ls, errorAt(q.Pos, "the sides of %s have %d and %d columns", name, len(ls.Visible()), len(rs.Visible())).near(q.Op).
			hint("both need the same columns in the same order")
	}
	schema := types.Schema{Fields: append([]types.Field(nil), ls.Fields...), RowTime: ls.RowTime}
	for i, f := range ls.Fields {
		t, ok := types.Common(f.Type, rs.Fields[i].Type)
		if !ok {
			return ls, errorAt(q.Pos, "column %d of %s is %s on one side and %s on the other", i+1, name, f.Type, rs.Fields[i].Type).near(q.Op).
				hint("CAST one of them")
		}
		schema.Fields[i].Type, schema.Fields[i].NotNull = t, f.NotNull && rs.Fields[i].NotNull
	}
	return schema, nil
}

func unionAll(schema types.Schema, streaming bool, sides ...Node) Node {
	union := &Union{schema: schema}
	for _, side := range sides {
		if streaming {
			side = sorted(side)
		}
		if u, ok := side.(*Union); ok {
			union.Branches = append(union.Branches, u.Branches...)
			continue
		}
		union.Branches = append(union.Branches, side)
	}
	return union
}

// distinct is n with each row once, in the order of first appearance: a grouping by
// all columns.
func distinct(n Node) Node {
	agg := &Aggregate{Input: n, Keys: allColumns(n.Schema())}
	agg.finish()
	for i, f := range n.Schema().Fields {
		agg.schema.Fields[i] = f
	}
	return agg
}

func allColumns(s types.Schema) []Expr {
	out := make([]Expr, len(s.Fields))
	for i, f := range s.Fields {
		out[i] = &Column{Index: i, Name: f.Name, Of: f.Type}
	}
	return out
}

// castTo converts the columns of n to the types of schema.
func castTo(n Node, schema types.Schema) Node {
	same := true
	exprs := make([]Expr, len(schema.Fields))
	for i, f := range n.Schema().Fields {
		exprs[i] = coerce(&Column{Index: i, Name: f.Name, Of: f.Type}, schema.Fields[i].Type)
		same = same && f.Type == schema.Fields[i].Type
	}
	if same {
		return n
	}
	return &Project{Input: n, Exprs: exprs, schema: schema}
}
