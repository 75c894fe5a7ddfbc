package logformat

import (
	"bytes"
)

// Match takes a line apart: spans gets the first and last offset of each field. A
// number that is written `-` has the offset -1: there is none.
func (f *W3C) Match(line []byte, spans []int32) bool {
	if f.iis && len(line) > 0 && line[0] == '#' || !bytes.HasPrefix(line, []byte(f.lead)) {
		return false
	}
	at := len(f.lead)
	for i := range f.fields {
		field := &f.fields[i]
		n := field.length(line[at:], f, i)
		if n < 0 || !bytes.HasPrefix(line[at+n:], []byte(field.stop)) {
			return false
		}
		spans[2*i], spans[2*i+1] = int32(at), int32(at+n)
		if n == 1 && line[at] == '-' && f.Numeric(i) {
			spans[2*i] = -1
		}
		at += n + len(field.stop)
	}
	return at == len(line)
}

// length is the length of the value at the beginning of s; -1 = there is none.
func (field *w3cField) length(s []byte, f *W3C, i int) int {
	switch {
	case field.brackets:
		if len(s) == 0 || s[0] != '[' {
			return -1
		}
		return bytes.IndexByte(s, ']') + 1 - b2i(bytes.IndexByte(s, ']') < 0)
	case field.query && (len(s) == 0 || s[0] != '?'):
		return 0
	case i == len(f.fields)-1:
		if !bytes.HasSuffix(s, []byte(field.stop)) {
			return -1
		}
		return len(s) - len(field.stop)
	case field.queryNext:
		return f.beforeQuery(s, i)
	case field.escaped:
		return indexEscaped(s, field.search)
	}
	return bytes.Index(s, []byte(field.search))
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// beforeQuery is up to the question mark, or to where an empty query ends.
func (f *W3C) beforeQuery(s []byte, i int) int {
	end := len(s)
	if query := f.fields[i+1]; i+1 == len(f.fields)-1 {
		if !bytes.HasSuffix(s, []byte(query.stop)) {
			return -1
		}
		end -= len(query.stop)
	} else if query.queryNext {
		return -1
	} else if end = bytes.Index(s, []byte(query.search)); end < 0 {
		return -1
	}
	if mark := bytes.IndexByte(s[:end], '?'); mark >= 0 {
		return mark
	}
	return end
}

// indexEscaped is the first place of stop that is not behind a backslash.
func indexEscaped(s []byte, stop string) int {
	for at, next := 0, -1; at <= len(s); {
		if next < at {
			n := bytes.Index(s[at:], []byte(stop))
			if n < 0 {
				return -1
			}
			next = at + n
		}
		hidden := bytes.IndexByte(s[at:next], '\\')
		if hidden < 0 {
			return next
		}
		at += hidden + 2
	}
	return -1
}
