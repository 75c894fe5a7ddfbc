package parse

import "github.com/millrace-sql/millrace/sql/ast"

// createCrawler reads WITH ('path'='...', ...).
func (p *parser) createCrawler(h createHead) (ast.Statement, error) {
	s := &ast.CreateCrawler{OrReplace: h.orReplace, IfNotExists: h.ifNotExists, Name: h.name}
	var err error
	if s.Options, err = p.options(); err != nil {
		return nil, err
	}
	s.Source = p.source(h.first)
	return s, nil
}
