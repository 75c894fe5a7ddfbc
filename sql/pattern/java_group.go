package pattern

import (
	"fmt"
	"strings"
)

// group reads what stands behind an opening parenthesis.
func (t *translator) group() (bool, error) {
	before := t.flags
	switch {
	case !t.accept("?"):
		t.groups++
		t.emit("(")
	case t.accept(":"):
		t.emit("(?:")
	case t.accept(">"):
		t.needSlow = true
		t.emits("(?:", "(?>")
	case t.accept("="), t.accept("!"):
		t.needSlow = true
		t.emits("(?:", "(?"+t.text[t.at-1:t.at])
	case t.accept("<="), t.accept("<!"):
		t.needSlow, t.context = true, true
		t.emits("(?:", "(?"+t.text[t.at-2:t.at])
	case t.accept("<"):
		if err := t.groupName(); err != nil {
			return false, err
		}
	default:
		scoped, err := t.inlineFlags()
		if err != nil || !scoped {
			return false, err
		}
		t.emit("(?:")
	}
	if err := t.alternation(); err != nil {
		return false, err
	}
	if !t.accept(")") {
		return false, fmt.Errorf("( is never closed in the pattern")
	}
	t.emit(")")
	t.flags = before
	return true, nil
}

// groupName reads name>. Groups travel by number: the engines number named ones
// differently.
func (t *translator) groupName() error {
	name, _, ok := strings.Cut(t.text[t.at:], ">")
	if !ok || !isGroupName(name) {
		return fmt.Errorf("the name of a group is letters and digits, and ends with >")
	}
	if _, twice := t.names[name]; twice {
		return fmt.Errorf("two groups are named %s", name)
	}
	t.at += len(name) + 1
	t.groups++
	t.names[name] = t.groups
	t.emit("(")
	return nil
}

func isGroupName(s string) bool {
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

// inlineFlags reads (?i) or the head of (?i:...); scoped tells them apart.
func (t *translator) inlineFlags() (scoped bool, err error) {
	on := true
	for t.more() {
		switch c := t.next(); c {
		case ':':
			return true, nil
		case ')':
			return false, nil
		case '-':
			on = false
		case 'i':
			t.flags.fold = on
		case 'u':
			t.flags.all = on
		case 's':
			t.flags.dotAll = on
		case 'm':
			t.flags.multi = on
		case 'd':
			t.flags.unix = on
		case 'x':
			t.flags.comments = on
		default:
			return false, fmt.Errorf("(?%c is not supported in a pattern", c)
		}
	}
	return false, fmt.Errorf("( is never closed in the pattern")
}
