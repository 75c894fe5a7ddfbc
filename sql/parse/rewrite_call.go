package parse

import "github.com/millrace-sql/millrace/sql/ast"

// unitFirst are the functions whose first argument is a unit: it is taken for a column.
var unitFirst = map[string]bool{"TIMESTAMPADD": true, "TIMESTAMPDIFF": true}

// callClauses is what stands behind the parentheses of a call: the tokens of FILTER and OVER, -1 where there is none, and
// the one behind it all.
type callClauses struct{ filter, over, next int }

// call lowers f(...) [FILTER (WHERE c)] [IGNORE NULLS] [OVER w] to `#N`(...), inside `#F`(..., c) and `#O`(...).
func (r *rewriter) call(i, open int, e *entry) (int, error) {
	last := r.toks[open].match
	e.form, e.last = formCall, last
	end := last
	if t := r.toks[last-2]; last-2 > open+1 && isNulls(t) && r.toks[last-1].isWord("NULLS") {
		e.nulls, end = t.text, last-2
		r.side[end] = &entry{form: formNulls, last: last - 1}
	}
	k, err := r.callClauses(last+1, e)
	if err != nil {
		return 0, err
	}
	if e.nulls != "" && (end == open+1 || r.toks[open+1].isOp("*") && end == open+2) {
		return 0, errorAt(r.toks[i], "", "%s NULLS needs an argument", e.nulls)
	}
	if k.over >= 0 {
		if err := r.open(k.over, id(k.over)); err != nil {
			return 0, err
		}
	}
	if k.filter < 0 {
		err = r.plainCall(i, open, end, e)
	} else {
		err = r.filteredCall(i, open, end, k.filter, e)
	}
	if err != nil {
		return 0, err
	}
	if k.over >= 0 {
		r.close(k.next - 1)
	}
	return k.next, nil
}

func isNulls(t token) bool { return t.isWord("IGNORE") || t.isWord("RESPECT") }

// callClauses reads the clauses from token i on; the last two of a call without OVER belong to its span.
func (r *rewriter) callClauses(i int, e *entry) (callClauses, error) {
	k := callClauses{filter: -1, over: -1}
	for {
		switch t := r.toks[i]; {
		case t.isWord("FILTER") && k.filter < 0:
			if !r.toks[i+1].isOp("(") {
				return k, unexpected(r.toks, i+1)
			}
			if !r.toks[i+2].isWord("WHERE") {
				return k, unexpected(r.toks, i+2)
			}
			k.filter = i
			i = r.toks[i+1].match + 1
		case isNulls(t) && e.nulls == "" && r.side[i] == nil:
			if !r.toks[i+1].isWord("NULLS") {
				return k, unexpected(r.toks, i+1)
			}
			e.nulls = t.text
			i += 2
		case t.isWord("OVER"):
			w, next, err := r.reader().window(i + 1)
			if err != nil {
				return k, err
			}
			r.side[i] = &entry{form: formOver, last: next - 1, window: w}
			k.over, k.next = i, next
			return k, nil
		default:
			k.next = i
			if e.last = i - 1; k.filter >= 0 {
				r.side[k.filter] = &entry{form: formFilter, last: i - 1}
			}
			return k, nil
		}
	}
}

// filteredCall lowers the call with its FILTER (WHERE c), which is at token filter.
func (r *rewriter) filteredCall(i, open, end, filter int, e *entry) error {
	last := r.toks[filter+1].match
	if r.side[filter] == nil {
		r.side[filter] = &entry{form: formFilter, last: last}
	}
	if err := r.open(filter, id(filter)); err != nil {
		return err
	}
	if err := r.plainCall(i, open, end, e); err != nil {
		return err
	}
	r.comma(filter)
	if err := r.run(filter+3, last); err != nil {
		return err
	}
	r.close(last)
	return nil
}

// plainCall lowers the arguments, which end before token end.
func (r *rewriter) plainCall(i, open, end int, e *entry) error {
	from := open + 1
	if forms := wordForms[e.parts.Last().Text]; forms != nil && r.toks[i].kind == word {
		if e.parts.Last().Text == "TRIM" {
			return r.trim(i, from, end, e)
		}
		return r.wordForm(i, from, end, e, forms)
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
	if err := r.run(from, end); err != nil {
		return err
	}
	r.close(end)
	return nil
}

// relationWindow leaves the OVER behind a relation out of the skeleton; the converter finds it behind the relation.
func (r *rewriter) relationWindow(i int) (int, error) {
	if !r.operand {
		return 0, unexpected(r.toks, i)
	}
	w, next, err := r.reader().window(i + 1)
	if err != nil {
		return 0, err
	}
	r.side[i] = &entry{form: formLoose, last: next - 1, window: w}
	return next, nil
}
