package parse

import "github.com/millrace-sql/millrace/sql/ast"

// alterPump reads ALTER PUMP name, ... START or STOP.
func (p *parser) alterPump() (ast.Statement, error) {
	first := p.i
	p.i++
	if t := p.peek(); t.isWord("STREAM") || t.isWord("TABLE") || t.isWord("CRAWLER") {
		return nil, notYet(t, "ALTER "+t.text)
	}
	if err := p.expect("PUMP"); err != nil {
		return nil, err
	}
	s := &ast.AlterPump{}
	for {
		name, err := p.qualified()
		if err != nil {
			return nil, err
		}
		if s.Names = append(s.Names, name); !p.acceptOp(",") {
			break
		}
	}
	if s.Start = p.accept("START"); !s.Start {
		if err := p.expect("STOP"); err != nil {
			return nil, err
		}
	}
	s.Source = p.source(first)
	return s, nil
}
