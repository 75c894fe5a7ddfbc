package parse

import "github.com/millrace-sql/millrace/sql/ast"

// explain reads EXPLAIN [ANALYZE] statement, or EXPLAIN [ANALYZE] PUMP name; the statement is a query, an INSERT or a
// CREATE.
func (p *parser) explain() (ast.Statement, error) {
	first := p.i
	p.i++
	analyze := p.accept("ANALYZE")
	if p.accept("PUMP") {
		name, err := p.qualified()
		return &ast.Explain{Analyze: analyze, Pump: name, Source: p.source(first)}, err
	}
	t := p.peek()
	if !t.isOp("(") && !t.isWord("SELECT") && !t.isWord("VALUES") && !t.isWord("INSERT") && !t.isWord("CREATE") && !t.isWord("WITH") {
		return nil, p.unexpected()
	}
	inner, err := p.statement()
	if err != nil {
		return nil, err
	}
	return &ast.Explain{Analyze: analyze, Statement: inner, Source: p.source(first)}, nil
}
