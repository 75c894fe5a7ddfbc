package pattern

import (
	"fmt"
	"slices"
	"testing"
	"unicode/utf8"
)

// FuzzJava: a pattern compiles or is refused, never panics; both engines find the
// same matches where both can run it.
func FuzzJava(f *testing.F) {
	for _, p := range []string{"a*b", "(a|b)+?c$", "[a-d[m-p]&&[^b]]", "(?i)é\\b", "\\p{Lu}++", "(?<n>x)\\k<n>", "(?m)^a$", "a{2,3}|\\Q.\\E", "(?x) a #", "\\u0041\\x{1F600}[^\\s\\d]", "(?=a)(?!b)(?<=c)(?>d)", "\\R\\h\\Z", "[]a]", "(|a)*"} {
		f.Add(p, "aab\r\nÄé 12\n")
	}
	f.Fuzz(func(t *testing.T, text, s string) {
		if len(text) > 40 || len(s) > 20 || !utf8.ValidString(s) {
			return
		}
		re, err := Compile(text)
		if err != nil {
			return
		}
		for i, found := range [][][]int{matchesOf(t, re, s), matchesOf(t, slowOnly(t, text), s)} {
			for _, loc := range found {
				if loc[0] > loc[1] || loc[1] > len(s) || !utf8.ValidString(s[loc[0]:loc[1]]) {
					t.Fatalf("%q in %q: engine %d finds %v", text, s, i, loc)
				}
			}
		}
		if re.fast == nil {
			return
		}
		// Groups may differ where a repetition takes nothing; places may not.
		fast, slow := places(matchesOf(t, re, s)), places(matchesOf(t, slowOnly(t, text), s))
		if slow != nil && !slices.Equal(fast, slow) {
			t.Fatalf("%q in %q: %v and %v", text, s, fast, slow)
		}
	})
}

// slowOnly is the pattern on the backtracking engine.
func slowOnly(t *testing.T, text string) *Regex {
	tr, err := translate(text)
	if err != nil {
		t.Fatal(err)
	}
	re := &Regex{groups: tr.groups}
	if re.slow, err = compileSlow(string(tr.slow)); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return re
}

func matchesOf(t *testing.T, re *Regex, s string) [][]int {
	out := [][]int{}
	if err := re.All([]byte(s), 0, func(loc []int) bool { out = append(out, loc); return true }); err != nil {
		return nil
	}
	return out
}

func places(found [][]int) []string {
	if found == nil {
		return nil
	}
	out := []string{}
	for _, loc := range found {
		out = append(out, fmt.Sprint(loc[:2]))
	}
	return out
}

// FuzzSimilar compares SIMILAR TO with a matcher that tries everything.
func FuzzSimilar(f *testing.F) {
	for _, p := range []string{"a%", "[a-c^b]+", "(a|b)*c?", "x{1,2}_", "!%!_", "[[:DIGIT:]]", "|a", "a||b"} {
		f.Add(p, "ab1")
	}
	f.Fuzz(func(t *testing.T, text, s string) {
		if len(text) > 12 || len(s) > 6 || !utf8.ValidString(text) || !utf8.ValidString(s) {
			return
		}
		re, err := Similar(text, '!')
		if err != nil {
			return
		}
		got, err := re.Match([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		n := &naiveSimilar{pattern: []rune(text)}
		ends, ok := n.alternation([]rune(s), []int{0})
		if !ok || n.at != len(n.pattern) {
			return // a form that the naive matcher does not know
		}
		if want := slices.Contains(ends, utf8.RuneCountInString(s)); got != want {
			t.Fatalf("%q SIMILAR TO %q is %v", s, text, got)
		}
	})
}

// naiveSimilar keeps the set of places that a pattern can lead to.
type naiveSimilar struct {
	pattern []rune
	at      int
}

func (n *naiveSimilar) peek() rune {
	if n.at == len(n.pattern) {
		return -1
	}
	return n.pattern[n.at]
}

func union(a, b []int) []int {
	out := append(slices.Clone(a), b...)
	slices.Sort(out)
	return slices.Compact(out)
}

func (n *naiveSimilar) alternation(s []rune, from []int) ([]int, bool) {
	var out []int
	for {
		ends, ok := n.sequence(s, from)
		if !ok {
			return nil, false
		}
		out = union(out, ends)
		if n.peek() != '|' {
			return out, true
		}
		n.at++
	}
}

func (n *naiveSimilar) sequence(s []rune, at []int) ([]int, bool) {
	for n.peek() != -1 && n.peek() != '|' && n.peek() != ')' {
		start := n.at
		once := func(from []int) ([]int, bool) { n.at = start; return n.element(s, from) }
		ends, ok := once(at)
		if !ok {
			return nil, false
		}
		switch n.peek() {
		case '*', '+', '?':
			q := n.peek()
			behind := n.at + 1
			if q != '+' {
				ends = union(ends, at)
			}
			for q != '?' {
				more, _ := once(ends)
				if more = union(ends, more); len(more) == len(ends) {
					break
				}
				ends = more
			}
			n.at = behind
		case '{':
			return nil, false
		}
		at = ends
	}
	return at, true
}

func (n *naiveSimilar) element(s []rune, from []int) ([]int, bool) {
	c := n.peek()
	n.at++
	one := func(match func(r rune) bool) ([]int, bool) {
		var out []int
		for _, f := range from {
			if f < len(s) && match(s[f]) {
				out = append(out, f+1)
			}
		}
		return out, true
	}
	switch c {
	case '!':
		want := n.peek()
		n.at++
		return one(func(r rune) bool { return r == want })
	case '_':
		return one(func(rune) bool { return true })
	case '%':
		var out []int
		for f := slices.Min(append(from, len(s)+1)); f <= len(s); f++ {
			out = append(out, f)
		}
		return out, true
	case '(':
		ends, ok := n.alternation(s, from)
		n.at++
		return ends, ok
	case '[', '{':
		return nil, false
	}
	return one(func(r rune) bool { return r == c })
}
