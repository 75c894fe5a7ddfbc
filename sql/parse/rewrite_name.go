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

// unitFirst are the functions whose first argument is a unit: it is taken for a column.
var unitFirst = map[string]bool{"TIMESTAMPADD": true, "TIMESTAMPDIFF": true}

// call lowers f(...) [FILTER (WHERE c)] to `#N`(...) or `#F`(`#N`(...), c).
func (r *rewriter) call(i, open int, e *entry) (int, error) {
	e.form, e.last = formCall, r.toks[open].match
	filter := e.last + 1
	if !r.toks[filter].isWord("FILTER") {
		return filter, r.plainCall(i, open, e)
	}
	if !r.toks[filter+1].isOp("(") {
		return 0, unexpected(r.toks, filter+1)
	}
	if !r.toks[filter+2].isWord("WHERE") {
		return 0, unexpected(r.toks, filter+2)
	}
	last := r.toks[filter+1].match
	r.side[filter] = &entry{form: formFilter, last: last}
	if err := r.open(filter, id(filter)); err != nil {
		return 0, err
	}
	if err := r.plainCall(i, open, e); err != nil {
		return 0, err
	}
	r.comma(filter)
	if err := r.run(filter+3, last); err != nil {
		return 0, err
	}
	r.close(last)
	return last + 1, nil
}

func (r *rewriter) plainCall(i, open int, e *entry) error {
	from, last := open+1, e.last
	if forms := wordForms[e.parts.Last().Text]; forms != nil && r.toks[i].kind == word {
		if e.parts.Last().Text == "TRIM" {
			return r.trim(i, from, last, e)
		}
		return r.wordForm(i, from, last, e, forms)
	}
	if err := r.open(i, id(i)); err != nil {
		return err
	}
	switch t := r.toks[from]; {
	case unitFirst[e.parts.Last().Text] && r.unit(from) != ast.NoUnit && r.toks[from+1].isOp(","):
		r.side[from] = &entry{form: formName, last: from, parts: ast.Qualified{t.name()}}
		r.emit(from, id(from), true)
		from++
	case t.isWord("DISTINCT"):
		r.emit(from, "distinct", false)
		from++
	case t.isWord("ALL"):
		from++
	}
	if err := r.run(from, last); err != nil {
		return err
	}
	r.close(last)
	return nil
}
