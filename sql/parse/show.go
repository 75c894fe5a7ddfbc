package parse

import (
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
)

var showable = strings.Fields("STREAMS TABLES VIEWS PUMPS WHY CRAWLERS DATABASES PARTITIONS FUNCTIONS")

// show reads SHOW what; TABLES and PARTITIONS may name where: [IN | FROM | OF] name. SHOW WHY names a pump.
func (p *parser) show() (ast.Statement, error) {
	first := p.i
	p.i++
	t := p.peek()
	s := &ast.Show{What: t.text}
	known := false
	for _, w := range showable {
		known = known || t.isWord(w)
	}
	if !known {
		err := unexpected(p.toks, p.i)
		err.Hint = "SHOW takes " + strings.Join(showable, ", ")
		if w := closest(t.text, showable); w != "" {
			err.Hint = "did you mean " + w + "?"
		}
		return nil, err
	}
	p.i++
	where := p.accept("IN") || p.accept("FROM") || p.accept("OF")
	if s.What == "PARTITIONS" || s.What == "WHY" && !where || where && s.What == "TABLES" {
		var err error
		if s.In, err = p.qualified(); err != nil {
			return nil, err
		}
	} else if where {
		p.i--
		return nil, p.unexpected()
	}
	s.Source = p.source(first)
	return s, nil
}
