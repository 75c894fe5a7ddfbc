package parse

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/millrace-sql/millrace/sql/ast"
)

// dump writes the structure of a tree without positions and without the way names were written.
func dump(b *strings.Builder, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			b.WriteString("nil")
			return
		}
		dump(b, v.Elem())
	case reflect.Struct:
		b.WriteString(v.Type().Name() + "{")
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; name != "Pos" && name != "Quoted" {
				b.WriteString(name + ":")
				dump(b, v.Field(i))
				b.WriteByte(' ')
			}
		}
		b.WriteByte('}')
	case reflect.Slice:
		b.WriteByte('[')
		for i := range v.Len() {
			dump(b, v.Index(i))
			b.WriteByte(' ')
		}
		b.WriteByte(']')
	default:
		fmt.Fprintf(b, "%v", v)
	}
}

func structure(e any) string {
	var b strings.Builder
	dump(&b, reflect.ValueOf(e))
	return b.String()
}

// grower makes random trees that the parser has had no part in.
type grower struct{ *rand.Rand }

func pick[T any](g grower, of ...T) T { return of[g.IntN(len(of))] }

func (g grower) yes() bool { return g.IntN(2) == 0 }

func (g grower) name() ast.Name {
	return ast.Name{Text: pick(g, "A", "b", `q"x`, "SELECT", "ROWTIME", "é")}
}

func (g grower) qualifier() *ast.IntervalQualifier {
	q := &ast.IntervalQualifier{From: pick(g, ast.Year, ast.Day, ast.Hour, ast.Second), Precision: pick(g, -1, 3), FracPrecision: -1}
	if q.From == ast.Day {
		q.To = pick(g, ast.NoUnit, ast.Hour, ast.Second)
	}
	if q.To == ast.Second || q.From == ast.Second && q.Precision >= 0 {
		q.FracPrecision = pick(g, -1, 2)
	}
	return q
}

func (g grower) leaf() ast.Expr {
	switch g.IntN(4) {
	case 0:
		return &ast.Column{Parts: ast.Qualified{g.name(), g.name()}}
	case 1:
		return &ast.Literal{Kind: ast.StringLit, Text: pick(g, "", "it's", "--", ":v1 `#1`")}
	case 2:
		return &ast.Literal{Kind: ast.IntervalLit, Text: "-1", Interval: g.qualifier()}
	}
	return pick(g, &ast.Literal{Kind: ast.IntegerLit, Text: "7"}, &ast.Literal{Kind: ast.ApproxLit, Text: "1E3"},
		&ast.Literal{Kind: ast.NullLit, Text: "NULL"}, &ast.Literal{Kind: ast.BoolLit, Text: "UNKNOWN"}, &ast.Literal{Kind: ast.DateLit, Text: "x"})
}

func (g grower) list(n int) []ast.Expr {
	out := []ast.Expr{g.expr(n)}
	for g.yes() && len(out) < 3 {
		out = append(out, g.expr(n))
	}
	return out
}

func (g grower) expr(n int) ast.Expr {
	if n == 0 {
		return g.leaf()
	}
	n--
	switch g.IntN(3) {
	case 0:
		op := pick(g, ast.Add, ast.Sub, ast.Mul, ast.Div, ast.Concat, ast.Eq, ast.Ne, ast.Lt, ast.Le, ast.Gt, ast.Ge, ast.And, ast.Or)
		return &ast.Binary{Op: op, L: g.expr(n), R: g.expr(n)}
	case 1:
		return g.predicate(n)
	}
	return g.form(n)
}

func (g grower) predicate(n int) ast.Expr {
	switch g.IntN(8) {
	case 0:
		return &ast.Not{X: g.expr(n)}
	case 1:
		return &ast.Is{X: g.expr(n), Not: g.yes(), What: pick(g, ast.IsNull, ast.IsTrue, ast.IsFalse, ast.IsUnknown)}
	case 2:
		return &ast.IsDistinct{L: g.expr(n), R: g.expr(n), Not: g.yes()}
	case 3:
		return &ast.Between{X: g.expr(n), Low: g.expr(n), High: g.expr(n), Not: g.yes()}
	case 4:
		in := &ast.In{X: g.expr(n), List: g.list(n), Not: g.yes()}
		if _, query := in.List[0].(*ast.Subquery); query {
			in.List = append(in.List, g.leaf()) // alone it would be the query of IN
		}
		return in
	case 5:
		return &ast.In{X: g.expr(n), Query: g.query(n), Not: g.yes()}
	case 6:
		return &ast.Exists{Query: g.query(n)}
	}
	l := &ast.Like{X: g.expr(n), Pattern: g.expr(n), Not: g.yes(), Similar: g.yes()}
	if g.yes() {
		l.Escape = g.expr(n)
	}
	return l
}

func (g grower) form(n int) ast.Expr {
	switch g.IntN(9) {
	case 0:
		return &ast.Unary{Op: pick(g, ast.Add, ast.Sub), X: g.expr(n)}
	case 1:
		c := &ast.Case{Whens: []ast.When{{Cond: g.expr(n), Then: g.expr(n)}, {Cond: g.leaf(), Then: g.leaf()}}}
		if g.yes() {
			c.Operand, c.Else = g.expr(n), g.expr(n)
		}
		return c
	case 2:
		return &ast.Cast{X: g.expr(n), Type: &ast.TypeName{Kind: "DECIMAL", HasPrecision: true, Precision: 9, HasScale: true, Scale: 2}}
	case 3:
		return &ast.FloorTo{X: g.expr(n), Ceil: g.yes(), Unit: pick(g, ast.Year, ast.Minute)}
	case 4:
		return &ast.Step{X: g.expr(n), By: g.expr(n)}
	case 5:
		return &ast.Extract{X: g.expr(n), Unit: ast.Hour}
	case 6:
		return &ast.Difference{L: g.expr(n), R: g.expr(n), Qualifier: g.qualifier()}
	case 7:
		return &ast.Subquery{Query: g.query(n)}
	}
	if g.yes() {
		return g.words(n)
	}
	c := &ast.Call{Name: ast.Qualified{{Text: pick(g, "SUM", "F")}}, Args: g.list(n), Distinct: g.yes()}
	if g.yes() {
		c.Filter = g.expr(n)
	}
	c.Nulls = pick(g, "", "", "IGNORE", "RESPECT")
	if g.yes() {
		return &ast.Over{Call: c, Window: g.window(n)}
	}
	return c
}

func (g grower) window(n int) *ast.Window {
	name := g.name()
	w := &ast.Window{Name: pick(g, &name, nil)}
	if g.yes() {
		w.PartitionBy = g.list(n)
	}
	if g.yes() {
		w.OrderBy = []ast.OrderItem{{Expr: g.expr(n), Desc: g.yes()}}
	}
	if g.yes() {
		w.Frame = &ast.Frame{Rows: g.yes(), Start: g.bound(n)}
		if g.yes() {
			end := g.bound(n)
			w.Frame.End = &end
		}
	}
	return w
}

func (g grower) bound(n int) ast.Bound {
	switch g.IntN(3) {
	case 0:
		return ast.Bound{}
	case 1:
		return ast.Bound{Unbounded: true, Following: g.yes()}
	}
	return ast.Bound{Value: g.expr(n), Following: g.yes()}
}

// words is a call with words in place of commas, TRY_CAST or a JSON function.
func (g grower) words(n int) ast.Expr {
	form := func(name string, words ...string) ast.Expr {
		c := &ast.Call{Name: ast.Qualified{{Text: name}}, Words: words}
		for range words {
			c.Args = append(c.Args, g.expr(n))
		}
		return c
	}
	value := func() *ast.JSONDefault {
		return pick(g, nil, &ast.JSONDefault{What: "NULL"}, &ast.JSONDefault{What: "ERROR"}, &ast.JSONDefault{What: "DEFAULT", Value: g.expr(n)})
	}
	switch g.IntN(9) {
	case 0:
		return form("SUBSTRING", "", "FROM", "FOR")
	case 1:
		return form("SUBSTRING", "", "SIMILAR", "ESCAPE")
	case 2:
		return form("POSITION", "", "IN")
	case 3:
		return form("OVERLAY", "", "PLACING", "FROM")
	case 4:
		return form("TRIM", pick(g, "LEADING", ""), "FROM")
	case 5:
		return form("TRIM", pick(g, "TRAILING FROM", "FROM"))
	case 6:
		return &ast.Cast{Try: true, X: g.expr(n), Type: &ast.TypeName{Kind: "DATE"}}
	case 7:
		return &ast.JSONCall{Func: "JSON_QUERY", Doc: g.expr(n), Path: &ast.Literal{Kind: ast.StringLit, Text: "lax $.a"}, Wrapper: pick(g, "", "WITHOUT", "CONDITIONAL")}
	}
	return &ast.JSONCall{Func: "JSON_VALUE", Doc: g.expr(n), Path: &ast.Literal{Kind: ast.StringLit, Text: "$"}, OnEmpty: value(), OnError: value()}
}

func (g grower) query(n int) ast.Query {
	n = max(n-1, 0)
	q := &ast.Select{Stream: g.yes(), Distinct: g.yes()}
	for _, e := range g.list(n) {
		q.Items = append(q.Items, ast.SelectItem{Expr: e})
	}
	for range g.IntN(3) {
		q.From = append(q.From, g.table(n))
	}
	if g.IntN(4) == 0 && q.From != nil {
		q.Stagger = &ast.Stagger{PartitionBy: g.list(n), Range: &ast.Literal{Kind: ast.IntervalLit, Text: "1", Interval: g.qualifier()}}
		q.Having, q.Windows = g.expr(n), []ast.NamedWindow{{Name: g.name(), Window: g.window(n)}, {Name: g.name(), Window: &ast.Window{}}}
		return q
	}
	if g.yes() {
		q.Where, q.GroupBy = g.expr(n), g.list(n)
		q.OrderBy = []ast.OrderItem{{Expr: g.expr(n), Desc: g.yes(), Nulls: pick(g, ast.NullsDefault, ast.NullsFirst, ast.NullsLast)}}
		return q
	}
	if g.IntN(4) == 0 {
		name := g.name()
		return &ast.With{Entries: []ast.CTE{{Name: name, Query: q}, {Name: g.name(), Columns: []ast.Name{name}, Query: q}}, Body: q}
	}
	if g.yes() {
		return &ast.SetOp{Op: pick(g, "UNION", "EXCEPT", "INTERSECT"), All: g.yes(), L: q, R: &ast.Values{Rows: [][]ast.Expr{g.list(n), g.list(n)}}}
	}
	return q
}

func (g grower) table(n int) ast.TableRef {
	name := g.name()
	if g.yes() {
		return &ast.TableName{Parts: ast.Qualified{g.name(), g.name()}, Window: pick(g, g.window(n), nil), Alias: &name, ColumnAliases: []ast.Name{g.name()}}
	}
	if n == 0 {
		return &ast.TableName{Parts: ast.Qualified{g.name()}, Window: pick(g, g.window(0), nil)}
	}
	if g.yes() {
		return &ast.SubqueryRef{Query: g.query(n - 1), Window: pick(g, g.window(0), nil), Alias: &name}
	}
	if g.yes() {
		return g.tableFunc(n-1, &name)
	}
	j := &ast.Join{Kind: pick(g, ast.InnerJoin, ast.LeftJoin, ast.RightJoin, ast.FullJoin), L: g.table(n - 1), R: g.table(n - 1)}
	switch g.IntN(3) {
	case 0:
		j.On = g.expr(n)
	case 1:
		j.Using = []ast.Name{g.name()}
	default:
		j.Natural = true
	}
	return j
}

func (g grower) tableFunc(n int, alias *ast.Name) ast.TableRef {
	name := g.name()
	t := &ast.TableFunc{Name: ast.Qualified{{Text: pick(g, "TUMBLE", "F")}}, Window: pick(g, g.window(0), nil), Alias: pick(g, alias, nil)}
	for range g.IntN(4) {
		a := ast.TableArg{Name: pick(g, &name, nil)}
		switch g.IntN(4) {
		case 0:
			a.Query = g.query(n)
		case 1:
			a.Columns = []ast.Name{g.name(), g.name()}
		case 2:
			a.Table = &ast.TableName{Parts: ast.Qualified{g.name()}}
			if g.yes() {
				a.PartitionBy = g.list(n)
			}
		default:
			a.Expr = g.expr(n)
		}
		t.Args = append(t.Args, a)
	}
	return t
}

// TestTreesSurvive prints random trees and expects the parser to find the very same structure.
func TestTreesSurvive(t *testing.T) {
	g := grower{rand.New(rand.NewPCG(1, 2))}
	for range 1500 {
		q := g.query(4)
		text := q.String()
		s, err := ParseStatement(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if got, want := structure(s.(*ast.SelectStatement).Query), structure(q); got != want {
			t.Fatalf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}
