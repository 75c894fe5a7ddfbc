package parse

import "github.com/millrace-sql/millrace/sql/ast"

// aside is the clauses of a SELECT that stay out of its skeleton: MySQL of that age has no windows.
type aside struct {
	stagger *ast.Stagger
	windows []ast.NamedWindow
}

// query lowers the tokens of one SELECT or VALUES, and reads what stays out of the skeleton.
func (r *rewriter) query(from, to int) (aside, error) {
	var out aside
	q := r.reader()
	q.depth--
	for i := from; ; {
		at := q.nextAside(i, to)
		if err := r.run(i, at); err != nil || at == to {
			return out, err
		}
		var err error
		if r.toks[at].isWord("WINDOW") {
			out.windows, i, err = q.windowClause(from, at, to)
		} else {
			out.stagger, i, err = q.staggerClause(from, at, to)
		}
		if err != nil {
			return out, err
		}
	}
}

// nextAside is the next WINDOW or WINDOWED BY of this level, else to.
func (r queryReader) nextAside(i, to int) int {
	for ; i < to; i++ {
		if t := r.toks[i]; t.isWord("WINDOW") || t.isWord("WINDOWED") && r.toks[i+1].isWord("BY") {
			return i
		} else if t.match > i {
			i = t.match
		}
	}
	return to
}

// windowClause reads WINDOW at token i of the SELECT from..to: behind HAVING, before ORDER BY.
func (r queryReader) windowClause(from, i, to int) ([]ast.NamedWindow, int, error) {
	second := func(t token) bool { return t.isWord("WINDOW") }
	if !r.toks[from].isWord("SELECT") || r.nextTail(from, i) < i || r.next(from, i, second) < i {
		return nil, i, unexpected(r.toks, i)
	}
	out, next, err := r.windows(i + 1)
	if err == nil && next < to && !beginsTail(r.toks, next) {
		err = unexpected(r.toks, next)
	}
	return out, next, err
}

// staggerClause reads WINDOWED BY STAGGER at token i, in the place of GROUP BY.
func (r queryReader) staggerClause(from, i, to int) (*ast.Stagger, int, error) {
	isFrom := func(t token) bool { return t.isWord("FROM") }
	late := func(t token) bool { return t.isWord("HAVING") || t.isWord("WINDOW") || t.isWord("WINDOWED") }
	group := func(t token) bool { return t.isWord("GROUP") }
	switch {
	case r.next(from, to, group) < to:
		at := max(i, r.next(from, to, group))
		return nil, i, errorAt(r.toks[at], "the PARTITION BY of STAGGER is the grouping", "GROUP BY and WINDOWED BY exclude each other")
	case !r.toks[from].isWord("SELECT") || r.next(from, i, isFrom) == i || r.next(from, i, late) < i || r.nextTail(from, i) < i:
		return nil, i, unexpected(r.toks, i)
	}
	out, next, err := r.stagger(i)
	if err == nil && next < to && !beginsTail(r.toks, next) && !r.toks[next].isWord("HAVING") && !r.toks[next].isWord("WINDOW") {
		err = unexpected(r.toks, next)
	}
	return out, next, err
}
