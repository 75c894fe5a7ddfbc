// Package jsonpath finds what a path names in a JSON document.
//
// In: a path as JSON_VALUE takes it, and the bytes of a document. Out: the places
// of the values in the document, which is read once, from end to end, without a
// tree; and whether it is JSON at all.
//
// A Path can be used on several goroutines.
package jsonpath

import (
	"fmt"
	"strconv"
	"strings"
)

// Path is a compiled path.
type Path struct {
	// Strict: a member or element that is missing is an error, not an absence.
	Strict bool
	// Wild: the path has a *, its result is a list.
	Wild  bool
	steps []step
}

type stepKind uint8

const (
	member stepKind = iota
	element
	every
)

type step struct {
	kind  stepKind
	name  string
	index int
}

// Parse compiles `[lax | strict] $` followed by .name, ['name'], [n], .* and
// [*]. Without a word the path is strict.
func Parse(text string) (*Path, error) {
	p := &Path{Strict: true}
	rest := strings.TrimSpace(text)
	for _, mode := range []string{"lax", "strict"} {
		if n := len(mode); len(rest) > n && strings.EqualFold(rest[:n], mode) && (rest[n] == ' ' || rest[n] == '\t') {
			p.Strict, rest = mode == "strict", strings.TrimSpace(rest[n:])
			break
		}
	}
	rest, ok := strings.CutPrefix(rest, "$")
	if !ok {
		return nil, fmt.Errorf("the path begins with $, as in $.a.b[0]")
	}
	for rest != "" {
		s, next, err := parseStep(rest)
		if err != nil {
			return nil, err
		}
		p.steps, p.Wild, rest = append(p.steps, s), p.Wild || s.kind == every, next
	}
	return p, nil
}

func parseStep(rest string) (step, string, error) {
	switch {
	case strings.HasPrefix(rest, ".."):
		return step{}, "", fmt.Errorf(".. is not supported in a path")
	case strings.HasPrefix(rest, ".["):
		return parseBracket(rest[1:])
	case rest[0] == '[':
		return parseBracket(rest)
	case rest[0] != '.':
		return step{}, "", fmt.Errorf("%q cannot stand in a path here", rest)
	}
	end := strings.IndexAny(rest[1:], ".[") + 1
	if end == 0 {
		end = len(rest)
	}
	name := strings.TrimSpace(rest[1:end])
	switch {
	case name == "*":
		return step{kind: every}, rest[end:], nil
	case name == "" || strings.ContainsAny(name, "()?,*@'\"]"):
		return step{}, "", fmt.Errorf("%q is no name of a member; other names go in brackets: ['a b']", name)
	}
	return step{kind: member, name: name}, rest[end:], nil
}

func parseBracket(rest string) (step, string, error) {
	inside := strings.TrimSpace(rest[1:])
	if inside == "" {
		return step{}, "", fmt.Errorf("[ is never closed in the path")
	}
	if quote := inside[0]; quote == '\'' || quote == '"' {
		name, behind, ok := cutQuoted(inside[1:], quote)
		behind = strings.TrimSpace(behind)
		if !ok || !strings.HasPrefix(behind, "]") {
			return step{}, "", fmt.Errorf("a name in brackets ends with %c]", quote)
		}
		return step{kind: member, name: name}, behind[1:], nil
	}
	inside, behind, ok := strings.Cut(inside, "]")
	inside = strings.TrimSpace(inside)
	switch {
	case !ok:
		return step{}, "", fmt.Errorf("[ is never closed in the path")
	case inside == "*":
		return step{kind: every}, behind, nil
	}
	n, err := strconv.ParseUint(inside, 10, 31)
	if err != nil {
		return step{}, "", fmt.Errorf("[%s] is not supported in a path: [0], [*] and ['name'] are", inside)
	}
	return step{kind: element, index: int(n)}, behind, nil
}

// cutQuoted reads a name up to its quote; a backslash takes the meaning from the
// next character.
func cutQuoted(s string, quote byte) (name, behind string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == quote:
			return b.String(), s[i+1:], true
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return "", "", false
}
