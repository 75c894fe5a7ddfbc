package pattern

import (
	"fmt"
	"slices"
)

// Replacement is what stands in place of a match: text with references to groups.
type Replacement []part

// part is text, or the text of a group where group is not negative.
type part struct {
	text  []byte
	group int
}

// Groups tells that the replacement refers to groups.
func (p Replacement) Groups() bool {
	return slices.ContainsFunc(p, func(x part) bool { return x.group >= 0 })
}

// Replacement reads a replacement of Java: $1 and ${name} are groups, a backslash
// takes the meaning from the next character.
func (r *Regex) Replacement(text []byte) (Replacement, error) {
	var out Replacement
	var plain []byte
	flush := func() {
		if len(plain) > 0 {
			out, plain = append(out, part{plain, -1}), nil
		}
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '\\':
			if i++; i == len(text) {
				return nil, fmt.Errorf("the replacement ends with a backslash")
			}
			plain = append(plain, text[i])
		case '$':
			flush()
			g, next, err := r.reference(text, i+1)
			if err != nil {
				return nil, err
			}
			out, i = append(out, part{nil, g}), next-1
		default:
			plain = append(plain, c)
		}
	}
	flush()
	return out, nil
}

// reference reads the group behind a $: as many digits as name one that exists.
func (r *Regex) reference(text []byte, i int) (group, next int, err error) {
	digit := func(i int) bool { return i < len(text) && text[i] >= '0' && text[i] <= '9' }
	if i < len(text) && text[i] == '{' {
		for next = i + 1; next < len(text) && text[next] != '}'; next++ {
		}
		name := string(text[i+1 : min(next, len(text))])
		group, ok := r.names[name]
		if !ok || next == len(text) {
			return 0, 0, fmt.Errorf("the pattern has no group named %q", name)
		}
		return group, next + 1, nil
	}
	if !digit(i) {
		return 0, 0, fmt.Errorf("$ in the replacement needs the number of a group; a dollar sign is written \\$")
	}
	group = int(text[i] - '0')
	for next = i + 1; digit(next) && group*10+int(text[next]-'0') <= r.groups; next++ {
		group = group*10 + int(text[next]-'0')
	}
	if group > r.groups {
		return 0, 0, fmt.Errorf("the replacement names group %d, the pattern has %d", group, r.groups)
	}
	return group, next, nil
}

// Append appends the replacement of the match loc in s.
func (p Replacement) Append(dst, s []byte, loc []int) []byte {
	for _, part := range p {
		switch {
		case part.group < 0:
			dst = append(dst, part.text...)
		case loc[2*part.group] >= 0:
			dst = append(dst, s[loc[2*part.group]:loc[2*part.group+1]]...)
		}
	}
	return dst
}
