package parse

import "github.com/millrace-sql/millrace/sql/ast"

// with reads WITH name [(columns)] AS (query), ... query.
func (r queryReader) with(from, to int) (ast.Query, error) {
	out := &ast.With{Pos: r.toks[from].pos}
	i := from + 1
	if r.toks[i].isWord("RECURSIVE") {
		return nil, notYet(r.toks[i], "WITH RECURSIVE")
	}
	inner := r
	if inner.depth++; inner.depth > maxNesting {
		return nil, tooDeep(r.toks[from])
	}
	for {
		if !r.toks[i].isName() {
			return nil, unexpected(r.toks, i)
		}
		e := ast.CTE{Name: r.toks[i].name()}
		i++
		var err error
		if r.toks[i].isOp("(") {
			if e.Columns, i, err = nameList(r.toks, i); err != nil {
				return nil, err
			}
		}
		if !r.toks[i].isWord("AS") || !r.toks[i+1].isOp("(") {
			if r.toks[i].isWord("AS") {
				i++
			}
			return nil, unexpected(r.toks, i)
		}
		if e.Query, err = inner.query(i+2, r.toks[i+1].match); err != nil {
			return nil, err
		}
		out.Entries = append(out.Entries, e)
		if i = r.toks[i+1].match + 1; i >= to || !r.toks[i].isOp(",") {
			break
		}
		i++
	}
	if i < to && r.toks[i].isWord("WITH") {
		return nil, unexpected(r.toks, i)
	}
	var err error
	out.Body, err = r.query(i, to)
	return out, err
}
