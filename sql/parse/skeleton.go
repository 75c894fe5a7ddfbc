package parse

import (
	"regexp"
	"strconv"

	"github.com/xwb1989/sqlparser"

	"github.com/millrace-sql/millrace/sql/ast"
)

// parseExpr reads the tokens from..to of one statement as an expression.
func parseExpr(toks []token, from, to int) (ast.Expr, error) {
	return queryReader{toks: toks, setOps: new(int)}.expr(from, to)
}

// expr reads an expression.
func (q queryReader) expr(from, to int) (ast.Expr, error) {
	toks := q.toks
	if from >= to {
		return nil, unexpected(toks, to)
	}
	r := q.rewriter(-1)
	r.emit(from, "select", false)
	if err := r.run(from, to); err != nil {
		return nil, err
	}
	tree, err := r.parse(toks, to)
	if err != nil {
		return nil, err
	}
	c := &converter{toks: toks, side: r.side}
	s, ok := tree.(*sqlparser.Select)
	if !ok || len(s.SelectExprs) != 1 || !isDual(s.From) || s.Where != nil || s.GroupBy != nil || s.Having != nil || s.OrderBy != nil || s.Limit != nil {
		return nil, errorAt(toks[from], "", "not an expression")
	}
	e, span := c.argument(s.SelectExprs[0])
	if c.err == nil && span.last+1 != to {
		return nil, unexpected(toks, span.last+1)
	}
	return e, c.finish()
}

// parse hands the skeleton to sqlparser and maps its complaint to the token that it stumbled over. The closing semicolon
// stands for token to, so that an end that comes too early has a place like any other token.
func (r *rewriter) parse(toks []token, to int) (sqlparser.SelectStatement, error) {
	r.emit(to, ";", false)
	text := r.out.String()
	tree, err := sqlparser.ParseStrictDDL(text)
	if err != nil {
		return nil, r.complaint(err, toks, to)
	}
	query, ok := tree.(sqlparser.SelectStatement)
	if !ok {
		return nil, unexpected(toks, to)
	}
	return query, nil
}

var complaintPosition = regexp.MustCompile(`at position (\d+)`)

// complaint finds the last mark before the position that sqlparser reports, which is two behind the token's last byte: it
// counts from one and has read one byte ahead.
func (r *rewriter) complaint(err error, toks []token, to int) error {
	m := complaintPosition.FindStringSubmatch(err.Error())
	if m == nil {
		return unexpected(toks, to)
	}
	position, convErr := strconv.Atoi(m[1])
	if convErr != nil {
		return unexpected(toks, to)
	}
	at := 0
	for _, k := range r.marks {
		if k.offset < position-1 {
			at = k.token
		}
	}
	return unexpected(toks, at)
}
