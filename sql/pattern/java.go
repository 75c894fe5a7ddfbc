package pattern

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// flags are those that a Java pattern sets inside itself.
type flags struct{ fold, all, dotAll, multi, unix, comments bool }

// translator writes a Java pattern anew for both engines. Everything whose
// meaning depends on engine or flags is written out, so that neither needs any.
type translator struct {
	text       string
	at         int
	flags      flags
	fast, slow []byte
	groups     int
	names      map[string]int
	open       int // nesting

	needSlow bool // look-around, back-references, possessive quantifiers
	context  bool // what stands before a place decides whether it matches there
	lineEnd  bool // $ outside multi-line mode
}

const maxNesting = 200

func translate(text string) (*translator, error) {
	t := &translator{text: text, names: map[string]int{}}
	if !utf8.ValidString(text) {
		return nil, fmt.Errorf("the pattern is not UTF-8")
	}
	if err := t.alternation(); err != nil {
		return nil, err
	}
	if t.at < len(t.text) {
		return nil, fmt.Errorf("unmatched ) in the pattern")
	}
	return t, nil
}

func (t *translator) emit(both string) { t.emits(both, both) }

func (t *translator) emits(fast, slow string) {
	t.fast, t.slow = append(t.fast, fast...), append(t.slow, slow...)
}

func (t *translator) more() bool { return t.at < len(t.text) }

func (t *translator) peek() byte {
	if !t.more() {
		return 0
	}
	return t.text[t.at]
}

func (t *translator) accept(s string) bool {
	if !strings.HasPrefix(t.text[t.at:], s) {
		return false
	}
	t.at += len(s)
	return true
}

func (t *translator) next() rune {
	r, n := utf8.DecodeRuneInString(t.text[t.at:])
	t.at += n
	return r
}

// alternation reads up to the end or the parenthesis that closes it.
func (t *translator) alternation() error {
	if t.open++; t.open > maxNesting {
		return fmt.Errorf("the pattern is nested deeper than %d levels", maxNesting)
	}
	defer func() { t.open-- }()
	before := t.flags
	for t.more() && t.peek() != ')' {
		if t.accept("|") {
			t.emit("|")
			continue
		}
		if t.flags.comments && t.skipComment() {
			continue
		}
		if err := t.term(); err != nil {
			return err
		}
	}
	t.flags = before
	return nil
}

func (t *translator) skipComment() bool {
	switch {
	case strings.IndexByte(" \t\n\v\f\r", t.peek()) >= 0:
		t.at++
		return true
	case t.accept("#"):
		if n := strings.IndexAny(t.text[t.at:], "\n\r\u0085\u2028\u2029"); n >= 0 {
			t.at += n
		} else {
			t.at = len(t.text)
		}
		return true
	}
	return false
}

// term is an atom and its quantifier.
func (t *translator) term() error {
	fast, slow := len(t.fast), len(t.slow)
	atom, err := t.atom()
	if err != nil || !atom {
		return err
	}
	for t.flags.comments && t.more() && t.skipComment() {
	}
	q, err := t.quantifier()
	if err != nil || q == "" {
		return err
	}
	t.emit(q)
	switch {
	case t.accept("?"):
		t.emit("?")
	case t.accept("+"):
		// a++ gives nothing back: an atomic group.
		t.needSlow = true
		t.fast = append(t.fast[:fast], "(?:)"...)
		t.slow = append(t.slow[:slow], "(?>"+string(t.slow[slow:])+")"...)
	}
	if c := t.peek(); c == '*' || c == '+' || c == '?' {
		return fmt.Errorf("the quantifier %c has nothing to repeat", c)
	}
	return nil
}

func (t *translator) quantifier() (string, error) {
	switch c := t.peek(); c {
	case '*', '+', '?':
		t.at++
		return string(c), nil
	case '{':
	default:
		return "", nil
	}
	end := strings.IndexByte(t.text[t.at:], '}')
	if end < 0 {
		return "", fmt.Errorf("the repetition { is never closed")
	}
	q := t.text[t.at : t.at+end+1]
	low, high, ranged := strings.Cut(q[1:end], ",")
	a, err := strconv.ParseUint(low, 10, 31)
	b := a
	if err == nil && high != "" {
		b, err = strconv.ParseUint(high, 10, 31)
	}
	if err != nil || b < a && ranged {
		return "", fmt.Errorf("%s is not a repetition", q)
	}
	t.at += end + 1
	// Written anew: {07} is no repetition for Go.
	switch {
	case !ranged:
		return fmt.Sprintf("{%d}", a), nil
	case high == "":
		return fmt.Sprintf("{%d,}", a), nil
	}
	return fmt.Sprintf("{%d,%d}", a, b), nil
}

// atom writes what a quantifier may follow; false for a flag, which none may.
func (t *translator) atom() (bool, error) {
	switch c := t.next(); c {
	case '(':
		return t.group()
	case '[':
		s, err := t.class()
		t.emit(s.String())
		return true, err
	case '\\':
		return true, t.escape()
	case '.':
		t.emit(t.dot().String())
	case '^':
		t.caret()
	case '$':
		t.dollar()
	case '*', '+', '?':
		return false, fmt.Errorf("the quantifier %c has nothing to repeat", c)
	case '{':
		return false, fmt.Errorf("{ has nothing to repeat; a brace is written \\{")
	default:
		t.literal(c)
	}
	return true, nil
}

func (t *translator) dot() set {
	switch {
	case t.flags.dotAll:
		return set{}.complement()
	case t.flags.unix:
		return set{{'\n', '\n'}}.complement()
	}
	return lineEnds.complement()
}

func (t *translator) literal(r rune) {
	s := set{{r, r}}
	if t.flags.fold {
		s = s.fold(t.flags.all)
	}
	if len(s) > 1 || s[0].lo != s[0].hi {
		t.emit(s.String())
		return
	}
	if strings.ContainsRune(`\.+*?()|[]{}^$`, r) {
		t.emit(`\`)
	}
	t.emit(string(r))
}
