package logformat

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// columnReader is the words of a description: names and numbers folded to upper
// case, quoted names and patterns behind their quote, signs.
type columnReader struct {
	words []string
	at    int
}

func (r *columnReader) split(text string) error {
	for text = strings.TrimLeftFunc(text, unicode.IsSpace); text != ""; text = strings.TrimLeftFunc(text, unicode.IsSpace) {
		c := text[0]
		n := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '$' })
		switch {
		case c == '"' || c == '\'':
			word, size, ok := quoted(text)
			if !ok {
				return fmt.Errorf("%c is not closed", c)
			}
			r.words, text = append(r.words, string(c)+word), text[size:]
		case n == 0 && strings.IndexByte("(),", c) < 0:
			return fmt.Errorf("%q cannot stand here", []rune(text)[0])
		case n == 0:
			r.words, text = append(r.words, text[:1]), text[1:]
		case n < 0:
			r.words, text = append(r.words, strings.ToUpper(text)), ""
		default:
			r.words, text = append(r.words, strings.ToUpper(text[:n])), text[n:]
		}
	}
	return nil
}

// quoted is the text between quotes, doubled ones being one, and the length with
// them.
func quoted(text string) (word string, n int, ok bool) {
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		if text[i] != text[0] {
			b.WriteByte(text[i])
			continue
		}
		if i+1 == len(text) || text[i+1] != text[0] {
			return b.String(), i + 1, true
		}
		b.WriteByte(text[i])
		i++
	}
	return "", 0, false
}

func (r *columnReader) peek() string {
	if r.at == len(r.words) {
		return ""
	}
	return r.words[r.at]
}

func (r *columnReader) accept(word string) bool {
	if r.peek() != word {
		return false
	}
	r.at++
	return true
}

func (r *columnReader) expect(word string) error {
	if r.accept(word) {
		return nil
	}
	if r.peek() == "" {
		return fmt.Errorf("%s is missing", word)
	}
	return fmt.Errorf("%s is missing before %s", word, r.peek())
}

func (r *columnReader) name() (string, error) {
	w := r.peek()
	switch {
	case w == "":
		return "", errors.New("the name of a column is missing")
	case w[0] == '"' && len(w) > 1:
		r.at++
		return w[1:], nil
	case strings.IndexByte("(),'\"0123456789", w[0]) >= 0:
		return "", fmt.Errorf("%s is no name of a column", w)
	}
	r.at++
	return w, nil
}

func (r *columnReader) number(least int) (int, error) {
	n, err := strconv.Atoi(r.peek())
	if err != nil || n < least || n > 1<<20 {
		return 0, fmt.Errorf("%q is not a number from %d to %d", r.peek(), least, 1<<20)
	}
	r.at++
	return n, nil
}
