package parse

import "github.com/millrace-sql/millrace/sql/ast"

// discover reads DISCOVER SCHEMA FROM 'path' or a stream's name, and WITH.
func (p *parser) discover() (ast.Statement, error) {
	first := p.i
	p.i++
	if !p.accept("SCHEMA", "FROM") {
		if p.peek().isWord("SCHEMA") {
			p.i++
		}
		err := unexpected(p.toks, p.i)
		err.Hint = "DISCOVER SCHEMA FROM 'path', or FROM a stored stream"
		return nil, err
	}
	t := p.peek()
	s := &ast.Discover{From: t.pos}
	var err error
	if t.kind == str {
		s.Path = t.text
		p.i++
	} else if s.Stream, err = p.qualified(); err != nil {
		return nil, err
	}
	if t := p.peek(); t.isWord("WITH") || t.isWord("OPTIONS") {
		if s.Options, err = p.options(); err != nil {
			return nil, err
		}
	}
	s.Source = p.source(first)
	return s, nil
}
