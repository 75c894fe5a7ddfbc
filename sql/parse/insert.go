package parse

import "github.com/millrace-sql/millrace/sql/ast"

// insert reads INSERT [EXPEDITED] INTO name [(columns)] query. EXPEDITED has no documented effect and is dropped.
func (p *parser) insert() (*ast.Insert, error) {
	first := p.i
	p.i++
	if p.peek().isWord("OVERWRITE") {
		return nil, notYet(p.peek(), "INSERT OVERWRITE")
	}
	p.accept("EXPEDITED")
	if err := p.expect("INTO"); err != nil {
		return nil, err
	}
	s := &ast.Insert{}
	var err error
	if s.Into, err = p.qualified(); err != nil {
		return nil, err
	}
	if t := p.peek(); t.isWord("PARTITION") {
		return nil, notYet(t, "INSERT with PARTITION")
	}
	if next := p.toks[min(p.i+1, p.end())]; p.peek().isOp("(") && !next.isWord("SELECT") && !next.isWord("VALUES") && !next.isWord("WITH") && !next.isOp("(") {
		if s.Columns, p.i, err = nameList(p.toks, p.i); err != nil {
			return nil, err
		}
	}
	if s.Query, err = p.query(); err != nil {
		return nil, err
	}
	s.Source = p.source(first)
	return s, nil
}
