package millrace

import (
	"fmt"
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/parse"
	"github.com/millrace-sql/millrace/sql/plan"
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
	names := &scope{db: db, draft: map[string]*plan.Relation{}}
	b := plan.Binder{Catalog: names}
	created := map[string]ast.Pos{}
	var out strings.Builder
	for _, stmt := range stmts {
		if e, ok := stmt.(*ast.Explain); ok {
			stmt = e.Statement
		}
		err := r.checkOne(stmt, names, b, created)
		switch {
		case err != nil && names.later && unknownName(err):
			fmt.Fprintf(&out, "line %d: depends on what the crawler finds\n\n", stmt.Position().Line)
			continue
		case err != nil:
			return "", at(stmt.Position(), err)
		}
		switch s := stmt.(type) {
		case *ast.RunCrawler:
			names.later = true
			continue
		case *ast.CreatePump:
			fmt.Fprintf(&out, "pump %s\n", s.Name.Last().Text)
		case *ast.Insert, *ast.SelectStatement:
		default:
			continue
		}
		text, err := explainText(stmt, names)
		if err != nil {
			return "", at(stmt.Position(), err)
		}
		out.WriteString(text + "\n")
	}
	return strings.TrimRight(out.String(), "\n") + "\n", nil
}
