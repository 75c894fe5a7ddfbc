package parse

import "github.com/millrace-sql/millrace/sql/ast"

// createTable reads [(columns)] [PARTITIONED BY (names)] [options] [AS query]; a table without columns takes them from the query or from its location.
func (p *parser) createTable(h createHead) (ast.Statement, error) {
	s := &ast.CreateTable{OrReplace: h.orReplace, IfNotExists: h.ifNotExists, Name: h.name}
	var err error
	if p.peek().isOp("(") {
		if s.Columns, s.Watermark, err = p.columns(); err != nil {
			return nil, err
		}
	}
	if err = p.clauses(&s.Options, &s.Description, &s.PartitionedBy); err != nil {
		return nil, err
	}
	if p.accept("AS") {
		if s.AsQuery, err = p.query(); err != nil {
			return nil, err
		}
	}
	s.Source = p.source(h.first)
	return s, nil
}
