package format

import (
	stdjson "encoding/json"
	"strings"
)

// naive is the mapping of kda-sql.md §16.2 written over the tree that
// encoding/json makes: what the decoder is held against. A value that is missing
// is nil, like null.
type naive struct {
	names []string // columns
	paths []Path
	row   Path
}

// accepts tells whether a document is of the kind that rows can be in.
func (n naive) accepts(doc any) bool {
	_, array := doc.([]any)
	_, object := doc.(map[string]any)
	if n.row.given() && len(n.row.steps) > 0 {
		return n.row.steps[0].array && array || !n.row.steps[0].array && object
	}
	for _, p := range n.paths {
		if len(p.steps) > 0 && p.steps[0].array {
			return array || object
		}
	}
	return object
}

// eval is the rows of a document.
func (n naive) eval(doc any) (out [][]any) {
	rows := reach([]any{doc}, n.row.steps)
	if len(rows) == 0 {
		rows = []any{nil}
	}
	for _, row := range rows {
		var array []any
		prefix := -1
		for _, p := range n.paths {
			for i, s := range p.steps {
				if s.array && i+1 < len(p.steps) {
					array, prefix = reach([]any{row}, p.steps[:i+1]), i
				}
			}
		}
		for e := range max(1, len(array)) {
			values := make([]any, len(n.paths))
			for c, p := range n.paths {
				switch {
				case !p.given():
					values[c] = member(row, n.names[c])
				case prefix >= 0 && p.flattened() != "":
					if len(array) > 0 {
						values[c] = one(array[e], p.steps[prefix+1:])
					}
				default:
					values[c] = one(row, p.steps)
				}
			}
			out = append(out, values)
		}
	}
	return out
}

// reach is the values that the steps lead to, arrays taken apart.
func reach(from []any, steps []step) []any {
	for _, s := range steps {
		var next []any
		for _, v := range from {
			if elements, ok := v.([]any); ok && s.array {
				next = append(next, elements...)
			} else if members, ok := v.(map[string]any); ok && !s.array {
				if v, ok := members[s.name]; ok {
					next = append(next, v)
				}
			}
		}
		from = next
	}
	return from
}

// one is the value at the end of the steps, where a last step into an array takes
// it whole.
func one(v any, steps []step) any {
	whole := len(steps) > 0 && steps[len(steps)-1].array
	if whole {
		steps = steps[:len(steps)-1]
	}
	found := reach([]any{v}, steps)
	if len(found) == 0 {
		return nil
	}
	if _, ok := found[0].([]any); whole && !ok {
		return nil
	}
	return found[0]
}

// member finds a column without a path.
func member(v any, name string) any {
	members, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	if v, ok := members[name]; ok {
		return v
	}
	for k, v := range members {
		if strings.EqualFold(k, name) {
			return v
		}
	}
	return nil
}

// truth is a value as BOOLEAN; ok is false for what cannot become one.
func truth(v any) (b, null, ok bool) {
	switch v := v.(type) {
	case nil:
		return false, true, true
	case bool:
		return v, false, true
	case string:
		return strings.EqualFold(v, "true"), false, true
	case stdjson.Number:
		mantissa, _, _ := strings.Cut(strings.ToLower(string(v)), "e")
		return strings.ContainsAny(mantissa, "123456789"), false, true
	}
	return false, false, false
}
