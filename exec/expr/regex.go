package expr

import (
	"bytes"
	"unicode/utf8"

	"github.com/millrace-sql/millrace/sql/pattern"
	"github.com/millrace-sql/millrace/sql/plan"
)

// regexCache compiles the patterns of a node: a constant one once, those of a
// column as long as few differ.
type regexCache struct {
	compile func(string) (*pattern.Regex, error)
	last    []byte
	re      *pattern.Regex
	o       outcome
	all     map[string]*pattern.Regex
}

// maxPatterns is how many compiled patterns a node keeps.
const maxPatterns = 64

func newRegexCache(compile func(string) (*pattern.Regex, error)) *regexCache {
	return &regexCache{compile: compile, all: map[string]*pattern.Regex{}}
}

func (r *regexCache) get(text []byte) (*pattern.Regex, outcome) {
	if (r.re != nil || r.o != "") && bytes.Equal(text, r.last) {
		return r.re, r.o
	}
	r.last = append(r.last[:0], text...)
	if r.re, r.o = r.all[string(text)], ""; r.re != nil {
		return r.re, ""
	}
	re, err := r.compile(string(text))
	if err != nil {
		r.o = outcome(err.Error())
		return nil, r.o
	}
	if len(r.all) == maxPatterns {
		clear(r.all)
	}
	r.re, r.all[string(text)] = re, re
	return re, ""
}

// similarCache is a regexCache of patterns with an escape character.
type similarCache struct {
	regexCache
	key []byte
}

// keyMark parts pattern and escape character: no text has it.
const keyMark = 0xff

func newSimilarCache(compile func(string, rune) (*pattern.Regex, error)) *similarCache {
	return &similarCache{regexCache: *newRegexCache(func(key string) (*pattern.Regex, error) {
		for i := len(key) - 1; i >= 0; i-- {
			if key[i] == keyMark {
				escape, _ := utf8.DecodeRuneInString(key[i+1:])
				return compile(key[:i], escape)
			}
		}
		return compile(key, pattern.NoEscape)
	})}
}

// get compiles text; escape nil = there is none.
func (r *similarCache) get(text, escape []byte) (*pattern.Regex, outcome) {
	if escape == nil {
		return r.regexCache.get(text)
	}
	if _, n := utf8.DecodeRune(escape); n == 0 || n != len(escape) {
		return nil, "ESCAPE takes one character"
	}
	r.key = append(append(append(r.key[:0], text...), keyMark), escape...)
	return r.regexCache.get(r.key)
}

func regexKernel(e *plan.Call, args []node) node {
	cache := newRegexCache(pattern.Compile)
	switch e.Func {
	case "REGEXP_LIKE":
		return &wholeFunc{inputs: newInputs(args), class: bools, apply: func(v []*vec, i uint32) (int64, outcome) {
			re, o := cache.get(v[1].text(i))
			if o != "" {
				return 0, o
			}
			return matches(re, v[0].text(i))
		}}
	case "REGEXP_EXTRACT":
		if len(args) == 2 {
			return &textFunc{inputs: newInputs(args), apply: wholeMatch(cache)}
		}
		return &partFunc{inputs: newInputs(args), apply: extractGroup(cache)}
	case "REGEXP_REPLACE", "REGEX_REPLACE":
		r := &regexReplace{cache: cache, literal: e.Func == "REGEXP_REPLACE"}
		return &textFunc{inputs: newInputs(args), apply: r.apply}
	}
	return nil
}

func matches(re *pattern.Regex, s []byte) (int64, outcome) {
	ok, err := re.Match(s)
	if err != nil {
		return 0, outcome(err.Error())
	}
	return int64(b2i(ok)), ""
}

// wholeMatch copies the first match: finding where it stands would allocate.
func wholeMatch(cache *regexCache) func(v []*vec, dst []byte, i uint32) ([]byte, outcome) {
	return func(v []*vec, dst []byte, i uint32) ([]byte, outcome) {
		re, o := cache.get(v[1].text(i))
		if o != "" {
			return dst, o
		}
		found, err := re.Find(v[0].text(i))
		switch {
		case err != nil:
			return dst, outcome(err.Error())
		case found == nil:
			return dst, noValue
		}
		return append(dst, found...), ""
	}
}

func extractGroup(cache *regexCache) func(v []*vec, s []byte, i uint32) (int, int, outcome) {
	return func(v []*vec, s []byte, i uint32) (int, int, outcome) {
		re, o := cache.get(v[1].text(i))
		if o != "" {
			return 0, 0, o
		}
		group := v[2].ints[int(i)&v[2].mask()]
		if group < 0 || group > int64(re.Groups()) {
			return 0, 0, "the pattern has no such group"
		}
		return groupOf(re, s, int(group))
	}
}
