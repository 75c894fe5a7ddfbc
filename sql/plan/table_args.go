package plan

import (
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// tableParam is a whole number that a table function takes behind its query, by place or by
// name => ; what is left out keeps its default.
type tableParam struct {
	name      string
	low, high int
	into      *int
}

// tableFlag is a BOOLEAN that stands behind the numbers.
type tableFlag struct {
	name string
	into *bool
}

// tableArgs binds the query that a table function takes, and its constants.
func (b *Binder) tableArgs(ref *ast.TableFunc, streaming bool, params []tableParam, flags []tableFlag) (Node, types.Schema, error) {
	name := ref.Name.Last()
	none := types.Schema{}
	if len(ref.Args) == 0 || ref.Args[0].Query == nil && ref.Args[0].Table == nil {
		return nil, none, errorAt(name.Pos, "%s takes a query first", name.Text).near(name.Text).hint("write TABLE(%s(CURSOR(SELECT STREAM ...)))", name.Text)
	}
	if by := ref.Args[0].PartitionBy; len(by) > 0 {
		return nil, none, errorAt(by[0].Position(), "%s has no PARTITION BY", name.Text).near(name.Text)
	}
	for i, arg := range ref.Args[1:] {
		if i >= len(params)+len(flags) || arg.Expr == nil || arg.Name != nil {
			return nil, none, errorAt(arg.Pos, "%s does not take this argument", name.Text).near(name.Text).hint("%s", tableUsage(name.Text, params, flags))
		}
		bound, err := (&exprBinder{catalog: b.Catalog, scope: newScope(types.NewSchema(), ast.Name{})}).bind(arg.Expr)
		if err != nil {
			return nil, none, err
		}
		lit, _ := bound.(*Literal)
		if i >= len(params) {
			flag, ok := literalValue[bool](lit)
			if !ok {
				return nil, none, errorAt(arg.Pos, "%s: %s is TRUE or FALSE", name.Text, flags[i-len(params)].name).near(arg.Expr.String())
			}
			*flags[i-len(params)].into = flag
			continue
		}
		p := params[i]
		v, ok := literalValue[int64](lit)
		if !ok || !lit.Of.IsInteger() || v < int64(p.low) || v > int64(p.high) {
			return nil, none, errorAt(arg.Pos, "%s: %s is a whole number from %d to %d", name.Text, p.name, p.low, p.high).near(arg.Expr.String())
		}
		*p.into = int(v)
	}
	return b.rowsOf(ref.Args[0], streaming)
}

func literalValue[T any](lit *Literal) (v T, ok bool) {
	if lit != nil {
		v, ok = lit.Value.(T)
	}
	return v, ok
}

func tableUsage(name string, params []tableParam, flags []tableFlag) string {
	out := name + "(CURSOR(query)"
	for _, p := range params {
		out += ", " + p.name
	}
	for _, f := range flags {
		out += ", " + f.name
	}
	return out + ")"
}
