package pattern

import (
	"bytes"
	"regexp"
)

// Whole is a regular expression of Java that must match a whole text, as
// Matcher.matches does.
type Whole struct{ re *Regex }

// CompileWhole compiles a regular expression as Compile does.
func CompileWhole(text string) (*Whole, error) {
	re, err := Compile(text)
	if err != nil {
		return nil, err
	}
	t, err := translate(text)
	if err != nil {
		return nil, err
	}
	w := &Whole{&Regex{lineEnd: t.lineEnd, groups: t.groups}}
	if re.fast != nil {
		// With both ends fixed Go often needs no stack of places to try.
		if w.re.fast, err = regexp.Compile(`\A(?:` + string(t.fast) + `)\z`); err == nil && !t.lineEnd {
			return w, nil
		}
	}
	w.re.slow, err = compileSlow(`\A(?:` + string(t.slow) + `)\z`)
	return w, err
}

// Groups is the number of capturing groups.
func (w *Whole) Groups() int { return w.re.groups }

// Match gives the first and last byte offset of each group, -1 for one without a
// match; nil where the pattern does not match. The error is ErrTimeout.
func (w *Whole) Match(s []byte) ([]int, error) {
	var loc []int
	if !w.re.backtracks(s) {
		loc = w.re.fast.FindSubmatchIndex(s)
	} else {
		text, offsets := bytes.Runes(s), runeOffsets(s)
		m, err := w.re.slow.FindRunesMatch(text)
		if m == nil {
			return nil, timeout(err)
		}
		loc = groupOffsets(m, offsets, w.re.groups)
	}
	if loc == nil {
		return nil, nil
	}
	return loc[2:], nil
}
