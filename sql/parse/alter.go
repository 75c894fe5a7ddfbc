package parse

import "github.com/millrace-sql/millrace/sql/ast"

// alter reads ALTER PUMP or ALTER STREAM.
func (p *parser) alter() (ast.Statement, error) {
	first := p.i
	p.i++
	if t := p.peek(); t.isWord("TABLE") || t.isWord("CRAWLER") {
		return nil, refusal{"ALTER " + t.text, "CREATE OR REPLACE defines it anew"}.at(t)
	}
	if p.accept("STREAM") {
		return p.alterStream(first)
	}
	if err := p.expect("PUMP"); err != nil {
		return nil, err
	}
	return p.alterPump(first)
}

// alterPump reads name, ... or schema.* and START or STOP.
func (p *parser) alterPump(first int) (ast.Statement, error) {
	s := &ast.AlterPump{}
	var err error
	if s.Names, s.All, err = p.pumps(); err != nil {
		return nil, err
	}
	if s.Start = p.accept("START"); !s.Start {
		if err := p.expect("STOP"); err != nil {
			return nil, err
		}
	}
	s.Source = p.source(first)
	return s, nil
}

// pumps reads names, or one that ends in a star.
func (p *parser) pumps() (names []ast.Qualified, all ast.Qualified, err error) {
	for {
		var q ast.Qualified
		for {
			n, err := p.name()
			if err != nil {
				return nil, nil, err
			}
			if q = append(q, n); !p.acceptOp(".") {
				break
			}
			if len(names) == 0 && p.acceptOp("*") {
				return nil, q, nil
			}
		}
		if names = append(names, q); !p.acceptOp(",") {
			return names, nil, nil
		}
	}
}

// alterStream reads name, ... and RESET, PAUSE or RESUME.
func (p *parser) alterStream(first int) (ast.Statement, error) {
	s := &ast.AlterStream{}
	for {
		name, err := p.qualified()
		if err != nil {
			return nil, err
		}
		if s.Names = append(s.Names, name); !p.acceptOp(",") {
			break
		}
	}
	t := p.peek()
	if !p.accept("RESET") && !p.accept("PAUSE") && !p.accept("RESUME") {
		err := unexpected(p.toks, p.i)
		err.Hint = "write ALTER STREAM name RESET, PAUSE or RESUME"
		return nil, err
	}
	s.Action, s.ActionPos, s.Source = t.text, t.pos, p.source(first)
	return s, nil
}
