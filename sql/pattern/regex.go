package pattern

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/dlclark/regexp2"
)

// Timeout is how long the backtracking engine may work on one text.
const Timeout = time.Second

// ErrTimeout is a match that was given up.
var ErrTimeout = errors.New("the pattern takes too long on this value")

// Regex is a compiled pattern.
type Regex struct {
	fast *regexp.Regexp  // nil where only the other engine can run the pattern
	slow *regexp2.Regexp // nil where it is never needed
	// context: what stands before a place decides whether the pattern matches
	// there. lineEnd: $ and \Z, which also match before a line end that ends the
	// text. never: it matches no empty text.
	context, lineEnd, never bool
	// plain: it matches no empty text, and nothing around a text decides whether it
	// matches there.
	plain  bool
	groups int
	names  map[string]int
}

// maxPattern is the length of a pattern in bytes.
const maxPattern = 64 << 10

// Compile compiles a regular expression of Java (java.util.regex.Pattern without
// flags). The error says what is wrong or not supported.
func Compile(text string) (*Regex, error) {
	if len(text) > maxPattern {
		return nil, fmt.Errorf("the pattern has %d bytes, more than %d", len(text), maxPattern)
	}
	t, err := translate(text)
	if err != nil {
		return nil, err
	}
	r := &Regex{context: t.context, lineEnd: t.lineEnd, groups: t.groups, names: t.names}
	if !t.needSlow {
		// What Go refuses, as x{2000}, the other engine may take.
		if r.fast, err = regexp.Compile(string(t.fast)); err == nil {
			r.never = shortest(string(t.fast)) > 0
			r.plain = r.never && !r.lineEnd && !r.context && !looksAround(string(t.fast))
		}
	}
	if r.fast != nil && !r.lineEnd && !r.context {
		return r, nil
	}
	r.slow, err = compileSlow(string(t.slow))
	return r, err
}

func compileSlow(text string) (*regexp2.Regexp, error) {
	re, err := regexp2.Compile(text, regexp2.None)
	if err != nil {
		return nil, fmt.Errorf("the pattern is not a regular expression: %w", err)
	}
	re.MatchTimeout = Timeout
	return re, nil
}

// shortest is the length of the shortest text that the pattern may match.
func shortest(pattern string) int {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return 0
	}
	return minLength(re)
}

// looksAround tells that the pattern has anchors or word boundaries.
func looksAround(pattern string) bool {
	re, err := syntax.Parse(pattern, syntax.Perl)
	return err != nil || hasEmptyWidth(re)
}

func hasEmptyWidth(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return true
	}
	return slices.ContainsFunc(re.Sub, hasEmptyWidth)
}

func minLength(re *syntax.Regexp) int {
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1
	case syntax.OpCapture, syntax.OpPlus:
		return minLength(re.Sub[0])
	case syntax.OpRepeat:
		return min(re.Min, 1) * minLength(re.Sub[0])
	case syntax.OpConcat:
		n := 0
		for _, s := range re.Sub {
			n += minLength(s)
		}
		return n
	case syntax.OpAlternate:
		n := minLength(re.Sub[0])
		for _, s := range re.Sub[1:] {
			n = min(n, minLength(s))
		}
		return n
	}
	return 0
}

// Groups is the number of capturing groups.
func (r *Regex) Groups() int { return r.groups }

// backtracks says that the other engine must look at this text.
func (r *Regex) backtracks(s []byte) bool { return r.fast == nil || r.lineEnd && endsLine(s) }

func endsLine(s []byte) bool {
	c, _ := utf8.DecodeLastRune(s)
	return c == '\n' || c == '\r' || c == '\u0085' || c == '\u2028' || c == '\u2029'
}

// Match says whether the pattern matches anywhere in s. The error is ErrTimeout.
func (r *Regex) Match(s []byte) (bool, error) {
	if !r.backtracks(s) {
		return r.fast.Match(s), nil
	}
	ok, err := r.slow.MatchRunes(bytes.Runes(s))
	return ok, timeout(err)
}

// Find is the first match in s, a part of s, which may be empty; nil where there is
// none. It does not allocate, except on the backtracking engine.
func (r *Regex) Find(s []byte) ([]byte, error) {
	if s == nil {
		s = []byte{} // a part of it is not nil
	}
	if !r.backtracks(s) {
		return r.fast.Find(s), nil
	}
	loc, err := r.FindGroups(s)
	if loc == nil {
		return nil, err
	}
	return s[loc[0]:loc[1]:loc[1]], nil
}

// FindGroups is the first match: the first and last byte offset of the whole and
// of each group, -1 for a group without a match; nil where there is no match.
func (r *Regex) FindGroups(s []byte) (loc []int, err error) {
	err = r.All(s, 0, func(found []int) bool {
		loc = found
		return false
	})
	return loc, err
}

// All calls f with each match at or behind byte from, as FindGroups gives them,
// until f returns false. Matches do not overlap; an empty one may stand where the
// one before it ended, as in Java.
func (r *Regex) All(s []byte, from int, f func(loc []int) bool) error {
	switch {
	case r.backtracks(s), r.context && (!r.never || from > 0):
		return r.allSlow(s, from, f)
	case r.context:
		// Without empty matches both engines go on in the same way.
		for _, loc := range r.fast.FindAllSubmatchIndex(s, -1) {
			if !f(loc) {
				return nil
			}
		}
		return nil
	}
	for from <= len(s) {
		loc := r.fast.FindSubmatchIndex(s[from:])
		if loc == nil {
			return nil
		}
		for i := range loc {
			if loc[i] >= 0 {
				loc[i] += from
			}
		}
		if !f(loc) {
			return nil
		}
		if from = loc[1]; loc[0] == loc[1] {
			_, n := utf8.DecodeRune(s[from:])
			from += max(n, 1)
		}
	}
	return nil
}

// AllWhole is All for who needs no groups: f gets the first and last byte offset of each
// match. It does not allocate where the text alone decides what matches.
func (r *Regex) AllWhole(s []byte, from int, f func(start, end int) bool) error {
	if !r.plain {
		return r.All(s, from, func(loc []int) bool { return f(loc[0], loc[1]) })
	}
	for from <= len(s) {
		found := r.fast.Find(s[from:])
		if found == nil {
			return nil
		}
		if !utf8.Valid(found) {
			return r.All(s, from, func(loc []int) bool { return f(loc[0], loc[1]) })
		}
		// Where its characters stand first it matches, and no match stands before the first:
		// that is the place, which package regexp tells only in a new slice.
		start := from + bytes.Index(s[from:], found)
		if from = start + len(found); !f(start, from) {
			return nil
		}
	}
	return nil
}

// allSlow is All on the backtracking engine, which counts characters.
func (r *Regex) allSlow(s []byte, from int, f func(loc []int) bool) error {
	text, offsets := bytes.Runes(s), runeOffsets(s)
	for at := utf8.RuneCount(s[:from]); at <= len(text); {
		m, err := r.slow.FindRunesMatchStartingAt(text, at)
		if m == nil {
			return timeout(err)
		}
		if !f(groupOffsets(m, offsets, r.groups)) {
			return nil
		}
		if at = m.Index + m.Length; m.Length == 0 {
			at++
		}
	}
	return nil
}

// runeOffsets is the byte offset of each character of s, and its length.
func runeOffsets(s []byte) []int {
	offsets := make([]int, 0, utf8.RuneCount(s)+1)
	for at := range string(s) {
		offsets = append(offsets, at)
	}
	return append(offsets, len(s))
}

// groupOffsets is the byte offsets of a match and its groups.
func groupOffsets(m *regexp2.Match, offsets []int, groups int) []int {
	loc := make([]int, 0, 2*(groups+1))
	for i := range groups + 1 {
		g := m.GroupByNumber(i)
		if g == nil || len(g.Captures) == 0 {
			loc = append(loc, -1, -1)
			continue
		}
		loc = append(loc, offsets[g.Index], offsets[g.Index+g.Length])
	}
	return loc
}

func timeout(err error) error {
	if err != nil {
		return ErrTimeout // the engine has no other error at run time
	}
	return nil
}
