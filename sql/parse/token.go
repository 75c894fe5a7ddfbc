package parse

import "github.com/millrace-sql/millrace/sql/ast"

type kind uint8

const (
	eof     kind = iota
	word         // identifier or keyword without quotes; text is folded to upper case
	quoted       // delimited identifier; text is exact
	integer      //
	decimal      //
	approx       //
	str          // text has its escapes resolved
	binary       // text is hexadecimal digits
	op           // operator or punctuation
)

// token is one lexical element. match is the index of the other end for parentheses and for CASE and END.
type token struct {
	kind  kind
	text  string
	raw   string
	pos   ast.Pos
	match int
}

func (t token) isWord(text string) bool { return t.kind == word && t.text == text }

func (t token) isOp(text string) bool { return t.kind == op && t.text == text }

func (t token) isName() bool {
	return t.kind == quoted || t.kind == word && (!reserved[t.text] || pseudoColumns[t.text])
}

func (t token) name() ast.Name {
	return ast.Name{Text: t.text, Quoted: t.kind == quoted, Pos: t.pos}
}

// split cuts the tokens at the semicolons; each part ends with an eof token of its own. Empty statements are dropped.
func split(toks []token) [][]token {
	var parts [][]token
	start := 0
	for i, t := range toks {
		if t.kind != eof && !t.isOp(";") {
			continue
		}
		if i > start {
			part := append([]token(nil), toks[start:i]...)
			parts = append(parts, append(part, token{kind: eof, pos: t.pos}))
		}
		start = i + 1
	}
	return parts
}

// pair fills in match, in the tokens of one statement.
func pair(toks []token) error {
	var open []int
	for i := range toks {
		t := &toks[i]
		t.match = -1
		switch {
		case t.isOp("("), t.isWord("CASE"):
			open = append(open, i)
		case t.isOp(")"), t.isWord("END"):
			opener, want := "(", t.isOp(")")
			if !want {
				opener = "CASE"
			}
			if len(open) == 0 {
				return errorAt(*t, "", "unexpected %s without %s before it", t.raw, opener)
			}
			last := open[len(open)-1]
			if toks[last].isOp("(") != want {
				return unclosed(toks[last])
			}
			open = open[:len(open)-1]
			t.match, toks[last].match = last, i
		}
	}
	if len(open) > 0 {
		return unclosed(toks[open[len(open)-1]])
	}
	return nil
}

func unclosed(t token) error {
	if t.isOp("(") {
		return errorAt(t, "", "( is never closed")
	}
	return errorAt(t, "", "CASE has no END")
}
