package parse

import "github.com/millrace-sql/millrace/sql/ast"

// createView reads [(columns)] AS query.
func (p *parser) createView(h createHead) (ast.Statement, error) {
	s := &ast.CreateView{OrReplace: h.orReplace, IfNotExists: h.ifNotExists, Name: h.name}
	var err error
	if p.peek().isOp("(") {
		if s.Columns, p.i, err = nameList(p.toks, p.i); err != nil {
			return nil, err
		}
	}
	if err = p.expect("AS"); err != nil {
		return nil, err
	}
	if s.Query, err = p.query(); err != nil {
		return nil, err
	}
	s.Source = p.source(h.first)
	return s, nil
}
