package parse

import "github.com/millrace-sql/millrace/sql/ast"

// aliasPlace says whether a name at token i is an alias: it follows AS or an operand.
func (r *rewriter) aliasPlace(i int) bool {
	return r.operand || i > 0 && r.toks[i-1].isWord("AS")
}

// name lowers a dotted name to one `#N`; the parts go to the side table, so any number of them will do.
func (r *rewriter) name(i int) (int, error) {
	first, next := r.toks[i], i+1
	callable := first.kind == quoted || first.kind == word
	if !callable || !first.isName() && (!r.toks[next].isOp("(") || r.aliasPlace(i)) {
		return 0, unexpected(r.toks, i)
	}
	e := &entry{form: formName, parts: ast.Qualified{first.name()}}
	for r.toks[next].isOp(".") {
		t := r.toks[next+1]
		if t.isOp("*") {
			e.form, e.last = formStar, next+1
			r.side[i] = e
			r.emit(i, id(i), true)
			return next + 2, nil
		}
		if !t.isName() {
			return 0, unexpected(r.toks, next+1)
		}
		e.parts = append(e.parts, t.name())
		next += 2
	}
	r.side[i] = e
	if r.toks[next].isOp("(") {
		if !r.aliasPlace(i) {
			return r.call(i, next, e)
		}
		var err error
		if e.columns, next, err = nameList(r.toks, next); err != nil {
			return 0, err
		}
	}
	e.last = next - 1
	r.emit(i, id(i), true)
	return next, nil
}
