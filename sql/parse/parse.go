package parse

import (
	"github.com/millrace-sql/millrace/sql/ast"
)

// maxStatement bounds the source text of one statement, in bytes.
const maxStatement = 1 << 20

// Parse returns the statements of text in order. They are separated by semicolons; the last one may lack it, empty ones are skipped. An error is an
// *Error about the first thing wrong; no statement is returned then. The result shares memory with text.
func Parse(text string) ([]ast.Statement, error) {
	toks, err := lex(text)
	if err != nil {
		return nil, err
	}
	var out []ast.Statement
	for _, part := range split(toks) {
		p := &parser{text: text, toks: part}
		s, err := p.whole()
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// ParseStatement returns the only statement of text, which may end with a semicolon. Errors are as those of Parse; none or several statements are errors too.
func ParseStatement(text string) (ast.Statement, error) {
	all, err := Parse(text)
	switch {
	case err != nil:
		return nil, err
	case len(all) == 0:
		return nil, &Error{Pos: ast.EndPos(ast.Pos{Line: 1, Col: 1}, text), Msg: "there is no statement"}
	case len(all) > 1:
		return nil, &Error{Pos: all[1].Position(), Near: all[1].SourceText(), Msg: "one statement is expected here"}
	}
	return all[0], nil
}

// parser reads one statement by recursive descent; i is the next token. The last token is eof.
type parser struct {
	text string
	toks []token
	i    int
}

// whole reads the statement and checks that nothing is left of it.
func (p *parser) whole() (ast.Statement, error) {
	first, last := p.toks[0], p.toks[len(p.toks)-2]
	if size := last.pos.Offset + len(last.raw) - first.pos.Offset; size > maxStatement {
		return nil, errorAt(first, "", "the statement has %d bytes, more than %d", size, maxStatement)
	}
	if err := pair(p.toks); err != nil {
		return nil, err
	}
	s, err := p.statement()
	if err != nil {
		return nil, err
	}
	if p.peek().kind != eof {
		return nil, p.unexpected()
	}
	return s, nil
}

func (p *parser) peek() token { return p.toks[p.i] }

func (p *parser) end() int { return len(p.toks) - 1 }

func (p *parser) unexpected() error { return unexpected(p.toks, p.i) }

// accept skips the words if they all come next.
func (p *parser) accept(words ...string) bool {
	for n, w := range words {
		if p.i+n >= len(p.toks) || !p.toks[p.i+n].isWord(w) {
			return false
		}
	}
	p.i += len(words)
	return true
}

func (p *parser) expect(words ...string) error {
	for _, w := range words {
		if !p.accept(w) {
			err := unexpected(p.toks, p.i)
			if t := p.peek(); t.kind == word && closest(t.text, []string{w}) != "" {
				err.Hint = "did you mean " + w + "?"
			}
			return err
		}
	}
	return nil
}

func (p *parser) acceptOp(text string) bool {
	if p.peek().isOp(text) {
		p.i++
		return true
	}
	return false
}

func (p *parser) expectOp(text string) error {
	if !p.acceptOp(text) {
		return p.unexpected()
	}
	return nil
}

func (p *parser) name() (ast.Name, error) {
	t := p.peek()
	if !t.isName() {
		return ast.Name{}, p.unexpected()
	}
	p.i++
	return t.name(), nil
}

func (p *parser) qualified() (ast.Qualified, error) {
	var q ast.Qualified
	for {
		n, err := p.name()
		if err != nil {
			return nil, err
		}
		q = append(q, n)
		if !p.acceptOp(".") {
			return q, nil
		}
	}
}

func (p *parser) str() (token, error) {
	t := p.peek()
	if t.kind != str {
		return t, p.unexpected()
	}
	p.i++
	return t, nil
}

// source is where the statement that begins at token first was written, up to the last token read.
func (p *parser) source(first int) ast.Source {
	from, last := p.toks[first].pos, p.toks[max(p.i-1, first)]
	return ast.Source{Pos: from, Text: p.text[from.Offset : last.pos.Offset+len(last.raw)]}
}

// query reads the rest of the statement as a query.
func (p *parser) query() (ast.Query, error) {
	from := p.i
	p.i = p.end()
	return parseQuery(p.toks, from, p.end())
}

// expr reads an expression up to the next comma or closing parenthesis of this level.
func (p *parser) expr() (ast.Expr, error) {
	from := p.i
	for ; p.peek().kind != eof && !p.peek().isOp(",") && !p.peek().isOp(")"); p.i++ {
		if m := p.peek().match; m > p.i {
			p.i = m
		}
	}
	return parseExpr(p.toks, from, p.i)
}
