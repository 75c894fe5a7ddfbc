package parse

import "github.com/millrace-sql/millrace/sql/ast"

// queryReader reads queries: WITH, set operations and parentheses by itself, every SELECT and VALUES through a skeleton of
// its own. depth and chain are those of the place where the query stands.
type queryReader struct {
	toks   []token
	depth  int
	chain  int
	setOps *int // of the whole statement
}

// parseQuery reads the tokens from..to of one statement as a query.
func parseQuery(toks []token, from, to int) (ast.Query, error) {
	return queryReader{toks: toks, setOps: new(int)}.query(from, to)
}

// isQuery tells whether the parenthesis at token i holds a query, however many more stand around it.
func isQuery(toks []token, i int) bool {
	inner := i
	for toks[inner+1].isOp("(") {
		inner++
	}
	if t := toks[inner+1]; !t.isWord("SELECT") && !t.isWord("VALUES") && !t.isWord("WITH") {
		return false
	}
	for ; inner > i; inner-- {
		next := toks[inner].match + 1
		if t := toks[next]; next != toks[inner-1].match && !isSetOperator(t) && !beginsTail(toks, next) {
			return false
		}
	}
	return true
}

func isSetOperator(t token) bool {
	return t.isWord("UNION") || t.isWord("EXCEPT") || t.isWord("INTERSECT")
}

// query reads any query.
func (r queryReader) query(from, to int) (ast.Query, error) {
	if from >= to {
		return nil, unexpected(r.toks, to)
	}
	if r.toks[from].isWord("WITH") {
		return r.with(from, to)
	}
	var ops []*ast.SetOp
	var operands []ast.Query
	for i := from; ; {
		end := r.next(i, to, isSetOperator)
		q, tail, err := r.operand(i, end, end == to, len(ops) > 0)
		if err != nil {
			return nil, err
		}
		operands = append(operands, q)
		if end == to {
			return r.whole(operands, ops, tail, to)
		}
		o := &ast.SetOp{Op: r.toks[end].text, Pos: r.toks[end].pos}
		if *r.setOps++; *r.setOps > maxSetOps {
			return nil, errorAt(r.toks[end], "", "more than %d set operations", maxSetOps)
		}
		if i = end + 1; r.toks[i].isWord("ALL") || r.toks[i].isWord("DISTINCT") {
			o.All = r.toks[i].isWord("ALL")
			i++
		}
		ops = append(ops, o)
	}
}

// next is the first token of this level for which is holds, else to.
func (r queryReader) next(i, to int, is func(token) bool) int {
	for ; i < to; i++ {
		if is(r.toks[i]) {
			return i
		}
		if m := r.toks[i].match; m > i {
			i = m
		}
	}
	return to
}

// beginsTail tells that ORDER BY, LIMIT, FETCH or OFFSET n is at token i.
func beginsTail(toks []token, i int) bool {
	t := toks[i]
	return t.isWord("ORDER") || t.isWord("LIMIT") || t.isWord("FETCH") || t.isWord("OFFSET") && toks[i+1].kind == integer
}

// nextTail is where the tail begins in the tokens i..to of this level, else to.
func (r queryReader) nextTail(i, to int) int {
	for ; i < to; i++ {
		if beginsTail(r.toks, i) {
			return i
		}
		if m := r.toks[i].match; m > i {
			i = m
		}
	}
	return to
}

// operand reads one side of a set operation, or all there is. tail is where the tail of the whole begins, which only the
// last operand has behind it; a SELECT on its own keeps its tail.
func (r queryReader) operand(from, to int, last, inSetOp bool) (q ast.Query, tail int, err error) {
	if from >= to {
		return nil, 0, unexpected(r.toks, to)
	}
	t := r.toks[from]
	if t.isOp("(") {
		inner := r
		if inner.depth++; inner.depth > maxNesting {
			return nil, 0, tooDeep(t)
		}
		if q, err = inner.query(from+1, t.match); err != nil {
			return nil, 0, err
		}
		tail = t.match + 1
		if tail < to && !(last && beginsTail(r.toks, tail)) {
			return nil, 0, r.misplaced(tail, to)
		}
		return q, tail, nil
	}
	if !t.isWord("SELECT") && !t.isWord("VALUES") {
		return nil, 0, unexpected(r.toks, from)
	}
	tail = to
	if inSetOp || !last {
		tail = r.nextTail(from, to)
		if tail < to && !last {
			return nil, 0, r.misplaced(tail, to)
		}
	}
	q, err = r.core(from, tail)
	return q, tail, err
}

// misplaced says why the operand before a set operator ends at token i.
func (r queryReader) misplaced(i, to int) error {
	if t := r.toks[to]; isSetOperator(t) && beginsTail(r.toks, i) {
		return errorAt(t, "put the query before "+t.text+" in parentheses", "ORDER BY and LIMIT go behind %s", t.text)
	}
	return unexpected(r.toks, i)
}

// whole puts the operands together: INTERSECT first, the rest from the left.
func (r queryReader) whole(operands []ast.Query, ops []*ast.SetOp, tail, to int) (ast.Query, error) {
	out := []ast.Query{operands[0]}
	var left []*ast.SetOp
	for i, o := range ops {
		if o.R = operands[i+1]; o.Op != "INTERSECT" {
			left = append(left, o)
			out = append(out, o.R)
			continue
		}
		o.L = out[len(out)-1]
		out[len(out)-1] = o
	}
	q := out[0]
	for i, o := range left {
		o.L, o.R = q, out[i+1]
		q = o
	}
	if tail >= to {
		return q, nil
	}
	t, err := r.tail(tail, to)
	return withTail(q, t), err
}

func tooDeep(t token) error { return errorAt(t, "", "nested deeper than %d levels", maxNesting) }
