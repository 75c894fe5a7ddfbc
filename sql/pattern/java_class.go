package pattern

import "fmt"

// class reads a character class behind its [ and gives the characters in it:
// ranges, escapes, classes inside (their union) and && (the intersection).
func (t *translator) class() (set, error) {
	if t.open++; t.open > maxNesting {
		return nil, fmt.Errorf("the pattern is nested deeper than %d levels", maxNesting)
	}
	defer func() { t.open-- }()
	not := t.accept("^")
	var all, part set
	intersected := false
	for first := true; ; first = false {
		if t.flags.comments && t.more() && t.skipComment() {
			continue
		}
		switch {
		case !t.more():
			return nil, fmt.Errorf("[ is never closed in the pattern")
		case t.peek() == ']' && !first:
			t.at++
			if intersected {
				part = all.intersect(part)
			}
			if part = part.normal(); not {
				part = part.complement()
			}
			return part, nil
		case t.accept("&&"):
			if intersected {
				part = all.intersect(part)
			}
			all, part, intersected = part, nil, true
			for t.accept("&&") {
			}
			continue
		case t.accept("["):
			inner, err := t.class()
			if err != nil {
				return nil, err
			}
			part = append(part, inner...)
			continue
		}
		s, err := t.classItem()
		if err != nil {
			return nil, err
		}
		part = append(part, s...)
	}
}

// classItem is a character, an escape or a range.
func (t *translator) classItem() (set, error) {
	s, err := t.classRune()
	if err != nil {
		return nil, err
	}
	single := len(s) == 1 && s[0].lo == s[0].hi
	if single && t.peek() == '-' && t.at+1 < len(t.text) && t.text[t.at+1] != ']' && t.text[t.at+1] != '[' && !t.intersection(t.at+1) {
		t.at++
		end, err := t.classRune()
		if err != nil {
			return nil, err
		}
		if len(end) != 1 || end[0].lo != end[0].hi || end[0].lo < s[0].lo {
			return nil, fmt.Errorf("a range of the pattern ends before it begins")
		}
		s = set{{s[0].lo, end[0].lo}}
	}
	if t.flags.fold {
		s = s.fold(t.flags.all)
	}
	return s, nil
}

func (t *translator) intersection(at int) bool {
	return at+1 < len(t.text) && t.text[at] == '&' && t.text[at+1] == '&'
}

func (t *translator) classRune() (set, error) {
	if t.accept(`\`) {
		if t.peek() == 'Q' {
			return nil, fmt.Errorf("\\Q is not supported inside a class of a pattern")
		}
		return t.escapedSet()
	}
	r := t.next()
	return set{{r, r}}, nil
}
