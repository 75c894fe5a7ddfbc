package parse

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/millrace-sql/millrace/sql/ast"
)

func (l *lexer) digits() {
	for l.at < len(l.text) && isDigit(l.text[l.at]) {
		l.at++
	}
}

func (l *lexer) number() error {
	k := integer
	l.digits()
	if strings.HasPrefix(l.rest(), ".") {
		k = decimal
		l.at++
		l.digits()
	}
	if rest := l.rest(); rest != "" && (rest[0] == 'e' || rest[0] == 'E') {
		k = approx
		l.at++
		if rest = l.rest(); rest != "" && (rest[0] == '+' || rest[0] == '-') {
			l.at++
		}
		if rest = l.rest(); rest == "" || !isDigit(rest[0]) {
			return l.fail(l.text[l.start.Offset:l.at], "", "the exponent of %s has no digits", l.text[l.start.Offset:l.at])
		}
		l.digits()
	}
	if r, size := utf8.DecodeRuneInString(l.rest()); size > 0 && (r == '_' || unicode.IsLetter(r)) {
		return l.fail(l.text[l.start.Offset:l.at+size], "a name that begins with a digit goes in double quotes", "a letter may not follow a number")
	}
	l.emit(k, strings.ToUpper(l.text[l.start.Offset:l.at]))
	return nil
}

func (l *lexer) binary() error {
	l.at++
	text, err := l.quotedText('\'', "binary literal")
	if err != nil {
		return err
	}
	raw := l.text[l.start.Offset:l.at]
	text = strings.ToUpper(text)
	if strings.Trim(text, "0123456789ABCDEF") != "" {
		return l.fail(raw, "", "a binary literal holds hexadecimal digits only")
	}
	if len(text)%2 != 0 {
		return l.fail(raw, "", "a binary literal needs an even number of digits")
	}
	l.emit(binary, text)
	return nil
}

// unicodeString reads u&'...' [UESCAPE 'c'] as one token.
func (l *lexer) unicodeString() error {
	l.at += 2
	text, err := l.quotedText('\'', "string")
	if err != nil {
		return err
	}
	escape := '\\'
	end, start := l.at, l.start
	l.start = ast.EndPos(l.start, l.text[l.start.Offset:l.at])
	if err := l.skipBlank(); err != nil {
		return err
	}
	if rest := l.rest(); len(rest) > 7 && strings.EqualFold(rest[:7], "UESCAPE") {
		l.at += 7
		l.start = ast.EndPos(l.start, rest[:7])
		if err := l.skipBlank(); err != nil {
			return err
		}
		if escape, err = l.escapeCharacter(); err != nil {
			return err
		}
		end = l.at
	}
	l.at, l.start = end, start
	decoded, bad := decodeEscapes(text, escape)
	if bad != "" {
		return l.fail(bad, "write "+string(escape)+" and four hexadecimal digits, or "+string(escape)+" twice for itself", "bad escape %s in the string", bad)
	}
	l.emit(str, decoded)
	return nil
}

func (l *lexer) escapeCharacter() (rune, error) {
	if !strings.HasPrefix(l.rest(), "'") {
		return 0, l.fail("UESCAPE", "", "UESCAPE needs a string of one character")
	}
	text, err := l.quotedText('\'', "string")
	if err != nil {
		return 0, err
	}
	r, size := utf8.DecodeRuneInString(text)
	if size == 0 || size != len(text) || strings.ContainsRune("0123456789ABCDEFabcdef+'\" ", r) {
		return 0, l.fail(text, "", "UESCAPE needs one character that is no hexadecimal digit, sign, quote or blank")
	}
	return r, nil
}

// decodeEscapes resolves escape+XXXX, escape+'+'+XXXXXX and a doubled escape. The second result is the first bad escape.
func decodeEscapes(text string, escape rune) (string, string) {
	var b strings.Builder
	mark := string(escape)
	for {
		before, after, found := strings.Cut(text, mark)
		b.WriteString(before)
		if !found {
			return b.String(), ""
		}
		if strings.HasPrefix(after, mark) {
			b.WriteString(mark)
			text = after[len(mark):]
			continue
		}
		r, n := codePoint(after)
		if utf16.IsSurrogate(r) && strings.HasPrefix(after[n:], mark) {
			low, m := codePoint(after[n+len(mark):])
			r, n = utf16.DecodeRune(r, low), n+len(mark)+m
		}
		if n == 0 || !utf8.ValidRune(r) || r == utf8.RuneError {
			return "", mark + firstRunes(after, 4)
		}
		b.WriteRune(r)
		text = after[n:]
	}
}

func codePoint(text string) (rune, int) {
	from, n := 0, 4
	if strings.HasPrefix(text, "+") {
		from, n = 1, 7
	}
	if len(text) < n {
		return 0, 0
	}
	v, err := strconv.ParseUint(text[from:n], 16, 32)
	if err != nil {
		return 0, 0
	}
	return rune(v), n
}

func firstRunes(text string, n int) string {
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}
