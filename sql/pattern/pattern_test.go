package pattern

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"unicode/utf8"
)

// TestJava: the first match of a pattern, the whole and its groups, as
// java.util.regex gives them.
func TestJava(t *testing.T) {
	for _, c := range []struct{ pattern, text, want string }{
		{"b.*", "harbour", "bour"}, {"[0-9]+", "a1b22", "1"}, {"x", "abc", "none"}, {"", "abc", ""}, {"(a)(x)?(b)", "ab", "ab a - b"},
		// Classes of Java: union, intersection, subtraction, negation.
		{"[a-d[m-p]]+", "xyznpad", "npad"}, {"[a-z&&[def]]+", "abcdefg", "def"}, {"[a-z&&[^bc]]+", "bcad", "ad"}, {"[^a-c]+", "abxyc", "xy"},
		{"[a-f&&b-z&&[^d]]+", "abcde", "bc"}, {"[]a]+", "]a]", "]a]"}, {"[a\\]-]+", "-]a", "-]a"}, {"[\\w&&[^\\d]]+", "12ab_3", "ab_"}, {"[&]", "a&", "&"}, {"[a&&b]", "ab", "none"},
		// \s has the vertical tab, the dot excludes all line ends.
		{"\\s", "a\vb", "\v"}, {"a.b", "a\rb", "none"}, {"a.b", "a\u2028b", "none"}, {"(?s)a.b", "a\nb", "a\nb"}, {"(?d)a.b", "a\rb", "a\rb"}, {"a.b", "a\U0001F600b", "a\U0001F600b"},
		{"\\h+", "a\u00a0\tb", "\u00a0\t"}, {"\\R", "a\r\nb", "\r\n"}, {"\\R", "a\u0085", "\u0085"}, {"\\x41\\u0042\\x{43}\\0104", "ABCD", "ABCD"}, {"\\uD83D\\uDE00", "😀", "😀"}, {"\\cA", "\x01", "\x01"}, {"\\e\\a\\f", "\x1b\a\f", "\x1b\a\f"},
		// $ also stands before the line end that ends the text.
		{"b$", "ab\n", "b"}, {"b$", "ab\r\n", "b"}, {"b$", "ab\nc", "none"}, {"b\\z", "ab\n", "none"}, {"b\\Z", "ab\n", "b"}, {"(?m)^b$", "a\nb\nc", "b"}, {"(?m)^", "", ""}, {"^b", "ab", "none"}, {"(?m)a$", "a\r\n", "a"},
		// Cases: of ASCII alone, of all letters with u.
		{"(?i)straSSE", "STRASSE", "STRASSE"}, {"(?i)é", "É", "none"}, {"(?iu)é", "É", "É"}, {"(?i)k", "\u212a", "none"}, {"(?iu)k", "\u212a", "\u212a"}, {"a(?i:b)c", "aBc", "aBc"}, {"a(?i:b)c", "aBC", "none"}, {"(?i)[^a]", "Ab", "b"}, {"(?i)a(?-i)b", "Ab", "Ab"}, {"(?i)a(?-i)b", "AB", "none"}, {"(a(?i)b)c", "aBC", "none"},
		{"(?x) a b # c\n c", "abc", "abc"}, {"\\Qa.b\\E+", "a.bb", "a.bb"}, {"\\Q", "x", ""}, {"a{2,3}", "aaaa", "aaa"}, {"a{2}?a", "aaaa", "aaa"}, {"(?<year>\\d{4})-(?<m>\\d\\d)", "on 2021-03", "2021-03 2021 03"},
		// What Go's engine cannot do.
		{"(\\w)\\1", "hello", "ll l"}, {"foo(?=bar)", "foobaz foobar", "foo"}, {"(?<!\\d)\\d\\d(?!\\d)", "123 45", "45"}, {"a++a", "aaa", "none"}, {"(?>a+)b", "aab", "aab"}, {"(?<q>['\"]).*?\\k<q>", "x='it's'", "'it' '"}, {"[ab]*+c", "ababc", "ababc"}, {"(a)\\10", "aa0", "aa0 a"}, {"(?i)(a)\\1", "aA", "aA a"}, {"x{2000}", "x", "none"},
		{"\\bcat\\b", "a cat.", "cat"}, {"\\bé", "é", "none"}, {"\\Bat", "cat", "at"}, {"(?=é)\\b", "é", "none"},
		{"\\p{Lu}\\p{Ll}+", "xÄrger", "Ärger"}, {"\\p{Alpha}+", "éab", "ab"}, {"\\P{L}", "é1", "1"}, {"\\p{IsGreek}+", "abγδ", "γδ"}, {"\\pL+", "1é", "é"}, {"\\p{IsAlphabetic}", "é", "é"}, {"\\p{gc=Nd}", "٣", "٣"}, {"\\p{script=Latin}", "é", "é"}, {"[\\p{Punct}]", "a!", "!"},
		{"}", "}", "}"}, {"]", "]", "]"}, {"a|b|", "c", ""}, {"\\-\\_", "-_", "-_"},
	} {
		re, err := Compile(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		loc, err := re.FindGroups([]byte(c.text))
		if got := groupText(c.text, loc); got != c.want || err != nil {
			t.Errorf("%q in %q is %q, want %q; %v", c.pattern, c.text, got, c.want, err)
		}
		found, err := re.Match([]byte(c.text))
		if found != (c.want != "none") || err != nil {
			t.Errorf("%q matches %q: %v %v", c.pattern, c.text, found, err)
		}
		whole, err := re.Find([]byte(c.text))
		if loc != nil && string(whole) != c.text[loc[0]:loc[1]] || (loc == nil) != (whole == nil) || err != nil {
			t.Errorf("%q finds %q in %q", c.pattern, whole, c.text)
		}
	}
}

func groupText(s string, loc []int) string {
	if loc == nil {
		return "none"
	}
	out := s[loc[0]:loc[1]]
	for i := 2; i < len(loc); i += 2 {
		if loc[i] < 0 {
			out += " -"
			continue
		}
		out += " " + s[loc[i]:loc[i+1]]
	}
	return out
}

func TestJavaErrors(t *testing.T) {
	for pattern, want := range map[string]string{
		"(a": "( is never closed in the pattern", "a)": "unmatched ) in the pattern", "[a": "[ is never closed in the pattern", "*a": "the quantifier * has nothing to repeat",
		"a**": "the quantifier * has nothing to repeat", "a|+": "the quantifier + has nothing to repeat", "{1}": `{ has nothing to repeat; a brace is written \{`, "a{": "the repetition { is never closed",
		"a{2,1}": "{2,1} is not a repetition", "a{,2}": "{,2} is not a repetition", "\\": "the pattern ends with a backslash", "\\y": `\y is not supported in a pattern`, "\\X": `\X is not supported in a pattern`,
		"\\1": "the pattern refers to group 1 before it", "\\k<a>": `\k needs the name of a group before it: \k<name>`, "(?<a>x)(?<a>y)": "two groups are named a", "(?<1>x)": "the name of a group is letters and digits, and ends with >",
		"(?U)a": "(?U is not supported in a pattern", "\\p{Foo}": "the pattern's character property Foo is not known", "\\p{InGreek}": "the pattern's character property InGreek is not known", "[z-a]": "a range of the pattern ends before it begins",
		"\\x{110000}": "110000 is not the number of a character", "\\u12": "an escape of the pattern lacks digits", "\\uD800": "half of a surrogate pair is no character", "a\xff": "the pattern is not UTF-8", "[\\Qa\\E]": `\Q is not supported inside a class of a pattern`, "\\b{g}": `\b is not supported in a pattern`,
	} {
		if _, err := Compile(pattern); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", pattern, err, want)
		}
	}
}

// TestAll: where matches begin and end is Java's: an empty match may stand at the
// end of the one before.
func TestAll(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		from          int
		want          string
	}{
		{"a*", "aab", 0, "[0 2][2 2][3 3]"}, {"(?:a|(?=x))*", "aab", 0, "[0 2][2 2][3 3]"}, {"[0-9]+", "a1b22", 2, "[3 5]"}, {"^a", "aa", 0, "[0 1]"}, {"^a", "aa", 1, ""}, {"\\ba", "aa a", 0, "[0 1][3 4]"}, {"\\ba", "aa a", 1, "[3 4]"}, {"(?<=a)a", "aaa", 1, "[1 2][2 3]"},
		{"", "é1", 0, "[0 0][2 2][3 3]"}, {"(?!b)", "é1", 0, "[0 0][2 2][3 3]"}, {"a$", "aa\n", 0, "[1 2]"}, {"$", "a\n", 0, "[1 1][2 2]"}, {"x", "", 0, ""}, {"\\b", "ab c", 0, "[0 0][2 2][3 3][4 4]"},
	} {
		re, err := Compile(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := re.All([]byte(c.text), c.from, func(loc []int) bool { got += fmt.Sprint(loc[:2]); return true }); err != nil {
			t.Error(err)
		}
		if got != c.want {
			t.Errorf("%q in %q from %d: %s, want %s", c.pattern, c.text, c.from, got, c.want)
		}
	}
}

func TestReplacement(t *testing.T) {
	for _, c := range []struct{ pattern, text, repl, want string }{
		{"(a)(b)?", "ab a", "<$2$1>", "<ba> <a>"}, {"(?<n>b)", "abc", "[${n}]", "a[b]c"}, {"b", "abc", "$0$0", "abbc"}, {"b", "abc", "\\$\\\\", "a$\\c"}, {"(b)", "abc", "$11", "ab1c"}, {"b", "abc", "", "ac"}, {"x", "abc", "y", "abc"}, {"é", "aéb", "ö", "aöb"},
	} {
		re, _ := Compile(c.pattern)
		p, err := re.Replacement([]byte(c.repl))
		if err != nil {
			t.Errorf("%s: %v", c.repl, err)
			continue
		}
		var out []byte
		at := 0
		_ = re.All([]byte(c.text), 0, func(loc []int) bool {
			out = p.Append(append(out, c.text[at:loc[0]]...), []byte(c.text), loc)
			at = loc[1]
			return true
		})
		if got := string(out) + c.text[at:]; got != c.want {
			t.Errorf("%s by %s: %s, want %s", c.pattern, c.repl, got, c.want)
		}
	}
	re, _ := Compile("(b)")
	for repl, want := range map[string]string{
		"$": `$ in the replacement needs the number of a group; a dollar sign is written \$`, "$2": "the replacement names group 2, the pattern has 1", "${x}": `the pattern has no group named "x"`, "${": `the pattern has no group named ""`, "\\": "the replacement ends with a backslash",
	} {
		if _, err := re.Replacement([]byte(repl)); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", repl, err, want)
		}
	}
}

func TestTimeout(t *testing.T) {
	re, err := Compile("(?=x)?(a+)+$b")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := re.Match([]byte("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")); err != ErrTimeout {
		t.Errorf("no timeout: %v", err)
	}
}

func TestSimilar(t *testing.T) {
	for _, c := range []struct {
		pattern string
		escape  rune
		text    string
		want    bool
	}{
		// kda-sql.md §4.5 and C15.
		{"[a-m][0-9]", NoEscape, "k9", true}, {"[a-e^d][0-9]", NoEscape, "d5", false}, {"[a-e^d][0-9]", NoEscape, "c5", true}, {"x{2}y{1,3}", NoEscape, "xxyy", true}, {"!(x!)", '!', "(x)", true}, {"north|south", NoEscape, "north", true}, {"", NoEscape, "a", false}, {"", NoEscape, "", true},
		{"ab?", NoEscape, "a", true}, {"(ab)?", NoEscape, "a", false}, {"(ab)?", NoEscape, "", true}, {"north|south", NoEscape, "northsouth", false}, {"a_c", NoEscape, "aéc", true}, {"a_c", NoEscape, "a\nc", true}, {"a%", NoEscape, "a\nb", true}, {"%a", NoEscape, "ba\n", false},
		{"[^a-c]", NoEscape, "d", true}, {"[^a-c]", NoEscape, "b", false}, {"[%_]", NoEscape, "%", true}, {"[%_]", NoEscape, "x", false}, {"a.c", NoEscape, "abc", false}, {"a.c", NoEscape, "a.c", true}, {"a\\d", NoEscape, "a\\d", true}, {"^a$", NoEscape, "^a$", true}, {"x{2,}", NoEscape, "xxxx", true}, {"(a|b)*c", NoEscape, "abbac", true}, {"[[:DIGIT:]x]+", NoEscape, "1x2", true}, {"[a!-c]", '!', "-", true}, {"[a-]", NoEscape, "-", true}, {"😀+", NoEscape, "😀😀", true}, {"[a-z^aeiou]+", NoEscape, "rhythm", true}, {"[^^]", NoEscape, "^", false},
	} {
		re, err := Similar(c.pattern, c.escape)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		if got, err := re.Match([]byte(c.text)); got != c.want || err != nil {
			t.Errorf("%q SIMILAR TO %q is %v", c.text, c.pattern, got)
		}
	}
	for pattern, want := range map[string]string{
		"[^(a-e)]": "( cannot stand in the negated set of a pattern", "(a": "( is never closed in the pattern", "a)": "unmatched ) in the pattern", "[a": "[ is never closed in the pattern", "a]": "unmatched ] in the pattern", "*a": "* has nothing to repeat in the pattern", "a{2": "{2 is not a repetition: {n}, {n,} or {n,m}", "a{x}": "{x is not a repetition: {n}, {n,} or {n,m}", "a{2,1}": "{2,1 is not a repetition: {n}, {n,} or {n,m}", "a{1001}": "{1001} repeats more than 1000 times", "a!": "the pattern ends with its escape character", "[]": "a set of the pattern is empty", "[z-a]": "the range z-a of the pattern ends before it begins", "[[:FOO:]]": "[:FOO is no set of characters: ALPHA, UPPER, LOWER, DIGIT, ALNUM, SPACE, WHITESPACE", "[a^]": "a set of the pattern is empty",
	} {
		if _, err := Similar(pattern, '!'); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", pattern, err, want)
		}
	}
}

func TestSimilarPart(t *testing.T) {
	for _, c := range []struct{ pattern, text, want string }{
		{`lot#"[0-9]+#"end`, "lot42end", "42"}, {`lot#"[0-9]+#"end`, "lotend", "none"}, {`%#"[0-9]+#"%`, "ab123cd", "123"}, {`#"%#"`, "abc", "abc"}, {`a###"b#"c`, "a#bc", "b"}, {`(a|b)#"_#"%`, "bxyz", "x"}, {`%#"b%#"b`, "abab", "ba"},
	} {
		re, err := SimilarPart(c.pattern, '#')
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		loc, _ := re.FindGroups([]byte(c.text))
		got := "none"
		if loc != nil {
			got = c.text[loc[2]:loc[3]]
		}
		if got != c.want {
			t.Errorf("%s in %s: %s, want %s", c.pattern, c.text, got, c.want)
		}
	}
	if _, err := SimilarPart("abc", '#'); err == nil || err.Error() != `the pattern needs two marks #" around its middle part, it has 0` {
		t.Error(err)
	}
}

// TestAllWhole: the matches are those of All, with and without what All needs groups or
// the surroundings for.
func TestAllWhole(t *testing.T) {
	texts := []string{"", "a", "ab ab", "xab ab", "aab", "ab\n", "caaab-ab", "Größe ab", "abab", "b ab b", "é\xa9\xc3 ab\xc3"}
	for _, p := range []string{"ab", "a+", "a*", "ab$", "^ab", "\\bab", "ab\\b", "(a)(b)", "a|ab", "ab|a", "(?=a)", "[^a]", ".", "b?", "a+?b", "(?:a|b)+", "\\Bab"} {
		re, err := Compile(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range texts {
			for from := range len(s) + 1 {
				if !utf8.RuneStart((s + "x")[from]) {
					continue
				}
				var got, want []string
				errs := errors.Join(
					re.AllWhole([]byte(s), from, func(start, end int) bool { got = append(got, fmt.Sprint(start, end)); return true }),
					re.All([]byte(s), from, func(loc []int) bool { want = append(want, fmt.Sprint(loc[0], loc[1])); return true }))
				if errs != nil || !slices.Equal(got, want) {
					t.Errorf("%s in %q from %d: %q, want %q; %v", p, s, from, got, want, errs)
				}
			}
		}
	}
}
