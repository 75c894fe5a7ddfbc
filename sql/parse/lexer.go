package parse

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/millrace-sql/millrace/sql/ast"
)

const maxNameLength = 128 // code points

type lexer struct {
	text  string
	at    int     // bytes read
	start ast.Pos // of the token being read
	toks  []token
}

// lex returns the tokens of text, the last one eof.
func lex(text string) ([]token, error) {
	l := &lexer{text: text, start: ast.Pos{Line: 1, Col: 1}}
	for i, r := range text {
		if _, size := utf8.DecodeRuneInString(text[i:]); r == utf8.RuneError && size == 1 {
			t := token{pos: ast.EndPos(l.start, text[:i]), raw: text[i : i+1]}
			return nil, errorAt(t, "", "the text is not UTF-8")
		}
	}
	for {
		if err := l.skipBlank(); err != nil {
			return nil, err
		}
		if l.at == len(l.text) {
			l.emit(eof, "")
			return l.toks, nil
		}
		if err := l.next(); err != nil {
			return nil, err
		}
	}
}

func (l *lexer) rest() string { return l.text[l.at:] }

// emit appends the token from start to at, and begins the next one.
func (l *lexer) emit(k kind, text string) {
	raw := l.text[l.start.Offset:l.at]
	l.toks = append(l.toks, token{kind: k, text: text, raw: raw, pos: l.start, match: -1})
	l.start = ast.EndPos(l.start, raw)
}

func (l *lexer) fail(near, hint, format string, args ...any) error {
	return errorAt(token{pos: l.start, raw: near}, hint, format, args...)
}

func (l *lexer) skipBlank() error {
	for l.at < len(l.text) {
		rest := l.rest()
		r, size := utf8.DecodeRuneInString(rest)
		switch {
		case unicode.IsSpace(r) || r == '\uFEFF':
			l.at += size
		case strings.HasPrefix(rest, "--"), strings.HasPrefix(rest, "//"):
			if n := strings.IndexByte(rest, '\n'); n >= 0 {
				l.at += n
			} else {
				l.at = len(l.text)
			}
		case strings.HasPrefix(rest, "/*"):
			n := strings.Index(rest[2:], "*/")
			if n < 0 {
				return l.fail("/*", "", "the comment is never closed")
			}
			l.at += n + 4
		default:
			return nil
		}
		l.start = ast.EndPos(l.start, l.text[l.start.Offset:l.at])
	}
	return nil
}

func (l *lexer) next() error {
	rest := l.rest()
	r, _ := utf8.DecodeRuneInString(rest)
	second := byte(0)
	if len(rest) > 1 {
		second = rest[1]
	}
	switch {
	case r == '\'':
		text, err := l.quotedText('\'', "string")
		if err != nil {
			return err
		}
		l.emit(str, text)
	case r == '"', r == '`':
		return l.quotedName(byte(r))
	case (r == 'x' || r == 'X') && second == '\'':
		return l.binary()
	case (r == 'u' || r == 'U') && strings.HasPrefix(rest[1:], "&'"):
		return l.unicodeString()
	case isDigit(rest[0]), r == '.' && isDigit(second):
		return l.number()
	case r == '_' || unicode.IsLetter(r):
		return l.word()
	default:
		return l.operator(r)
	}
	return nil
}

// quotedText reads up to the closing quote; a doubled quote stands for one.
func (l *lexer) quotedText(quote byte, what string) (string, error) {
	from := l.at
	l.at++
	var b strings.Builder
	for {
		n := strings.IndexByte(l.rest(), quote)
		if n < 0 {
			l.at = from
			return "", l.fail(l.text[from:from+1], l.backslashHint(), "the %s is never closed", what)
		}
		b.WriteString(l.rest()[:n])
		l.at += n + 1
		if !strings.HasPrefix(l.rest(), string(quote)) {
			return b.String(), nil
		}
		b.WriteByte(quote)
		l.at++
	}
}

// backslashHint looks for a string before this one that ends in a backslash: 'it\'s'.
func (l *lexer) backslashHint() string {
	for i := len(l.toks) - 1; i >= 0 && !l.toks[i].isOp(";"); i-- {
		if t := l.toks[i]; t.kind == str && strings.HasSuffix(t.raw, `\'`) {
			return quoteHint
		}
	}
	return ""
}

const quoteHint = "a quote inside a string is written twice: 'it''s'; a backslash stands for itself"

func (l *lexer) quotedName(quote byte) error {
	text, err := l.quotedText(quote, "quoted name")
	if err != nil {
		return err
	}
	raw := l.text[l.start.Offset:l.at]
	switch {
	case text == "":
		return l.fail(raw, "", "a quoted name may not be empty")
	case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' }):
		return l.fail(raw, "", "a quoted name may not hold control characters")
	}
	return l.named(quoted, text)
}

func (l *lexer) word() error {
	n := strings.IndexFunc(l.rest(), func(r rune) bool {
		return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r)
	})
	if n < 0 {
		n = len(l.rest())
	}
	text := l.rest()[:n]
	l.at += n
	return l.named(word, strings.ToUpper(text))
}

func (l *lexer) named(k kind, text string) error {
	if n := utf8.RuneCountInString(text); n > maxNameLength {
		return l.fail(l.text[l.start.Offset:l.at], "", "the name has %d characters, more than %d", n, maxNameLength)
	}
	l.emit(k, text)
	return nil
}

var operators = [...]string{"<>", "!=", "<=", ">=", "||", "==", "::", "&&", "=>"}

func (l *lexer) operator(r rune) error {
	rest := l.rest()
	for _, o := range operators {
		if strings.HasPrefix(rest, o) {
			l.at += len(o)
			if o == "!=" {
				o = "<>"
			}
			return l.operatorToken(o)
		}
	}
	l.at += utf8.RuneLen(r)
	return l.operatorToken(string(r))
}

var noOperator = map[string]string{
	"==": "SQL compares with =",
	"&&": "write AND",
	"|":  "write || to join strings, OR to join conditions",
	"&":  "write AND to join conditions",
	"!":  "write NOT, or <> for not equal",
	"%":  "write MOD(a, b) for the remainder",
	"^":  "write POWER(a, b)",
	"::": "write CAST(x AS type)",
	"\\": quoteHint,
	"–":  "this is a dash; write - for minus and -- for a comment",
	"—":  "this is a dash; write - for minus and -- for a comment",
	"‘":  "write straight quotes: 'text'",
	"’":  "write straight quotes: 'text'",
	"“":  "write straight quotes: 'text' for a string, \"name\" for a name",
	"”":  "write straight quotes: 'text' for a string, \"name\" for a name",
}

func (l *lexer) operatorToken(text string) error {
	hint, bad := noOperator[text]
	if bad || !strings.Contains("( ) { } , . ; + - * / = <> < <= > >= || =>", text) {
		return l.fail(text, hint, "unexpected %s", text)
	}
	l.emit(op, text)
	return nil
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }
