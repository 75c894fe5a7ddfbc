package parse

import "github.com/millrace-sql/millrace/sql/ast"

// describe reads DESCRIBE name or DESC name.
func (p *parser) describe() (ast.Statement, error) {
	first := p.i
	p.i++
	name, err := p.qualified()
	if err != nil {
		return nil, err
	}
	return &ast.Describe{Name: name, Source: p.source(first)}, nil
}
