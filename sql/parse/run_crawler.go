package parse

import "github.com/millrace-sql/millrace/sql/ast"

// runCrawler reads RUN CRAWLER name.
func (p *parser) runCrawler() (ast.Statement, error) {
	first := p.i
	if err := p.expect("RUN", "CRAWLER"); err != nil {
		return nil, err
	}
	name, err := p.qualified()
	if err != nil {
		return nil, err
	}
	return &ast.RunCrawler{Name: name, Source: p.source(first)}, nil
}
