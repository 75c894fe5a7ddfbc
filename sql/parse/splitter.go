package parse

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/millrace-sql/millrace/sql/ast"
)

// Piece is the text of one statement as it was cut: with its semicolon if it has one, and the blanks and comments before it.
// Pos is where the text begins.
type Piece struct {
	Text string
	Pos  ast.Pos
}

// Splitter cuts text that comes line by line into statements, without judging them: what is wrong with one shows when it is
// parsed. The zero value begins at line 1. It belongs to one goroutine.
type Splitter struct {
	text    strings.Builder // since the last semicolon
	start   ast.Pos         // of text
	in      byte            // what text ends in: a quote, '-' for a line comment, '*' for another one, 0 = none of these
	content bool            // text has more than blanks and comments
}

// Add takes the next whole lines and returns the statements that a semicolon in them ends. Statements without content are
// dropped.
func (s *Splitter) Add(lines string) []Piece {
	if s.start.Line == 0 {
		s.start = ast.Pos{Line: 1, Col: 1}
	}
	var out []Piece
	from := 0
	for i := 0; i < len(lines); {
		n, ends := s.step(lines[i:])
		i += n
		if ends {
			s.text.WriteString(lines[from:i])
			from = i
			out = s.cut(out)
		}
	}
	s.text.WriteString(lines[from:])
	return out
}

// Rest returns what no semicolon ended, and begins anew behind it; false when that is blank.
func (s *Splitter) Rest() (Piece, bool) {
	out := s.cut(nil)
	s.in = 0
	if len(out) == 0 {
		return Piece{}, false
	}
	return out[0], true
}

// Pending tells that a statement has begun that no semicolon has ended.
func (s *Splitter) Pending() bool { return s.content || s.in != 0 }

// Line is the line in which the text begins that Rest would return.
func (s *Splitter) Line() int { return max(s.start.Line, 1) }

// cut appends the text so far, if it has content, and begins anew behind it.
func (s *Splitter) cut(out []Piece) []Piece {
	text := s.text.String()
	if s.content {
		out = append(out, Piece{Text: text, Pos: s.start})
	}
	s.text.Reset()
	s.start, s.content = ast.EndPos(s.start, text), false
	return out
}

// step reads what stands at the beginning of rest, as the lexer would, and tells whether it is a semicolon between statements.
// A doubled quote ends one text and begins the next, which is the same here.
func (s *Splitter) step(rest string) (n int, ends bool) {
	switch s.in {
	case '-':
		return s.until(rest, "\n"), false
	case '*':
		return s.until(rest, "*/"), false
	case '\'', '"', '`':
		return s.until(rest, string(s.in)), false
	}
	switch {
	case strings.HasPrefix(rest, "--"), strings.HasPrefix(rest, "//"):
		s.in = '-'
		return 2, false
	case strings.HasPrefix(rest, "/*"):
		s.in = '*'
		return 2, false
	case rest[0] == ';':
		return 1, true
	}
	r, n := utf8.DecodeRuneInString(rest)
	if !unicode.IsSpace(r) && r != '\uFEFF' {
		s.content = true
	}
	if strings.ContainsRune("'\"`", r) {
		s.in = byte(r)
	}
	return n, false
}

// until skips up to the end of what text is in, if it is there.
func (s *Splitter) until(rest, end string) int {
	i := strings.Index(rest, end)
	if i < 0 {
		return len(rest)
	}
	s.in = 0
	return i + len(end)
}
