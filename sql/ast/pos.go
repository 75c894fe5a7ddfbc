package ast

import (
	"strings"
	"unicode/utf8"
)

// Pos is a place in the text given to the parser. The zero Pos means that the node was not parsed.
type Pos struct {
	Offset int // bytes before the place
	Line   int // from 1
	Col    int // from 1, in Unicode code points
}

// Position returns p; nodes embed Pos and so report where they begin (a binary operation: where its operator is).
func (p Pos) Position() Pos { return p }

// Node is any part of a statement.
type Node interface {
	Position() Pos
	String() string // canonical SQL
}

// Name is one identifier. Text is its stored form: folded to upper case when it was written without quotes.
type Name struct {
	Text   string
	Quoted bool
	Pos
}

// String returns the stored form in double quotes.
func (n Name) String() string { return QuoteName(n.Text) }

// Qualified is a name with its qualifiers, outermost first: database, table, column.
type Qualified []Name

// Position returns where the first part begins.
func (q Qualified) Position() Pos {
	if len(q) == 0 {
		return Pos{}
	}
	return q[0].Pos
}

// Last returns the innermost part; the zero Name when q is empty.
func (q Qualified) Last() Name {
	if len(q) == 0 {
		return Name{}
	}
	return q[len(q)-1]
}

// String returns the quoted parts joined by dots.
func (q Qualified) String() string {
	parts := make([]string, len(q))
	for i, n := range q {
		parts[i] = n.String()
	}
	return strings.Join(parts, ".")
}

// QuoteName returns name as a delimited identifier.
func QuoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// QuoteString returns text as a character literal.
func QuoteString(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// EndPos returns the place just behind text when text begins at p.
func EndPos(p Pos, text string) Pos {
	p.Offset += len(text)
	if i := strings.LastIndexByte(text, '\n'); i >= 0 {
		p.Line += strings.Count(text, "\n")
		p.Col = 1
		text = text[i+1:]
	}
	p.Col += utf8.RuneCountInString(text)
	return p
}

func joinNodes[N interface{ String() string }](nodes []N) string {
	parts := make([]string, len(nodes))
	for i, n := range nodes {
		parts[i] = n.String()
	}
	return strings.Join(parts, ", ")
}
