package format

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Path leads from a JSON value to those inside it (kda-sql.md §16.2): `$` is the
// value itself, `.name` or `["name"]` a member, `[0:]` the elements of an array.
// The zero Path is none.
type Path struct {
	steps []step
	text  string
}

// step goes to a member, or to the elements of an array.
type step struct {
	name  string
	array bool
}

// String is the path as it was written.
func (p Path) String() string { return p.text }

// given tells a path from none.
func (p Path) given() bool { return p.text != "" }

// arrays is how many steps go into an array; whole leaves out one at the end,
// which takes the array as it is.
func (p Path) arrays(whole bool) int {
	n := 0
	for i, s := range p.steps {
		if s.array && !(whole && i == len(p.steps)-1) {
			n++
		}
	}
	return n
}

// flattened is the array that makes a row of each element, "" for none.
func (p Path) flattened() string {
	for i, s := range p.steps[:max(len(p.steps)-1, 0)] {
		if s.array {
			return spelled(p.steps[:i+1])
		}
	}
	return ""
}

// spelled writes steps in one way, whichever they were written in.
func spelled(steps []step) string {
	text := "$"
	for _, s := range steps {
		switch {
		case s.array:
			text += "[0:]"
		case plainMember(s.name):
			text += "." + s.name
		default:
			text += `["` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s.name) + `"]`
		}
	}
	return text
}

// MemberPath is the path to a member of a member: the names in their order.
func MemberPath(names ...string) Path {
	p := Path{steps: make([]step, len(names))}
	for i, name := range names {
		p.steps[i].name = name
	}
	p.text = spelled(p.steps)
	return p
}

// plainMember tells that a name can stand behind a point.
func plainMember(name string) bool {
	for _, r := range name {
		if memberEnds(r) {
			return false
		}
	}
	return name != "" && utf8.ValidString(name)
}

func memberEnds(r rune) bool {
	return strings.ContainsRune(`.[],="'\`, r) || unicode.IsSpace(r) || unicode.IsControl(r)
}

// ParsePath reads a path.
func ParsePath(text string) (Path, error) {
	p, rest, err := cutPath(text)
	if err == nil && rest != "" {
		err = fmt.Errorf("path %s: %q is not a step", text, rest)
	}
	return p, err
}

// cutPath reads the path that text starts with and returns what follows it.
func cutPath(text string) (Path, string, error) {
	var p Path
	if !strings.HasPrefix(text, "$") {
		return p, text, fmt.Errorf("path %q does not begin with $", text)
	}
	rest := text[1:]
	for rest != "" && (rest[0] == '.' || rest[0] == '[') {
		s, after, err := cutStep(rest)
		if err != nil {
			return p, rest, fmt.Errorf("path %s: %w", text, err)
		}
		p.steps, rest = append(p.steps, s), after
	}
	p.text = text[:len(text)-len(rest)]
	return p, rest, nil
}

func cutStep(text string) (step, string, error) {
	if text[0] == '.' {
		n := strings.IndexFunc(text[1:], memberEnds)
		if n < 0 {
			n = len(text) - 1
		}
		if n == 0 {
			return step{}, text, errors.New(`a name is missing behind a point; names of other characters are written ["..."]`)
		}
		return step{name: text[1 : n+1]}, text[n+1:], nil
	}
	if rest, ok := strings.CutPrefix(text, "[0:]"); ok {
		return step{array: true}, rest, nil
	}
	if len(text) < 2 || text[1] != '"' && text[1] != '\'' {
		return step{}, text, errors.New("an array is taken as [0:], all of it")
	}
	quote, name := text[1], []byte(nil)
	for i := 2; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text):
			i++
			name = append(name, text[i])
		case text[i] != quote:
			name = append(name, text[i])
		case i+1 < len(text) && text[i+1] == ']':
			return step{name: string(name)}, text[i+2:], nil
		default:
			return step{}, text, errors.New("a ] is missing behind the name")
		}
	}
	return step{}, text, errors.New("the quote of a name is not closed")
}

// checkPaths refuses what would take more than one array apart: the elements of
// one are the rows.
func checkPaths(row Path, columns []Path) error {
	if row.arrays(false) > 1 {
		return fmt.Errorf("path %s goes through two arrays, rows are elements of one", row)
	}
	var first Path
	for _, p := range columns {
		if p.arrays(true) > 1 {
			return fmt.Errorf("path %s goes through two arrays, rows are elements of one", p)
		}
		array := p.flattened()
		switch {
		case array == "":
		case row.arrays(false) > 0:
			return fmt.Errorf("path %s goes through an array, and the rows are elements of another one: %s", p, row)
		case !first.given():
			first = p
		case first.flattened() != array:
			return fmt.Errorf("paths %s and %s go through two arrays, rows are elements of one; %s alone is that array as text",
				first, p, array)
		}
	}
	return nil
}
