package pattern

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// NoEscape is the escape character of a pattern without ESCAPE.
const NoEscape rune = -1

// Similar compiles a pattern of SIMILAR TO, which matches whole texts. Escape is
// NoEscape where there is none.
func Similar(text string, escape rune) (*Regex, error) {
	body, err := similar(text, escape)
	if err != nil {
		return nil, err
	}
	return compileSimilar(`\A(?:` + body + `)\z`)
}

// SimilarPart compiles the pattern of SUBSTRING(s SIMILAR text ESCAPE escape):
// three patterns apart by the escape character and a double quote. The middle one
// is group 1; the first matches as little as it can.
func SimilarPart(text string, escape rune) (*Regex, error) {
	parts := splitSimilar(text, escape)
	if len(parts) != 3 {
		return nil, fmt.Errorf(`the pattern needs two marks %c" around its middle part, it has %d`, escape, len(parts)-1)
	}
	for i, p := range parts {
		var err error
		if parts[i], err = similar(p, escape); err != nil {
			return nil, err
		}
	}
	return compileSimilar(`\A(?U:` + parts[0] + `)(` + parts[1] + `)(?:` + parts[2] + `)\z`)
}

func compileSimilar(text string) (*Regex, error) {
	if len(text) > maxPattern {
		return nil, fmt.Errorf("the pattern has %d bytes, more than %d", len(text), maxPattern)
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, fmt.Errorf("the pattern is too large or repeats a repetition")
	}
	return &Regex{fast: re, groups: re.NumSubexp()}, nil
}

func splitSimilar(text string, escape rune) []string {
	out, start, escaped := []string{}, 0, false
	for i, r := range text {
		switch {
		case !escaped && r == escape:
			escaped = true
			continue
		case escaped && r == '"':
			out = append(out, text[start:i-utf8.RuneLen(escape)])
			start = i + 1
		}
		escaped = false
	}
	return append(out, text[start:])
}

// similar writes a pattern of SIMILAR TO as one of Go.
func similar(text string, escape rune) (string, error) {
	s := &similarText{text: text, escape: escape}
	for s.at < len(s.text) {
		if err := s.element(); err != nil {
			return "", err
		}
	}
	if s.open > 0 {
		return "", fmt.Errorf("( is never closed in the pattern")
	}
	return s.out.String(), nil
}

type similarText struct {
	text       string
	at         int
	escape     rune
	out        strings.Builder
	open       int
	repeatable bool // an element stands before this place
}

// next is a character, and whether it was escaped and so means itself.
func (s *similarText) next() (r rune, escaped bool, err error) {
	r, n := utf8.DecodeRuneInString(s.text[s.at:])
	s.at += n
	if r != s.escape {
		return r, false, nil
	}
	if s.at == len(s.text) {
		return 0, false, fmt.Errorf("the pattern ends with its escape character")
	}
	r, n = utf8.DecodeRuneInString(s.text[s.at:])
	s.at += n
	return r, true, nil
}

func (s *similarText) element() error {
	r, escaped, err := s.next()
	if err != nil {
		return err
	}
	before := s.repeatable
	s.repeatable = true
	switch {
	case escaped:
		s.out.WriteString(regexp.QuoteMeta(string(r)))
	case r == '_':
		s.out.WriteString("(?s:.)")
	case r == '%':
		s.out.WriteString("(?s:.*)")
		s.repeatable = false
	case r == '(':
		s.open++
		s.repeatable = false
		s.out.WriteString("(?:")
	case r == ')':
		if s.open--; s.open < 0 {
			return fmt.Errorf("unmatched ) in the pattern")
		}
		s.out.WriteString(")")
	case r == '|':
		s.repeatable = false
		s.out.WriteString("|")
	case r == '[':
		set, err := s.set()
		s.out.WriteString(set.String())
		return err
	case r == '*', r == '+', r == '?', r == '{':
		s.repeatable = false
		if !before {
			return fmt.Errorf("%c has nothing to repeat in the pattern", r)
		}
		return s.repeat(r)
	case r == '}', r == ']':
		return fmt.Errorf("unmatched %c in the pattern", r)
	default:
		s.out.WriteString(regexp.QuoteMeta(string(r)))
	}
	return nil
}

func (s *similarText) repeat(r rune) error {
	if r != '{' {
		s.out.WriteRune(r)
		return nil
	}
	inside, _, closed := strings.Cut(s.text[s.at:], "}")
	low, high, ranged := strings.Cut(inside, ",")
	a, err := strconv.ParseUint(low, 10, 31)
	b := a
	if ranged && high != "" && err == nil {
		b, err = strconv.ParseUint(high, 10, 31)
	}
	if !closed || err != nil || b < a && high != "" {
		return fmt.Errorf("{%s is not a repetition: {n}, {n,} or {n,m}", inside)
	}
	if max(a, b) > 1000 {
		return fmt.Errorf("{%s} repeats more than 1000 times", inside)
	}
	s.at += len(inside) + 1
	// Written anew: {07} is no repetition for Go.
	switch {
	case !ranged:
		fmt.Fprintf(&s.out, "{%d}", a)
	case high == "":
		fmt.Fprintf(&s.out, "{%d,}", a)
	default:
		fmt.Fprintf(&s.out, "{%d,%d}", a, b)
	}
	return nil
}

// set reads [...] behind its bracket: characters, ranges, [:NAME:], and behind ^
// those that are taken away.
func (s *similarText) set() (set, error) {
	var in, out set
	minus, first := false, true
	for ; ; first = false {
		if s.at == len(s.text) {
			return nil, fmt.Errorf("[ is never closed in the pattern")
		}
		if inner, ok, err := s.named(); ok || err != nil {
			if err != nil {
				return nil, err
			}
			in, out = put(in, out, inner, minus)
			continue
		}
		r, escaped, err := s.next()
		switch {
		case err != nil:
			return nil, err
		case !escaped && r == ']':
			if first || minus && len(out) == 0 {
				return nil, fmt.Errorf("a set of the pattern is empty")
			}
			if !minus {
				return in.normal(), nil
			}
			if len(in) == 0 {
				return out.complement(), nil
			}
			return in.intersect(out.complement()), nil
		case !escaped && r == '^' && !minus:
			minus = true
			continue
		case !escaped && r == '(' && minus:
			return nil, fmt.Errorf("( cannot stand in the negated set of a pattern")
		}
		end := r
		if end, err = s.rangeEnd(r); err != nil {
			return nil, err
		}
		in, out = put(in, out, set{{r, end}}, minus)
	}
}

func put(in, out, more set, minus bool) (set, set) {
	if minus {
		return in, append(out, more...)
	}
	return append(in, more...), out
}

func (s *similarText) rangeEnd(r rune) (rune, error) {
	rest := s.text[s.at:]
	if !strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, "-]") || s.escape == '-' {
		return r, nil
	}
	s.at++
	if s.at == len(s.text) {
		return 0, fmt.Errorf("[ is never closed in the pattern")
	}
	end, _, err := s.next()
	if err == nil && end < r {
		err = fmt.Errorf("the range %c-%c of the pattern ends before it begins", r, end)
	}
	return end, err
}

// named reads [:ALPHA:] and its kin.
func (s *similarText) named() (set, bool, error) {
	rest, ok := strings.CutPrefix(s.text[s.at:], "[:")
	if !ok {
		return nil, false, nil
	}
	name, _, closed := strings.Cut(rest, ":]")
	of, known := map[string]set{
		"ALPHA": posix["Alpha"], "UPPER": posix["Upper"], "LOWER": posix["Lower"], "DIGIT": digits, "ALNUM": posix["Alnum"],
		"SPACE": {{' ', ' '}}, "WHITESPACE": spaces,
	}[strings.ToUpper(name)]
	if !closed || !known {
		return nil, false, fmt.Errorf("[:%s is no set of characters: ALPHA, UPPER, LOWER, DIGIT, ALNUM, SPACE, WHITESPACE", name)
	}
	s.at += len(name) + len("[::]")
	return of, true, nil
}
