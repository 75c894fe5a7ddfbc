package parse

import "github.com/millrace-sql/millrace/sql/ast"

// createPump reads [STARTED | STOPPED] [DESCRIPTION 'text'] AS insert.
func (p *parser) createPump(h createHead) (ast.Statement, error) {
	s := &ast.CreatePump{OrReplace: h.orReplace, IfNotExists: h.ifNotExists, Name: h.name}
	if s.Stopped = p.accept("STOPPED"); !s.Stopped {
		p.accept("STARTED")
	}
	if p.accept("DESCRIPTION") {
		t, err := p.str()
		if err != nil {
			return nil, err
		}
		s.Description = t.text
	}
	if err := p.expect("AS"); err != nil {
		return nil, err
	}
	if t := p.peek(); !t.isWord("INSERT") {
		err := unexpected(p.toks, p.i)
		if t.isWord("SELECT") {
			err.Hint = "a pump inserts: AS INSERT INTO stream SELECT ..."
		}
		return nil, err
	}
	insert, err := p.insert()
	if err != nil {
		return nil, err
	}
	s.Insert, s.Source = insert, p.source(h.first)
	return s, nil
}
