package parse

import "github.com/millrace-sql/millrace/sql/ast"

// selectWord writes SELECT or VALUES with its index in a comment, which sqlparser keeps. STREAM goes, the converter sees the token.
func (r *rewriter) selectWord(i int) int {
	r.emit(i, "select /*"+id(i)[1:len(id(i))-1]+"*/", false)
	if r.toks[i].text == "VALUES" {
		return i + 1
	}
	i++
	if r.toks[i].isWord("STREAM") {
		i++
	}
	switch {
	case r.toks[i].isWord("DISTINCT"):
		r.emit(i, "distinct", false)
		i++
	case r.toks[i].isWord("ALL"):
		i++
	}
	return i
}

// subquery writes a query in parentheses as one `#N`; behind IN it is the only item of a list.
func (r *rewriter) subquery(i int) (int, error) {
	q, err := r.inner(i)
	if err != nil {
		return 0, err
	}
	last := r.toks[i].match
	r.side[i] = &entry{form: formQuery, last: last, query: q}
	text := id(i)
	if i > 0 && r.toks[i-1].isWord("IN") {
		text = "( " + text + " )"
	}
	r.emit(i, text, true)
	return last + 1, nil
}

// reader is that of what stands in parentheses here.
func (r *rewriter) reader() queryReader {
	return queryReader{toks: r.toks, depth: r.depth + len(r.chains) + 1, chain: r.chain, setOps: r.setOps}
}

// inner reads the query in the parentheses at token i.
func (r *rewriter) inner(i int) (ast.Query, error) {
	in := r.reader()
	if in.depth > maxNesting {
		return nil, tooDeep(r.toks[i])
	}
	return in.query(i+1, r.toks[i].match)
}

// exists writes EXISTS (query) as `#N`.
func (r *rewriter) exists(i int) (int, error) {
	if r.operand {
		return 0, unexpected(r.toks, i)
	}
	if !r.toks[i+1].isOp("(") {
		return 0, unexpected(r.toks, i+1)
	}
	q, err := r.inner(i + 1)
	if err != nil {
		return 0, err
	}
	last := r.toks[i+1].match
	r.side[i] = &entry{form: formExists, last: last, query: q}
	r.emit(i, id(i), true)
	return last + 1, nil
}

// join writes every kind of join as JOIN, which groups from the left and may lack ON; the converter reads the kind from the tokens.
func (r *rewriter) join(i int) (int, error) {
	_, next, err := joinKind(r.toks, i)
	if err != nil {
		return 0, err
	}
	r.emit(i, "join", false)
	return next, nil
}

// joinKind reads [NATURAL] [INNER | CROSS | LEFT [OUTER] | RIGHT [OUTER] | FULL [OUTER]] JOIN.
func joinKind(toks []token, i int) (*ast.Join, int, error) {
	j := &ast.Join{Kind: ast.InnerJoin, Pos: toks[i].pos}
	if toks[i].isWord("NATURAL") {
		j.Natural = true
		i++
	}
	switch t := toks[i]; {
	case t.isWord("INNER"):
		i++
	case t.isWord("CROSS") && !j.Natural:
		j.Kind = ast.CrossJoin
		i++
	case t.isWord("LEFT"), t.isWord("RIGHT"), t.isWord("FULL"):
		j.Kind = ast.JoinKind(t.text)
		i++
		if toks[i].isWord("OUTER") {
			i++
		}
	}
	if !toks[i].isWord("JOIN") {
		return nil, 0, unexpected(toks, i)
	}
	return j, i + 1, nil
}

// using writes USING (a, b) as ON :vN.
func (r *rewriter) using(i int) (int, error) {
	columns, next, err := nameList(r.toks, i+1)
	if err != nil {
		return 0, err
	}
	r.side[i] = &entry{form: formUsing, last: next - 1, columns: columns}
	r.emit(i, "on "+placeholder(i), true)
	return next, nil
}

// nameList reads ( name , name ... ) from token i on.
func nameList(toks []token, i int) ([]ast.Name, int, error) {
	if !toks[i].isOp("(") {
		return nil, 0, unexpected(toks, i)
	}
	var names []ast.Name
	for {
		i++
		if !toks[i].isName() {
			return nil, 0, unexpected(toks, i)
		}
		names = append(names, toks[i].name())
		i++
		if toks[i].isOp(")") {
			return names, i + 1, nil
		}
		if !toks[i].isOp(",") {
			return nil, 0, unexpected(toks, i)
		}
	}
}

// is writes IS UNKNOWN as IS NULL and IS [NOT] DISTINCT FROM as <=>.
func (r *rewriter) is(i int) (int, error) {
	next, text := i+1, "is null"
	if r.toks[next].isWord("NOT") {
		next, text = next+1, "is not null"
	}
	switch t := r.toks[next]; {
	case t.isWord("NULL"), t.isWord("TRUE"), t.isWord("FALSE"), t.isWord("UNKNOWN"):
		r.emit(i, text, true)
		return next + 1, nil
	case t.isWord("DISTINCT"):
		if !r.toks[next+1].isWord("FROM") {
			return 0, unexpected(r.toks, next+1)
		}
		r.emit(i, "<=>", false)
		return next + 2, nil
	}
	return 0, unexpected(r.toks, next)
}

// within leaves WITHIN and its interval out of the skeleton; the converter finds it behind the key.
func (r *rewriter) within(i int) (int, error) {
	if !r.operand {
		return 0, unexpected(r.toks, i)
	}
	if !r.toks[i+1].isWord("INTERVAL") {
		err := unexpected(r.toks, i+1)
		err.Hint = "write ORDER BY t WITHIN INTERVAL '5' SECOND"
		return 0, err
	}
	lit, next, err := interval(r.toks, i+1)
	if err != nil {
		return 0, err
	}
	r.side[i] = &entry{form: formLoose, last: next - 1, lit: lit}
	return next, nil
}
