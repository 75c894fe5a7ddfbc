package expr

import (
	"bytes"
	"math"
	"unicode/utf8"

	"github.com/millrace-sql/millrace/sql/pattern"
	"github.com/millrace-sql/millrace/sql/plan"
)

// partKernel is the functions whose result is a part of an argument.
func partKernel(e *plan.Call, args []node) node {
	part := func(of int, apply func(v []*vec, s []byte, i uint32) (int, int, outcome)) node {
		return &partFunc{inputs: newInputs(args), of: of, apply: apply}
	}
	binary := e.Of.IsBinary()
	switch e.Func {
	case "SUBSTRING", "SUBSTRING FROM", "SUBSTRING SIMILAR":
		if !e.Args[1].Type().IsString() {
			if n := newSubstringConst(e, args); n != nil {
				return n
			}
			return part(0, substring(e.Func == "SUBSTRING FROM", binary, len(args) > 2))
		}
		if len(args) > 2 {
			return part(0, substringSimilar())
		}
		return &textFunc{inputs: newInputs(args), apply: wholeMatch(newRegexCache(pattern.Compile))}
	case "LEFT":
		return part(0, func(v []*vec, s []byte, i uint32) (int, int, outcome) {
			return 0, offset(s, v[1].ints[int(i)&v[1].mask()], binary), ""
		})
	case "RIGHT":
		return part(0, func(v []*vec, s []byte, i uint32) (int, int, outcome) {
			n := v[1].ints[int(i)&v[1].mask()]
			if binary {
				return len(s) - offset(s, n, true), len(s), ""
			}
			return offsetBack(s, n), len(s), ""
		})
	case "TRIM", "TRIM LEADING", "TRIM TRAILING":
		return part(len(args)-1, trim(e.Func != "TRIM TRAILING", e.Func != "TRIM LEADING", binary))
	case "BTRIM", "LTRIM", "RTRIM":
		return part(0, trimSet(e.Func != "RTRIM", e.Func != "LTRIM"))
	case "SPLIT_INDEX":
		return part(0, splitIndex)
	}
	return nil
}

// substring counts places before the first towards the length. A start behind the
// end gives the empty text with FROM, NULL with commas (C5).
func substring(from, binary, limited bool) func(v []*vec, s []byte, i uint32) (int, int, outcome) {
	return func(v []*vec, s []byte, i uint32) (int, int, outcome) {
		p, n := v[1].ints[int(i)&v[1].mask()], int64(math.MaxInt64)
		if limited {
			n = v[2].ints[int(i)&v[2].mask()]
		}
		if p < 1 {
			if limited && n > 0 {
				// p - 1 + n cannot overflow: the signs differ, but p - 1 can.
				n = max(p, math.MinInt64+1) - 1 + n
			}
			p = 1
		}
		if n <= 0 {
			return 0, 0, ""
		}
		start := offset(s, p-1, binary)
		if start == len(s) {
			if from {
				return 0, 0, ""
			}
			return 0, 0, noValue
		}
		return start, start + offset(s[start:], n, binary), ""
	}
}

// trim takes one character off the ends: a blank, of a binary the zero byte,
// where none is given.
func trim(leading, trailing, binary bool) func(v []*vec, s []byte, i uint32) (int, int, outcome) {
	blank := []byte{' '}
	if binary {
		blank[0] = 0
	}
	return func(v []*vec, s []byte, i uint32) (int, int, outcome) {
		c := blank
		if len(v) > 1 {
			c = v[0].text(i)
			if _, n := utf8.DecodeRune(c); len(c) == 0 || binary && len(c) != 1 || !binary && n != len(c) {
				return 0, 0, "TRIM takes off one character"
			}
		}
		from, to := 0, len(s)
		for leading && bytes.HasPrefix(s[from:to], c) {
			from += len(c)
		}
		for trailing && bytes.HasSuffix(s[from:to], c) {
			to -= len(c)
		}
		return from, to, ""
	}
}

// trimSet takes off any of a set of characters.
func trimSet(leading, trailing bool) func(v []*vec, s []byte, i uint32) (int, int, outcome) {
	return func(v []*vec, s []byte, i uint32) (int, int, outcome) {
		set := []byte{' '}
		if len(v) > 1 {
			set = v[1].text(i)
		}
		from, to := 0, len(s)
		for leading && from < to {
			_, n := utf8.DecodeRune(s[from:to])
			if !bytes.Contains(set, s[from:from+n]) {
				break
			}
			from += n
		}
		for trailing && from < to {
			_, n := utf8.DecodeLastRune(s[from:to])
			if !bytes.Contains(set, s[to-n:to]) {
				break
			}
			to -= n
		}
		return from, to, ""
	}
}

// splitIndex counts parts from 0; the empty text has none.
func splitIndex(v []*vec, s []byte, i uint32) (int, int, outcome) {
	sep, n := v[1].text(i), v[2].ints[int(i)&v[2].mask()]
	if n < 0 || len(s) == 0 {
		return 0, 0, noValue
	}
	for from := 0; ; n-- {
		at := -1
		if len(sep) > 0 {
			at = bytes.Index(s[from:], sep)
		}
		switch {
		case n == 0 && at < 0:
			return from, len(s), ""
		case n == 0:
			return from, from + at, ""
		case at < 0:
			return 0, 0, noValue
		}
		from += at + len(sep)
	}
}

func substringSimilar() func(v []*vec, s []byte, i uint32) (int, int, outcome) {
	cache := newSimilarCache(pattern.SimilarPart)
	return func(v []*vec, s []byte, i uint32) (int, int, outcome) {
		re, o := cache.get(v[1].text(i), v[2].text(i))
		if o != "" {
			return 0, 0, o
		}
		return groupOf(re, s, 1)
	}
}

// groupOf is what a group of the first match took; NULL without one.
func groupOf(re *pattern.Regex, s []byte, group int) (int, int, outcome) {
	loc, err := re.FindGroups(s)
	switch {
	case err != nil:
		return 0, 0, outcome(err.Error())
	case loc == nil || loc[2*group] < 0:
		return 0, 0, noValue
	}
	return loc[2*group], loc[2*group+1], ""
}
