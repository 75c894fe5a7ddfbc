package parse

import "github.com/millrace-sql/millrace/sql/ast"

const boundHint = "a bound is n PRECEDING, INTERVAL '1' MINUTE PRECEDING, CURRENT ROW or UNBOUNDED PRECEDING"

// window reads what stands behind OVER, from token i on: a name or a specification in parentheses.
func (r queryReader) window(i int) (*ast.Window, int, error) {
	t := r.toks[i]
	if t.isName() {
		name := t.name()
		return &ast.Window{Name: &name, Pos: t.pos}, i + 1, nil
	}
	return r.specification(i)
}

// specification reads ( [name] [PARTITION BY keys] [ORDER BY items] [frame] ).
func (r queryReader) specification(i int) (*ast.Window, int, error) {
	t := r.toks[i]
	if !t.isOp("(") {
		return nil, i, unexpected(r.toks, i)
	}
	if r.depth++; r.depth > maxNesting {
		return nil, i, tooDeep(t)
	}
	w := &ast.Window{Pos: t.pos}
	i++
	if r.toks[i].isName() {
		name := r.toks[i].name()
		w.Name = &name
		i++
	}
	var err error
	if r.toks[i].isWord("PARTITION") {
		if w.PartitionBy, i, err = r.partitionBy(i, t.match, beginsOrderOrFrame); err != nil {
			return nil, i, err
		}
	}
	if r.toks[i].isWord("ORDER") {
		end := r.next(i, t.match, beginsFrame)
		if w.OrderBy, err = r.orderBy(i, end); err != nil {
			return nil, i, err
		}
		i = end
	}
	if beginsFrame(r.toks[i]) {
		if w.Frame, i, err = r.frame(i, t.match); err != nil {
			return nil, i, err
		}
	}
	if i != t.match {
		return nil, i, unexpected(r.toks, i)
	}
	return w, i + 1, nil
}

func beginsFrame(t token) bool { return t.isWord("ROWS") || t.isWord("RANGE") }

func beginsOrderOrFrame(t token) bool { return t.isWord("ORDER") || beginsFrame(t) }

// partitionBy reads PARTITION BY and expressions up to a token for which stop holds.
func (r queryReader) partitionBy(i, to int, stop func(token) bool) ([]ast.Expr, int, error) {
	if !r.toks[i+1].isWord("BY") {
		return nil, i, unexpected(r.toks, i+1)
	}
	end := r.next(i, to, stop)
	out, err := r.exprs(i+2, end)
	return out, end, err
}

func (r queryReader) orderBy(i, end int) ([]ast.OrderItem, error) {
	t, err := r.tail(i, end)
	if err != nil {
		return nil, err
	}
	if t.Limit != nil || t.Offset != nil {
		return nil, unexpected(r.toks, r.next(i, end, func(t token) bool { return t.isWord("LIMIT") || t.isWord("FETCH") || t.isWord("OFFSET") }))
	}
	return t.OrderBy, nil
}

// frame reads ROWS or RANGE with one bound or BETWEEN two.
func (r queryReader) frame(i, to int) (*ast.Frame, int, error) {
	f := &ast.Frame{Rows: r.toks[i].isWord("ROWS"), Pos: r.toks[i].pos}
	i++
	between := r.toks[i].isWord("BETWEEN")
	if between {
		i++
	}
	var err error
	if f.Start, i, err = r.bound(i, to); err != nil || !between {
		return f, i, err
	}
	if !r.toks[i].isWord("AND") {
		return nil, i, unexpected(r.toks, i)
	}
	end, i, err := r.bound(i+1, to)
	f.End = &end
	return f, i, err
}

// bound reads UNBOUNDED, CURRENT ROW or a value, with its side.
func (r queryReader) bound(i, to int) (ast.Bound, int, error) {
	b := ast.Bound{Pos: r.toks[i].pos}
	if r.toks[i].isWord("CURRENT") {
		if !r.toks[i+1].isWord("ROW") {
			return b, i, unexpected(r.toks, i+1)
		}
		return b, i + 2, nil
	}
	side := r.next(i, to, isSide)
	if side == to {
		err := unexpected(r.toks, to)
		err.Hint = boundHint
		return b, i, err
	}
	b.Following = r.toks[side].isWord("FOLLOWING")
	if r.toks[i].isWord("UNBOUNDED") && side == i+1 {
		b.Unbounded = true
		return b, side + 1, nil
	}
	var err error
	b.Value, err = r.expr(i, side)
	return b, side + 1, err
}

func isSide(t token) bool { return t.isWord("PRECEDING") || t.isWord("FOLLOWING") }

// windows reads the entries of WINDOW: name AS (specification), ...
func (r queryReader) windows(i int) ([]ast.NamedWindow, int, error) {
	var out []ast.NamedWindow
	for {
		t := r.toks[i]
		if !t.isName() {
			return nil, i, unexpected(r.toks, i)
		}
		if !r.toks[i+1].isWord("AS") {
			return nil, i, unexpected(r.toks, i+1)
		}
		w, next, err := r.specification(i + 2)
		if err != nil {
			return nil, i, err
		}
		out = append(out, ast.NamedWindow{Name: t.name(), Window: w})
		if i = next; !r.toks[i].isOp(",") {
			return out, i, nil
		}
		i++
	}
}

// stagger reads BY STAGGER (PARTITION BY keys RANGE interval) behind WINDOWED.
func (r queryReader) stagger(i int) (*ast.Stagger, int, error) {
	s := &ast.Stagger{Pos: r.toks[i].pos}
	i += 2
	if !r.toks[i].isWord("STAGGER") {
		err := unexpected(r.toks, i)
		err.Hint = "write WINDOWED BY STAGGER (PARTITION BY key RANGE INTERVAL '1' MINUTE)"
		return nil, i, err
	}
	open := i + 1
	if !r.toks[open].isOp("(") {
		return nil, i, unexpected(r.toks, open)
	}
	if r.depth++; r.depth > maxNesting {
		return nil, i, tooDeep(r.toks[open])
	}
	if i = open + 1; !r.toks[i].isWord("PARTITION") {
		return nil, i, unexpected(r.toks, i)
	}
	last := r.toks[open].match
	var err error
	if s.PartitionBy, i, err = r.partitionBy(i, last, beginsFrame); err != nil {
		return nil, i, err
	}
	if !r.toks[i].isWord("RANGE") || !r.toks[i+1].isWord("INTERVAL") {
		if r.toks[i].isWord("RANGE") {
			i++
		}
		return nil, i, unexpected(r.toks, i)
	}
	if s.Range, i, err = interval(r.toks, i+1); err != nil {
		return nil, i, err
	}
	if i != last {
		return nil, i, unexpected(r.toks, i)
	}
	return s, last + 1, nil
}
