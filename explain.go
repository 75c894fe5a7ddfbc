package millrace

import (
	"fmt"
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/parse"
)

// Explain is the plan of every query, INSERT and pump of a script, without
// running anything: what the script creates is taken as created. Of o it reads
// Path.
func (db *DB) Explain(script string, o *RunOptions) (string, error) {
	stmts, err := parse.Parse(script)
	if err != nil {
		return "", positioned(err)
	}
	if err := db.begin(); err != nil {
		return "", err
	}
	defer db.end()
	r, err := db.newRunner(o)
	if err != nil {
		return "", err
	}
	c := r.newChecker()
	var out strings.Builder
	for _, stmt := range stmts {
		if e, ok := stmt.(*ast.Explain); ok && e.Statement != nil {
			stmt = e.Statement
		}
		later, err := c.check(stmt)
		switch {
		case err != nil:
			return "", positioned(err)
		case later:
			fmt.Fprintf(&out, "line %d: depends on what the crawler finds\n\n", stmt.Position().Line)
			continue
		}
		switch s := stmt.(type) {
		case *ast.CreatePump:
			fmt.Fprintf(&out, "pump %s\n", s.Name.Last().Text)
		case *ast.Insert, *ast.SelectStatement:
		default:
			continue
		}
		text, err := explainText(stmt, c.names)
		if err != nil {
			return "", at(stmt.Position(), err)
		}
		out.WriteString(text + "\n")
	}
	return strings.TrimRight(out.String(), "\n") + "\n", nil
}
