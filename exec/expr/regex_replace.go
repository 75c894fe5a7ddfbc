package expr

import (
	"bytes"

	"github.com/millrace-sql/millrace/sql/pattern"
)

// regexReplace is REGEX_REPLACE and, with literal, REGEXP_REPLACE, whose
// replacement is plain text.
type regexReplace struct {
	cache   *regexCache
	literal bool
	// The replacement read last, for the pattern it was read with.
	re     *pattern.Regex
	text   []byte
	parsed pattern.Replacement
	o      outcome
}

func (e *regexReplace) apply(v []*vec, dst []byte, i uint32) ([]byte, outcome) {
	s, first, which := v[0].text(i), int64(1), int64(0)
	if !e.literal {
		first, which = v[3].ints[int(i)&v[3].mask()], v[4].ints[int(i)&v[4].mask()]
	}
	switch {
	case first < 1:
		return dst, "REGEX_REPLACE starts at a character below 1"
	case which < 0:
		return dst, "REGEX_REPLACE replaces a match below 0"
	}
	re, o := e.cache.get(v[1].text(i))
	if o == "" {
		o = e.replacement(re, v[2].text(i))
	}
	if o != "" {
		return dst, o
	}
	from := offset(s, first-1, false)
	if from == len(s) && first > 1 {
		return append(dst, s...), ""
	}
	at, seen, start := 0, int64(0), len(dst)
	replace := func(from, to int, loc []int) bool {
		if seen++; which > 0 && seen < which {
			return true
		}
		dst = append(dst, s[at:from]...)
		if e.literal {
			dst = append(dst, e.text...)
		} else {
			dst = e.parsed.Append(dst, s, loc)
		}
		at = to
		return which == 0 && len(dst)-start <= maxText
	}
	var err error
	if e.literal || !e.parsed.Groups() {
		err = re.AllWhole(s, from, func(from, to int) bool { return replace(from, to, nil) })
	} else {
		err = re.All(s, from, func(loc []int) bool { return replace(loc[0], loc[1], loc) })
	}
	switch {
	case err != nil:
		return dst, outcome(err.Error())
	case len(dst)-start > maxText:
		return dst, tooLong
	}
	return append(dst, s[at:]...), ""
}

func (e *regexReplace) replacement(re *pattern.Regex, text []byte) outcome {
	if e.re == re && bytes.Equal(e.text, text) {
		return e.o
	}
	e.re, e.text, e.o = re, append(e.text[:0], text...), ""
	if e.literal {
		return ""
	}
	var err error
	if e.parsed, err = re.Replacement(e.text); err != nil {
		e.o = outcome(err.Error())
	}
	return e.o
}
