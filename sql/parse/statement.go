package parse

import (
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
)

// statementWords are what a misspelt first word is compared with.
var statementWords = strings.Fields("SELECT VALUES WITH INSERT CREATE DROP ALTER SHOW DESCRIBE EXPLAIN RUN DISCOVER")

// statement reads the statement at the next token.
func (p *parser) statement() (ast.Statement, error) {
	first, t := p.i, p.peek()
	if t.isOp("(") {
		return p.selectStatement(first)
	}
	if t.kind != word {
		return nil, p.unexpected()
	}
	switch t.text {
	case "SELECT", "VALUES", "WITH":
		return p.selectStatement(first)
	case "INSERT":
		return p.insert()
	case "CREATE":
		return p.create()
	case "DROP":
		return p.drop()
	case "ALTER":
		return p.alter()
	case "SHOW":
		return p.show()
	case "DESCRIBE", "DESC":
		return p.describe()
	case "EXPLAIN":
		return p.explain()
	case "RUN":
		return p.runCrawler()
	case "DISCOVER":
		return p.discover()
	}
	if refused, ok := refusedStatements[t.text]; ok {
		return nil, refused.at(t)
	}
	err := errorAt(t, "", "unexpected %s", t.raw)
	if w := closest(t.text, statementWords); w != "" {
		err.Hint = "did you mean " + w + "?"
	}
	return nil, err
}

func (p *parser) selectStatement(first int) (ast.Statement, error) {
	q, err := p.query()
	if err != nil {
		return nil, err
	}
	return &ast.SelectStatement{Query: q, Source: p.source(first)}, nil
}

// createHead is what all CREATE statements begin with.
type createHead struct {
	first       int
	orReplace   bool
	ifNotExists bool
	name        ast.Qualified
}

// create reads CREATE [OR REPLACE] kind [IF NOT EXISTS] name and hands over to the kind.
func (p *parser) create() (ast.Statement, error) {
	h := createHead{first: p.i}
	p.i++
	if p.accept("OR") {
		if err := p.expect("REPLACE"); err != nil {
			return nil, err
		}
		h.orReplace = true
	}
	kind := p.peek()
	switch kind.text {
	case "STREAM", "TABLE", "PUMP", "CRAWLER", "VIEW", "FUNCTION":
	default:
		if refused, ok := refusedKinds[kind.text]; ok && kind.kind == word {
			return nil, refused.at(kind)
		}
		return nil, p.unexpected()
	}
	if kind.kind != word {
		return nil, p.unexpected()
	}
	p.i++
	var err error
	if p.accept("IF") {
		if err = p.expect("NOT", "EXISTS"); err != nil {
			return nil, err
		}
		h.ifNotExists = true
	}
	if h.name, err = p.qualified(); err != nil {
		return nil, err
	}
	switch kind.text {
	case "STREAM":
		return p.createStream(h)
	case "TABLE":
		return p.createTable(h)
	case "PUMP":
		return p.createPump(h)
	case "VIEW":
		return p.createView(h)
	case "FUNCTION":
		return p.createFunction(h)
	}
	return p.createCrawler(h)
}
