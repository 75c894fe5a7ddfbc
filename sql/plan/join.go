package plan

import (
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// join binds a stream or table with a finite relation on its right: each left
// row looks up its partners, the rowtime stays the left one's (kda-sql.md
// §11.4).
func (b *Binder) join(l Node, ls *scope, r Node, rs *scope, j *ast.Join, streaming bool) (Node, *scope, error) {
	if r.Schema().RowTime >= 0 {
		e := errorAt(j.Pos, "a join with a stream on its right side is not supported yet").near("JOIN")
		if l.Schema().RowTime < 0 {
			return nil, nil, e.hint("put the stream on the left side and the table on the right")
		}
		return nil, nil, e.hint("the right side must be a table")
	}
	if j.Kind == ast.RightJoin || j.Kind == ast.FullJoin {
		e := errorAt(j.Pos, "%s JOIN is not supported yet", j.Kind).near(string(j.Kind))
		if streaming {
			e = errorAt(j.Pos, "%s JOIN would keep a table row until the stream ends", j.Kind).near(string(j.Kind))
		}
		return nil, nil, e.hint("INNER and LEFT JOIN are supported")
	}
	if j.Natural {
		j = natural(ls, rs, j)
	}
	if err := distinctAliases(ls, rs, j.Pos); err != nil {
		return nil, nil, err
	}
	both := ls.join(rs)
	n := &Lookup{Input: l, Table: r, schema: both.schema}
	if j.Kind == ast.LeftJoin {
		n.Kind = LookupLeft
		n.schema.Fields = append([]types.Field(nil), n.schema.Fields...)
		for i := len(ls.schema.Fields); i < len(n.schema.Fields); i++ {
			n.schema.Fields[i].NotNull = false
		}
		both.schema = n.schema
	}
	// The nodes' schemas keep the stored names, the scopes the renamed ones.
	if j.Kind == ast.CrossJoin {
		return n, both, nil
	}
	plain, rest, err := onParts(j)
	if err != nil {
		return nil, nil, err
	}
	if plain != nil || j.On == nil {
		cond, err := b.joinCondition(both, ls, rs, j, plain)
		if err != nil {
			return nil, nil, err
		}
		n.split(cond, len(ls.schema.Fields))
	}
	out, err := b.joined(n, both, rest, streaming)
	return out, both, err
}

// natural is the join by the columns that both sides have under one name; without
// any it is every pair.
func natural(ls, rs *scope, j *ast.Join) *ast.Join {
	out := &ast.Join{Kind: j.Kind, L: j.L, R: j.R, Pos: j.Pos}
	for _, r := range rs.schema.Visible() {
		name := rs.schema.Fields[r].Name
		if rs.schema.Fields[r].Record != "" {
			continue // a field has no name without its record
		}
		for _, l := range ls.schema.Visible() {
			if ls.schema.Fields[l].Record == "" && ls.schema.Fields[l].Name == name && !ls.merged[l] && !rs.merged[r] {
				out.Using = append(out.Using, ast.Name{Text: name, Quoted: true, Pos: j.Pos})
				break
			}
		}
	}
	switch {
	case len(out.Using) > 0:
	case j.Kind == ast.InnerJoin:
		out.Kind = ast.CrossJoin
	default:
		out.On = &ast.Literal{Kind: ast.BoolLit, Text: "TRUE", Pos: j.Pos}
	}
	return out
}

// distinctAliases refuses two relations under one name: nothing could tell their
// columns apart.
func distinctAliases(ls, rs *scope, pos ast.Pos) error {
	for _, l := range ls.aliases() {
		for _, r := range rs.aliases() {
			if l == r && l != "" {
				return errorAt(pos, "two relations in FROM are called %s", l).near(l).hint("give one of them an alias: %s AS x", l)
			}
		}
	}
	return nil
}

// onParts is the conditions of ON without and with subqueries. The latter are asked
// of the rows of an inner join; of an outer one they would have to be asked of every
// pair.
func onParts(j *ast.Join) (plain ast.Expr, rest []ast.Expr, err error) {
	if j.On == nil || !hasSubquery(j.On) {
		return j.On, nil, nil
	}
	if j.Kind != ast.InnerJoin {
		return nil, nil, errorAt(j.On.Position(), "a subquery in ON of a %s JOIN is not supported", j.Kind).
			hint("put it into the WHERE of a subquery on the right")
	}
	for _, part := range astConjuncts(j.On) {
		switch {
		case hasSubquery(part):
			rest = append(rest, part)
		case plain == nil:
			plain = part
		default:
			plain = &ast.Binary{Op: ast.And, L: plain, R: part, Pos: part.Position()}
		}
	}
	return plain, rest, nil
}

// joined is a join with the conditions that ask subqueries.
func (b *Binder) joined(n Node, sc *scope, rest []ast.Expr, streaming bool) (Node, error) {
	if len(rest) == 0 {
		return n, nil
	}
	eb := &exprBinder{catalog: b.Catalog, scope: sc, in: b.rows(n, streaming)}
	for _, part := range rest {
		if err := eb.subqueryCondition(part, "ON", nil); err != nil {
			return nil, err
		}
	}
	return narrow(eb.in.node, n.Schema()), nil
}

// narrow is the first columns of n, those of the schema: without what subqueries
// have added.
func narrow(n Node, schema types.Schema) Node {
	if len(n.Schema().Fields) == len(schema.Fields) {
		return n
	}
	return &Project{Input: n, Exprs: allColumns(schema), schema: schema}
}

// joinCondition is ON, or the equalities that USING stands for.
func (b *Binder) joinCondition(both, ls, rs *scope, j *ast.Join, on ast.Expr) (Expr, error) {
	if len(j.Using) == 0 {
		if on == nil {
			return nil, errorAt(j.Pos, "JOIN needs ON or USING").near("JOIN")
		}
		return (&exprBinder{catalog: b.Catalog, scope: both, outer: b.outer}).condition(on, "ON")
	}
	var cond Expr
	for _, name := range j.Using {
		l, err := ls.resolve(ast.Qualified{name})
		if err != nil {
			return nil, err
		}
		r, err := rs.resolve(ast.Qualified{name})
		if err != nil {
			return nil, err
		}
		r.Index += len(ls.schema.Fields)
		both.merged[r.Index] = true
		eq, err := compare("=", l, r, name.Pos)
		if err != nil {
			return nil, err
		}
		cond = conjunction(cond, eq)
	}
	return cond, nil
}

// split sorts the conjuncts of a condition over both sides into key equalities
// and the rest.
func (n *Lookup) split(cond Expr, left int) {
	toRight := make([]int, len(n.schema.Fields))
	for i := range toRight {
		toRight[i] = i - left
	}
	for _, c := range conjuncts(cond) {
		call, ok := c.(*Call)
		if ok && call.Func == "=" {
			l, r := call.Args[0], call.Args[1]
			if side(l, left) == rightSide && side(r, left) == leftSide {
				l, r = r, l
			}
			if side(l, left) == leftSide && side(r, left) == rightSide {
				n.InputKeys = append(n.InputKeys, l)
				n.TableKeys = append(n.TableKeys, remap(r, toRight))
				continue
			}
		}
		n.On = conjunction(n.On, c)
	}
}

const (
	noSide = iota
	leftSide
	rightSide
	bothSides
)

// side tells which columns an expression reads.
func side(e Expr, left int) int {
	out := noSide
	walk(e, func(e Expr) {
		if c, ok := e.(*Column); ok {
			if c.Index < left {
				out |= leftSide
			} else {
				out |= rightSide
			}
		}
	})
	return out
}

// conjuncts is the operands of a tree of ANDs.
func conjuncts(e Expr) []Expr {
	if c, ok := e.(*Call); ok && c.Func == "AND" {
		return append(conjuncts(c.Args[0]), conjuncts(c.Args[1])...)
	}
	return []Expr{e}
}

// conjunction is a AND b; nil is TRUE.
func conjunction(a, b Expr) Expr {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return &Call{Func: "AND", Args: []Expr{a, b}, Of: types.Of(types.Boolean)}
}
