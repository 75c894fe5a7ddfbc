package pattern

import (
	"fmt"
	"strconv"
	"strings"
)

const (
	slowWord    = "[0-9A-Z_a-z]"
	slowBorder  = "(?:(?<=" + slowWord + ")(?!" + slowWord + ")|(?<!" + slowWord + ")(?=" + slowWord + "))"
	slowNoEdge  = "(?:(?<=" + slowWord + ")(?=" + slowWord + ")|(?<!" + slowWord + ")(?!" + slowWord + "))"
	anyLineEnd  = "(?:\r\n|[\n\v\f\r\u0085\u2028\u2029])"
	unsupported = "\\%c is not supported in a pattern"
)

// escape writes what stands behind a backslash outside a class.
func (t *translator) escape() error {
	if !t.more() {
		return fmt.Errorf("the pattern ends with a backslash")
	}
	switch c := t.peek(); {
	case c >= '1' && c <= '9':
		return t.backReference()
	case c == 'Q':
		t.at++
		quoted, _, _ := strings.Cut(t.text[t.at:], `\E`)
		t.at += len(quoted)
		t.accept(`\E`)
		t.quoted(quoted)
		return nil
	}
	at := t.at
	switch c := t.next(); c {
	case 'b':
		if t.peek() == '{' {
			return fmt.Errorf(unsupported, c)
		}
		t.context = true
		t.emits(`\b`, slowBorder)
	case 'B':
		t.context = true
		t.emits(`\B`, slowNoEdge)
	case 'A':
		t.context = true
		t.emit(`\A`)
	case 'z':
		t.emit(`\z`)
	case 'Z':
		t.lineEnd = true
		t.emits(`\z`, slowTextEnd)
	case 'R':
		t.emit(anyLineEnd)
	case 'k':
		return t.namedReference()
	default:
		t.at = at
		s, err := t.escapedSet()
		if err != nil {
			return err
		}
		if len(s) == 1 && s[0].lo == s[0].hi {
			t.literal(s[0].lo)
			return nil
		}
		t.emit(s.String())
	}
	return nil
}

// quoted writes \Q...\E as one atom where it is one character, as Java does: a
// quantifier behind it repeats the last.
func (t *translator) quoted(s string) {
	for _, r := range s {
		t.literal(r)
	}
	if s == "" {
		t.emit("(?:)")
	}
}

// backReference reads as many digits as name a group that exists.
func (t *translator) backReference() error {
	n := int(t.next() - '0')
	for t.more() && t.peek() >= '0' && t.peek() <= '9' {
		wider := n*10 + int(t.peek()-'0')
		if wider > t.groups {
			break
		}
		n = wider
		t.at++
	}
	return t.reference(n)
}

func (t *translator) namedReference() error {
	name, _, ok := strings.Cut(t.text[t.at:], ">")
	name, opened := strings.CutPrefix(name, "<")
	n := t.names[name]
	if !ok || !opened || n == 0 {
		return fmt.Errorf("\\k needs the name of a group before it: \\k<name>")
	}
	t.at += len(name) + 2
	return t.reference(n)
}

func (t *translator) reference(n int) error {
	if n > t.groups {
		return fmt.Errorf("the pattern refers to group %d before it", n)
	}
	option := ""
	if t.flags.fold {
		option = "i"
	}
	t.slowOnly("(?" + option + ":\\" + strconv.Itoa(n) + ")")
	return nil
}

var escapedRunes = map[rune]rune{'t': '\t', 'n': '\n', 'r': '\r', 'f': '\f', 'a': '\a', 'e': 0x1b}

var escapedSets = map[rune]set{
	'd': digits, 'D': digits.complement(), 'w': words, 'W': words.complement(), 's': spaces, 'S': spaces.complement(),
	'h': horizontal, 'H': horizontal.complement(), 'v': vertical, 'V': vertical.complement(),
}

// escapedSet is the characters of an escape that may also stand in a class.
func (t *translator) escapedSet() (set, error) {
	if !t.more() {
		return nil, fmt.Errorf("the pattern ends with a backslash")
	}
	c := t.next()
	if s, ok := escapedSets[c]; ok {
		return s, nil
	}
	r, known := escapedRunes[c]
	switch {
	case known:
	case c == 'p' || c == 'P':
		return t.propertySet(c == 'P')
	case c == '0':
		n := 1
		for n < 3 && t.at+n < len(t.text) && isOctal(t.text[t.at+n]) {
			n++
		}
		if n == 3 && t.peek() > '3' {
			n = 2
		}
		return t.number(n, 8)
	case c == 'x' && t.accept("{"):
		end := strings.IndexByte(t.text[t.at:], '}')
		s, err := t.number(end, 16)
		t.accept("}")
		return s, err
	case c == 'x':
		return t.number(2, 16)
	case c == 'u':
		return t.unicodeEscape()
	case c == 'c' && t.more():
		r = t.next() ^ 64
	case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9':
		return nil, fmt.Errorf(unsupported, c)
	default:
		r = c
	}
	return set{{r, r}}, nil
}

func isOctal(c byte) bool { return c >= '0' && c <= '7' }

// unicodeEscape reads four digits, and a second escape that makes a pair with the
// first.
func (t *translator) unicodeEscape() (set, error) {
	s, err := t.number(4, 16)
	if err != nil || s[0].lo < 0xd800 || s[0].lo > 0xdfff {
		return s, err
	}
	if high := s[0].lo; high < 0xdc00 && t.accept(`\u`) {
		low, err := t.number(4, 16)
		if err == nil && low[0].lo >= 0xdc00 && low[0].lo <= 0xdfff {
			r := (high-0xd800)<<10 + low[0].lo - 0xdc00 + 0x10000
			return set{{r, r}}, nil
		}
	}
	return nil, fmt.Errorf("half of a surrogate pair is no character")
}

func (t *translator) number(n, base int) (set, error) {
	if n <= 0 || t.at+n > len(t.text) {
		return nil, fmt.Errorf("an escape of the pattern lacks digits")
	}
	text := t.text[t.at : t.at+n]
	v, err := strconv.ParseUint(text, base, 31)
	if err != nil || v > 0x10ffff {
		return nil, fmt.Errorf("%s is not the number of a character", text)
	}
	t.at += n
	return set{{rune(v), rune(v)}}, nil
}

func (t *translator) propertySet(not bool) (set, error) {
	name := ""
	if t.accept("{") {
		end := strings.IndexByte(t.text[t.at:], '}')
		if end < 0 {
			return nil, fmt.Errorf("\\p{ is never closed")
		}
		name = t.text[t.at : t.at+end]
		t.at += end + 1
	} else if t.more() {
		name = string(t.next())
	}
	s, ok := property(name)
	if !ok {
		return nil, fmt.Errorf("the pattern's character property %s is not known", name)
	}
	if t.flags.fold && len(s) < 200 {
		s = s.fold(t.flags.all)
	}
	if not {
		s = s.complement()
	}
	return s, nil
}
