package pattern

import (
	"slices"
	"strings"
	"unicode"
)

// span is the characters from lo to hi, both included.
type span struct{ lo, hi rune }

// set is a set of characters: sorted spans that neither touch nor overlap once it
// is normal.
type set []span

var (
	digits     = set{{'0', '9'}}
	words      = set{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}
	spaces     = set{{'\t', '\r'}, {' ', ' '}}
	lineEnds   = set{{'\n', '\n'}, {'\r', '\r'}, {'\u0085', '\u0085'}, {'\u2028', '\u2029'}}
	horizontal = set{{'\t', '\t'}, {' ', ' '}, {0xa0, 0xa0}, {0x1680, 0x1680}, {0x180e, 0x180e}, {0x2000, 0x200a}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}}
	vertical   = set{{'\n', '\r'}, {'\u0085', '\u0085'}, {'\u2028', '\u2029'}}
)

func (s set) normal() set {
	s = slices.Clone(s)
	slices.SortFunc(s, func(a, b span) int { return int(a.lo - b.lo) })
	out := s[:0]
	for _, p := range s {
		if n := len(out); n > 0 && p.lo <= out[n-1].hi+1 {
			out[n-1].hi = max(out[n-1].hi, p.hi)
			continue
		}
		out = append(out, p)
	}
	return out
}

func (s set) complement() set {
	var out set
	next := rune(0)
	for _, p := range s.normal() {
		if p.lo > next {
			out = append(out, span{next, p.lo - 1})
		}
		next = p.hi + 1
	}
	if next <= unicode.MaxRune {
		out = append(out, span{next, unicode.MaxRune})
	}
	return out
}

func (s set) union(t set) set { return append(slices.Clone(s), t...).normal() }

func (s set) intersect(t set) set { return s.complement().union(t.complement()).complement() }

// fold adds the other cases of the letters: of ASCII, or all of them.
func (s set) fold(all bool) set {
	last := rune('z')
	if all {
		last = 0x1e943 // the last letter that has two cases
	}
	out := slices.Clone(s)
	for _, p := range s {
		for r := p.lo; r <= min(p.hi, last); r++ {
			for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
				if all || f < unicode.MaxASCII {
					out = append(out, span{f, f})
				}
			}
		}
	}
	return out.normal()
}

// String is the set as a class that both engines read.
func (s set) String() string {
	if len(s) == 0 {
		return "[^\x00-\U0010FFFF]"
	}
	if c := s.complement(); len(c) < len(s) && len(c) > 0 {
		return "[^" + c.spans() + "]"
	}
	if len(s) == 1 && s[0].lo == 0 && s[0].hi == unicode.MaxRune {
		return "(?s:.)"
	}
	return "[" + s.spans() + "]"
}

func (s set) spans() string {
	var out []byte
	for _, p := range s {
		out = appendClassRune(out, p.lo)
		if p.hi > p.lo {
			if p.hi > p.lo+1 {
				out = append(out, '-')
			}
			out = appendClassRune(out, p.hi)
		}
	}
	return string(out)
}

func appendClassRune(out []byte, r rune) []byte {
	// Half of a surrogate pair is no character: no text has one.
	switch {
	case r >= 0xd800 && r <= 0xdbff:
		r = 0xd7ff
	case r >= 0xdc00 && r <= 0xdfff:
		r = 0xe000
	}
	if strings.ContainsRune(`\[]^-`, r) {
		out = append(out, '\\')
	}
	return append(out, string(r)...)
}

func tableSet(tables ...*unicode.RangeTable) set {
	var out set
	for _, t := range tables {
		for _, r := range t.R16 {
			out = out.stride(rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
		for _, r := range t.R32 {
			out = out.stride(rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
	}
	return out.normal()
}

func (s set) stride(lo, hi, step rune) set {
	if step == 1 {
		return append(s, span{lo, hi})
	}
	for r := lo; r <= hi; r += step {
		s = append(s, span{r, r})
	}
	return s
}
