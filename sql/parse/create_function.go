package parse

import "github.com/millrace-sql/millrace/sql/ast"

// createFunction reads (param type, ...) RETURNS type characteristics RETURN expression.
func (p *parser) createFunction(h createHead) (ast.Statement, error) {
	s := &ast.CreateFunction{OrReplace: h.orReplace, IfNotExists: h.ifNotExists, Name: h.name}
	var err error
	if s.Params, err = p.parameters(); err != nil {
		return nil, err
	}
	if err = p.expect("RETURNS"); err != nil {
		return nil, err
	}
	if s.Returns, p.i, err = typeName(p.toks, p.i); err != nil {
		return nil, err
	}
	for !p.peek().isWord("RETURN") {
		if err = p.characteristic(s); err != nil {
			return nil, err
		}
	}
	p.i++
	if s.Body, err = p.expr(); err != nil {
		return nil, err
	}
	s.Source = p.source(h.first)
	return s, nil
}

func (p *parser) parameters() ([]ast.ColumnDef, error) {
	if err := p.expectOp("("); err != nil {
		return nil, err
	}
	var out []ast.ColumnDef
	if p.acceptOp(")") {
		return nil, nil
	}
	for {
		c, err := p.column(out)
		if err != nil {
			return nil, err
		}
		if c.NotNull {
			return nil, errorAt(p.toks[p.i-1], "RETURNS NULL ON NULL INPUT gives NULL for NULL", "a parameter has no NOT NULL")
		}
		if out = append(out, c); p.acceptOp(")") {
			return out, nil
		}
		if err := p.expectOp(","); err != nil {
			return nil, err
		}
	}
}

// characteristic reads one of the clauses before RETURN, in any order; most say what is
// so anyway.
func (p *parser) characteristic(s *ast.CreateFunction) error {
	switch t := p.peek(); {
	case p.accept("LANGUAGE"):
		return p.expect("SQL")
	case p.accept("SPECIFIC"):
		_, err := p.name()
		return err
	case p.accept("NOT"):
		return p.expect("DETERMINISTIC")
	case p.accept("DETERMINISTIC"):
		return nil
	case p.accept("CONTAINS"):
		return p.expect("SQL")
	case p.accept("CALLED"):
		return p.expect("ON", "NULL", "INPUT")
	case p.accept("RETURNS"):
		s.Strict = true
		return p.expect("NULL", "ON", "NULL", "INPUT")
	case t.isWord("READS"), t.isWord("MODIFIES"):
		return errorAt(t, "a function computes from its arguments alone", "%s SQL DATA is not supported", t.text)
	}
	return p.unexpected()
}
