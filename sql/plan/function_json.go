package plan

import (
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/jsonpath"
	"github.com/millrace-sql/millrace/sql/types"
)

// jsonFunctions is Flink's functions of JSON documents. The grammar reads their
// clauses, bindJSON binds them.
var jsonFunctions = []*Function{
	{
		Name: "JSON_VALUE", Min: 2, Max: 2, Types: anyText,
		Usage: "JSON_VALUE(doc, path [RETURNING type] [{NULL | ERROR | DEFAULT x} ON EMPTY] [{NULL | ERROR | DEFAULT x} ON ERROR])",
		Doc: "the scalar that the path names. Paths have .name, ['name'], [n] and [*]. Behind `lax`, what is missing or no scalar is EMPTY; " +
			"without a word or behind `strict` it is an ERROR, as is a document that is not JSON. NULL where nothing is said",
		Examples: []Example{
			{`JSON_VALUE('{"a": {"b": [10, 20]}}', '$.a.b[1]')`, "20"}, {`JSON_VALUE('{"a": "x"}', 'lax $.c' DEFAULT '-' ON EMPTY)`, "-"}, {`JSON_VALUE('{"a": 1.5}', '$.a' RETURNING DOUBLE)`, "1.5"},
		},
	},
	{
		Name: "JSON_QUERY", Min: 2, Max: 2, Types: anyText,
		Usage: "JSON_QUERY(doc, path [{WITHOUT | WITH [CONDITIONAL | UNCONDITIONAL]} [ARRAY] WRAPPER] [{NULL | ERROR | EMPTY ARRAY | EMPTY OBJECT} ON EMPTY] [... ON ERROR])",
		Doc:   "the object or array that the path names, or the array of all that a path with * names; scalars need a wrapper",
		Examples: []Example{
			{`JSON_QUERY('{"a": {"b": 1}}', '$.a')`, `{"b":1}`}, {`JSON_QUERY('{"a": [{"c": 1}, {"c": 2}]}', 'lax $.a[*].c')`, "[1,2]"}, {`JSON_QUERY('{"a": 1}', '$.a' WITH WRAPPER)`, "[1]"},
		},
	},
	{
		Name: "JSON_EXISTS", Min: 2, Max: 2, Types: gives(boolean, aString),
		Usage: "JSON_EXISTS(doc, path [{TRUE | FALSE | UNKNOWN | ERROR} ON ERROR])", Doc: "whether the path names something else than null",
		Examples: []Example{{`JSON_EXISTS('{"a": 1}', '$.a')`, "true"}, {`JSON_EXISTS('{"a": 1}', '$.b')`, "false"}, {`JSON_EXISTS('{', '$.b' UNKNOWN ON ERROR)`, "NULL"}},
	},
}

// bindJSON makes a Call with the arguments document, path, clauses and the values
// of DEFAULT. The clauses are a string, as `NULL ON EMPTY, ERROR ON ERROR, WITHOUT
// WRAPPER`.
func (b *exprBinder) bindJSON(e *ast.JSONCall) (Expr, error) {
	args, err := b.bindAll([]ast.Expr{e.Doc, e.Path})
	if err != nil {
		return nil, err
	}
	if t := args[0].Type(); !t.IsString() && t.Kind != types.Null {
		return nil, errorAt(e.Doc.Position(), "%s takes a document in a string, this is %s", e.Func, t).near(e.Doc.String())
	}
	path, ok := constText(args, 1)
	if !ok {
		return nil, errorAt(e.Path.Position(), "the path of %s is a string literal", e.Func).near(e.Path.String())
	}
	if _, err := jsonpath.Parse(path); err != nil {
		return nil, errorAt(e.Path.Position(), "%s: %s", e.Func, err).near(e.Path.String())
	}
	out := &Call{Func: e.Func, Of: types.VarcharOf(0), Pos: e.Pos}
	if e.Func == "JSON_EXISTS" {
		out.Of = boolean
	}
	if e.Returning != nil {
		if out.Of, err = jsonReturning(e); err != nil {
			return nil, err
		}
	}
	clauses := &Literal{Value: jsonClauses(e), Of: types.VarcharOf(0)}
	out.Args = []Expr{coerce(args[0], types.VarcharOf(0)), coerce(args[1], types.VarcharOf(0)), clauses}
	for _, d := range []*ast.JSONDefault{e.OnEmpty, e.OnError} {
		if d == nil || d.Value == nil {
			continue
		}
		x, err := b.bind(d.Value)
		if err != nil {
			return nil, err
		}
		if !types.Assignable(out.Of, x.Type()) {
			return nil, errorAt(d.Value.Position(), "DEFAULT is %s, the result %s", x.Type(), out.Of).near(d.Value.String()).hint("RETURNING gives the result another type")
		}
		out.Args = append(out.Args, coerce(x, out.Of))
	}
	return out, nil
}

func jsonReturning(e *ast.JSONCall) (types.Type, error) {
	t, err := TypeOf(e.Returning)
	if err != nil {
		return t, err
	}
	if t.IsInterval() || t.IsBinary() || e.Func == "JSON_QUERY" && !t.IsString() {
		return t, errorAt(e.Returning.Pos, "%s cannot return %s", e.Func, t).near(t.String())
	}
	return t, nil
}

func jsonClauses(e *ast.JSONCall) string {
	what := func(d *ast.JSONDefault, otherwise string) string {
		if d == nil {
			return otherwise
		}
		return d.What
	}
	switch e.Func {
	case "JSON_EXISTS":
		return what(e.OnError, "FALSE") + " ON ERROR"
	case "JSON_VALUE":
		return what(e.OnEmpty, "NULL") + " ON EMPTY, " + what(e.OnError, "NULL") + " ON ERROR"
	}
	wrapper := e.Wrapper
	if wrapper == "" {
		wrapper = "WITHOUT"
	}
	return strings.Join([]string{what(e.OnEmpty, "NULL") + " ON EMPTY", what(e.OnError, "NULL") + " ON ERROR", wrapper + " WRAPPER"}, ", ")
}
