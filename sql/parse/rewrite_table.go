package parse

import "github.com/millrace-sql/millrace/sql/ast"

// tableFunc writes TABLE(f(...)) as `#N`; the alias behind it is left to the skeleton.
func (r *rewriter) tableFunc(i int) (int, error) {
	if r.operand {
		return 0, unexpected(r.toks, i)
	}
	if !r.toks[i+1].isOp("(") {
		return 0, unexpected(r.toks, i+1)
	}
	q := r.reader()
	if q.depth++; q.depth > maxNesting {
		return 0, tooDeep(r.toks[i+1])
	}
	last := r.toks[i+1].match
	out := &ast.TableFunc{Pos: r.toks[i].pos}
	var open int
	var err error
	if out.Name, open, err = functionName(r.toks, i+2); err != nil {
		return 0, err
	}
	if !r.toks[open].isOp("(") {
		err := unexpected(r.toks, open)
		err.Hint = "TABLE takes a function call; a table or stream is named without it"
		return 0, err
	}
	end := r.toks[open].match
	if end+1 != last {
		return 0, unexpected(r.toks, end+1)
	}
	if out.Args, err = q.tableArgs(open+1, end); err != nil {
		return 0, err
	}
	r.side[i] = &entry{form: formTable, last: last, table: out}
	r.emit(i, id(i), true)
	return last + 1, nil
}

// functionName reads a dotted name; the last part may be a reserved word, since a parenthesis follows.
func functionName(toks []token, i int) (ast.Qualified, int, error) {
	var out ast.Qualified
	for {
		t := toks[i]
		if !t.isName() && !(t.kind == word && toks[i+1].isOp("(")) {
			return nil, i, unexpected(toks, i)
		}
		out = append(out, t.name())
		if i++; !toks[i].isOp(".") {
			return out, i, nil
		}
		i++
	}
}

// commas calls f for the ranges of tokens between the commas of this level; without any token there is none.
func (r queryReader) commas(from, to int, f func(from, to int) error) error {
	if from == to {
		return nil
	}
	for {
		end := r.next(from, to, func(t token) bool { return t.isOp(",") })
		if err := f(from, end); err != nil || end == to {
			return err
		}
		from = end + 1
	}
}

// exprs reads expressions between commas.
func (r queryReader) exprs(from, to int) ([]ast.Expr, error) {
	if from == to {
		return nil, unexpected(r.toks, to)
	}
	var out []ast.Expr
	return out, r.commas(from, to, func(from, to int) error {
		e, err := r.expr(from, to)
		out = append(out, e)
		return err
	})
}

func (r queryReader) tableArgs(from, to int) ([]ast.TableArg, error) {
	var out []ast.TableArg
	err := r.commas(from, to, func(from, to int) error {
		a := ast.TableArg{Pos: r.toks[from].pos}
		if r.toks[from].isName() && r.toks[from+1].isOp("=>") {
			name := r.toks[from].name()
			a.Name = &name
			from += 2
		}
		err := r.tableArg(&a, from, to)
		out = append(out, a)
		return err
	})
	return out, err
}

// tableArg reads CURSOR(query), DESCRIPTOR(columns), TABLE name [PARTITION BY keys] or an expression.
func (r queryReader) tableArg(a *ast.TableArg, from, to int) error {
	t, next := r.toks[from], r.toks[from+1]
	var end int
	var err error
	switch {
	case t.isWord("CURSOR") && next.isOp("("):
		in := r
		if in.depth++; in.depth > maxNesting {
			return tooDeep(next)
		}
		end = next.match + 1
		a.Query, err = in.query(from+2, next.match)
	case t.isWord("DESCRIPTOR") && next.isOp("("):
		a.Columns, end, err = nameList(r.toks, from+1)
	case t.isWord("TABLE"):
		end, err = r.tableOf(a, from+1, to)
	default:
		a.Expr, err = r.expr(from, to)
		return err
	}
	if err == nil && end != to {
		err = unexpected(r.toks, end)
	}
	return err
}

// tableOf reads name [PARTITION BY key | PARTITION BY (key, ...)].
func (r queryReader) tableOf(a *ast.TableArg, i, to int) (int, error) {
	a.Table = &ast.TableName{Pos: r.toks[i].pos}
	for {
		if !r.toks[i].isName() {
			return i, unexpected(r.toks, i)
		}
		a.Table.Parts = append(a.Table.Parts, r.toks[i].name())
		if i++; !r.toks[i].isOp(".") {
			break
		}
		i++
	}
	if !r.toks[i].isWord("PARTITION") {
		return i, nil
	}
	if !r.toks[i+1].isWord("BY") {
		return i, unexpected(r.toks, i+1)
	}
	i += 2
	var err error
	if r.toks[i].isOp("(") && r.toks[i].match+1 == to {
		a.PartitionBy, err = r.exprs(i+1, to-1)
	} else {
		a.PartitionBy, err = r.exprs(i, to)
	}
	return to, err
}
