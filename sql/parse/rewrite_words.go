package parse

import "strings"

// wordForms are the calls with words in place of commas: for each function the words that may follow one another.
var wordForms = map[string][][]string{
	"SUBSTRING": {{"FROM", "FOR"}, {"SIMILAR", "ESCAPE"}},
	"POSITION":  {{"IN"}},
	"OVERLAY":   {{"PLACING", "FROM", "FOR"}},
	"TRIM":      {{"FROM"}},
}

// wordForm writes f(a WORD b WORD c) as `#N`(a, b, c); the words stay in the side table.
func (r *rewriter) wordForm(i, from, last int, e *entry, forms [][]string) error {
	for _, words := range forms {
		var at []int
		found := []string{""}
		start := from
		for _, w := range words {
			if s := r.findWord(start, last, w); s >= 0 && !r.isPredicate(s, w) {
				at, found, start = append(at, s), append(found, w), s+1
			}
		}
		if len(at) > 0 && found[1] == words[0] {
			e.words = found
			return r.arguments(i, from, last, at...)
		}
	}
	return r.arguments(i, from, last)
}

// isPredicate says that the word at token s belongs to x IS DISTINCT FROM y or x SIMILAR TO y.
func (r *rewriter) isPredicate(s int, w string) bool {
	return w == "FROM" && r.toks[s-1].isWord("DISTINCT") || w == "SIMILAR" && r.toks[s+1].isWord("TO")
}

// trim writes TRIM([[LEADING | TRAILING | BOTH] [c] FROM] s) as `#N`(c, s) or `#N`(s).
func (r *rewriter) trim(i, from, last int, e *entry) error {
	side := ""
	if t := r.toks[from]; t.isWord("LEADING") || t.isWord("TRAILING") || t.isWord("BOTH") {
		side, from = t.text, from+1
	}
	at := r.findWord(from, last, "FROM")
	switch {
	case at < 0 && side != "":
		return errorAt(r.toks[last], "write TRIM("+side+" 'x' FROM s)", "TRIM needs FROM behind %s", side)
	case at < 0:
		return r.arguments(i, from, last)
	case at == from:
		e.words = []string{strings.TrimSpace(side + " FROM")}
		return r.arguments(i, at+1, last)
	}
	e.words = []string{side, "FROM"}
	return r.arguments(i, from, last, at)
}
