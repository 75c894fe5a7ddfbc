package parse

import "github.com/millrace-sql/millrace/sql/ast"

// drop reads DROP kind [IF EXISTS] name [CASCADE | RESTRICT].
func (p *parser) drop() (ast.Statement, error) {
	first := p.i
	p.i++
	kind := p.peek()
	if kind.kind != word {
		return nil, p.unexpected()
	}
	if !p.accept("STREAM") && !p.accept("TABLE") && !p.accept("VIEW") && !p.accept("FUNCTION") && !p.accept("PUMP") && !p.accept("CRAWLER") && !p.accept("DATABASE") {
		return nil, p.unexpected()
	}
	s := &ast.Drop{Kind: kind.text}
	if p.accept("IF") {
		if err := p.expect("EXISTS"); err != nil {
			return nil, err
		}
		s.IfExists = true
	}
	var err error
	if s.Name, err = p.qualified(); err != nil {
		return nil, err
	}
	if s.Cascade = p.accept("CASCADE"); !s.Cascade {
		p.accept("RESTRICT")
	}
	s.Source = p.source(first)
	return s, nil
}
