package format

import (
	"unicode/utf16"
	"unicode/utf8"

	"github.com/millrace-sql/millrace/sql/swar"
)

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\r' || b[i] == '\t') {
		i++
	}
	return i
}

// skip checks the syntax of the value at b[i:], inside depth containers, and
// returns the index after it.
func (d *jsonDecoder) skip(b []byte, i, depth int) int {
	i = skipSpace(b, i)
	if i >= len(b) {
		return d.fail(i, "the record ends where a value is expected")
	}
	switch b[i] {
	case '"':
		return d.skipString(b, i+1)
	case '{':
		return d.skipObject(b, i+1, depth+1)
	case '[':
		return d.skipArray(b, i+1, depth+1)
	case 't':
		return d.skipWord(b, i, "true")
	case 'f':
		return d.skipWord(b, i, "false")
	case 'n':
		return d.skipWord(b, i, "null")
	}
	_, end := scanNumber(b, i)
	if end < 0 {
		return d.fail(i, "expected a value")
	}
	return end
}

func (d *jsonDecoder) skipWord(b []byte, i int, word string) int {
	if end := i + len(word); end <= len(b) && string(b[i:end]) == word {
		return end
	}
	return d.fail(i, "expected a value")
}

func (d *jsonDecoder) skipArray(b []byte, i, depth int) int {
	if depth > maxDepth {
		return d.fail(i, "nested too deep")
	}
	i = skipSpace(b, i)
	if i < len(b) && b[i] == ']' {
		return i + 1
	}
	for {
		if i = d.skip(b, i, depth); i < 0 {
			return -1
		}
		i = skipSpace(b, i)
		switch {
		case i < len(b) && b[i] == ']':
			return i + 1
		case i >= len(b) || b[i] != ',':
			return d.fail(i, "expected a comma or the end of the array")
		}
		i++
	}
}

func (d *jsonDecoder) skipObject(b []byte, i, depth int) int {
	if depth > maxDepth {
		return d.fail(i, "nested too deep")
	}
	i = skipSpace(b, i)
	if i < len(b) && b[i] == '}' {
		return i + 1
	}
	for {
		i = skipSpace(b, i)
		if i >= len(b) || b[i] != '"' {
			return d.fail(i, "expected a member name")
		}
		if i = d.skipString(b, i+1); i < 0 {
			return -1
		}
		i = skipSpace(b, i)
		if i >= len(b) || b[i] != ':' {
			return d.fail(i, "expected a colon after the member name")
		}
		if i = d.skip(b, i+1, depth); i < 0 {
			return -1
		}
		i = skipSpace(b, i)
		switch {
		case i < len(b) && b[i] == '}':
			return i + 1
		case i >= len(b) || b[i] != ',':
			return d.fail(i, "expected a comma or the end of the object")
		}
		i++
	}
}

// skipString checks the string whose first character is b[i] and returns the
// index after its closing quote.
func (d *jsonDecoder) skipString(b []byte, i int) int {
	for len(b)-i >= 8 {
		if stops := textStops(swar.Load(b, i)); stops != 0 {
			i += swar.First(stops)
			if b[i] == '"' {
				return i + 1
			}
			return d.skipRest(b, i)
		}
		i += 8
	}
	return d.skipRest(b, i)
}

// skipRest goes on inside a string, which may hold anything.
func (d *jsonDecoder) skipRest(b []byte, i int) int {
	from := i
	for i < len(b) {
		if len(b)-i >= 8 {
			stops := escapeStops(swar.Load(b, i))
			if stops == 0 {
				i += 8
				continue
			}
			i += swar.First(stops)
		}
		switch c := b[i]; {
		case c == '"':
			if at := invalidUTF8(b[from:i]); at >= 0 {
				return d.fail(from+at, "invalid UTF-8")
			}
			return i + 1
		case c == '\\':
			n := escape(b[i:])
			if n == 0 {
				return d.fail(i, "invalid escape in a string")
			}
			i += n
		case c < ' ':
			return d.fail(i, "control character in a string")
		default:
			i++
		}
	}
	return d.fail(i, "the record ends inside a string")
}

// invalidUTF8 is the index of the first byte of s that is no character; -1:
// there is none.
func invalidUTF8(s []byte) int {
	if utf8.Valid(s) {
		return -1
	}
	for i := 0; ; {
		r, size := utf8.DecodeRune(s[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
}

// escape is the length of the escape sequence that b starts with: 0 if there is
// none, a surrogate pair counts as one.
func escape(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		r, ok := hex4(b)
		if !ok {
			return 0
		}
		if !utf16.IsSurrogate(r) {
			return 6
		}
		if low, ok := hex4(b[6:]); ok && utf16.DecodeRune(r, low) != utf8.RuneError {
			return 12
		}
	}
	return 0
}

// hex4 reads \uXXXX.
func hex4(b []byte) (rune, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range b[2:6] {
		switch {
		case c-'0' <= 9:
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
