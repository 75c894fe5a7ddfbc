package parse

import (
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
)

// jsonForm writes JSON_VALUE, JSON_QUERY and JSON_EXISTS as `#N`(document, path, values of DEFAULT); the clauses behind the
// path go to the side table.
func (r *rewriter) jsonForm(i int) (int, error) {
	last := r.toks[i+1].match
	e := &entry{form: formJSON, last: last, json: &ast.JSONCall{Func: r.toks[i].text}}
	r.side[i] = e
	clauses := r.findWord(i+2, last, "RETURNING", "WITH", "WITHOUT", "NULL", "ERROR", "DEFAULT", "EMPTY", "TRUE", "FALSE", "UNKNOWN")
	comma := r.findOp(i+2, last, ",")
	if comma < 0 {
		return 0, errorAt(r.toks[last], "write "+e.json.Func+"(document, '$.path')", "%s needs a path", e.json.Func)
	}
	if clauses < comma {
		// NULL, TRUE or FALSE as the document.
		clauses = r.findWord(comma+2, last, "RETURNING", "WITH", "WITHOUT", "NULL", "ERROR", "DEFAULT", "EMPTY", "TRUE", "FALSE", "UNKNOWN")
	}
	if clauses < 0 {
		clauses = last
	}
	if err := r.open(i, id(i)); err != nil {
		return 0, err
	}
	if err := r.run(i+2, clauses); err != nil {
		return 0, err
	}
	if err := r.jsonClauses(e.json, clauses, last); err != nil {
		return 0, err
	}
	r.close(last)
	return last + 1, nil
}

// findOp is findWord for an operator.
func (r *rewriter) findOp(i, end int, text string) int {
	for ; i < end; i++ {
		if r.toks[i].isOp(text) {
			return i
		}
		if m := r.toks[i].match; m > i {
			i = m
		}
	}
	return -1
}

func (r *rewriter) jsonClauses(call *ast.JSONCall, i, last int) (err error) {
	if r.toks[i].isWord("RETURNING") && call.Func != "JSON_EXISTS" {
		if call.Returning, i, err = typeName(r.toks, i+1); err != nil {
			return err
		}
	}
	if call.Func == "JSON_QUERY" {
		if i, err = r.jsonWrapper(call, i); err != nil {
			return err
		}
	}
	for i < last {
		d, next, err := r.jsonDefault(call.Func, i, last)
		if err != nil {
			return err
		}
		switch event := r.toks[next]; {
		case event.isWord("EMPTY") && call.Func != "JSON_EXISTS" && call.OnEmpty == nil && call.OnError == nil:
			call.OnEmpty = d
		case event.isWord("ERROR") && call.OnError == nil:
			call.OnError = d
		default:
			return unexpected(r.toks, next)
		}
		i = next + 1
	}
	return nil
}

// jsonWrapper reads WITHOUT [ARRAY] WRAPPER or WITH [CONDITIONAL | UNCONDITIONAL] [ARRAY] WRAPPER.
func (r *rewriter) jsonWrapper(call *ast.JSONCall, i int) (int, error) {
	switch {
	case r.toks[i].isWord("WITHOUT"):
		call.Wrapper = "WITHOUT"
	case r.toks[i].isWord("WITH"):
		call.Wrapper = "UNCONDITIONAL"
		if t := r.toks[i+1]; t.isWord("CONDITIONAL") || t.isWord("UNCONDITIONAL") {
			call.Wrapper = t.text
			i++
		}
	default:
		return i, nil
	}
	if i++; r.toks[i].isWord("ARRAY") {
		i++
	}
	if !r.toks[i].isWord("WRAPPER") {
		return 0, unexpected(r.toks, i)
	}
	return i + 1, nil
}

// jsonDefaults is what each function may give in place of a value.
var jsonDefaults = map[string]string{
	"JSON_VALUE":  "NULL ERROR DEFAULT",
	"JSON_QUERY":  "NULL ERROR EMPTY",
	"JSON_EXISTS": "TRUE FALSE UNKNOWN ERROR",
}

// jsonDefault reads `what ON` and returns the index behind it; the value of DEFAULT becomes an argument.
func (r *rewriter) jsonDefault(function string, i, last int) (*ast.JSONDefault, int, error) {
	t := r.toks[i]
	if t.kind != word || !wordSet(jsonDefaults[function])[t.text] {
		return nil, 0, unexpected(r.toks, i)
	}
	d, next := &ast.JSONDefault{What: t.text}, i+1
	switch t.text {
	case "EMPTY":
		if kind := r.toks[next]; !kind.isWord("ARRAY") && !kind.isWord("OBJECT") {
			return nil, 0, unexpected(r.toks, next)
		}
		d.What, next = "EMPTY "+r.toks[next].text, next+1
	case "DEFAULT":
		next = r.findWord(i+1, last, "ON")
		if next < 0 {
			return nil, 0, unexpected(r.toks, last)
		}
		r.comma(i)
		if err := r.run(i+1, next); err != nil {
			return nil, 0, err
		}
	}
	if !r.toks[next].isWord("ON") {
		return nil, 0, unexpected(r.toks, next)
	}
	return d, next + 1, nil
}

// jsonCall puts the converted arguments in their places; nil when their number is wrong.
func jsonCall(call *ast.JSONCall, args []ast.Expr, pos ast.Pos) ast.Expr {
	call.Pos = pos
	rest := args
	next := func() (e ast.Expr) {
		if len(rest) > 0 {
			e, rest = rest[0], rest[1:]
		}
		return e
	}
	call.Doc, call.Path = next(), next()
	for _, d := range []*ast.JSONDefault{call.OnEmpty, call.OnError} {
		if d != nil && strings.HasPrefix(d.What, "DEFAULT") {
			d.Value = next()
		}
	}
	want := len(args) - len(rest)
	if len(rest) > 0 || call.Path == nil || want < 2 {
		return nil
	}
	return call
}
