package jsonpath

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// AppendText appends a scalar value as text: a string without quotes and escapes,
// anything else as it stands.
func AppendText(dst, value []byte) []byte {
	if value[0] != '"' {
		return append(dst, value...)
	}
	body := value[1 : len(value)-1]
	for {
		n := bytes.IndexByte(body, '\\')
		if n < 0 {
			return append(dst, body...)
		}
		dst = append(dst, body[:n]...)
		r, size := unescape(body[n:])
		dst = utf8.AppendRune(dst, r)
		body = body[n+size:]
	}
}

var escapes = [256]rune{'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', '"': '"', '\\': '\\', '/': '/'}

// unescape reads the escape that b begins with; half of a surrogate pair is
// U+FFFD.
func unescape(b []byte) (rune, int) {
	if b[1] != 'u' {
		return escapes[b[1]], 2
	}
	r, _ := hex4(b[2:])
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if len(b) >= 12 && b[6] == '\\' && b[7] == 'u' {
		low, _ := hex4(b[8:])
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			return pair, 12
		}
	}
	return utf8.RuneError, 6
}

func hex4(b []byte) (r rune, ok bool) {
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// equalText compares a string of the document, quotes included, with a name.
func equalText(value []byte, name string) bool {
	body := value[1 : len(value)-1]
	if len(body) < len(name) {
		return false
	}
	if string(body) == name {
		return true
	}
	if bytes.IndexByte(body, '\\') < 0 {
		return false
	}
	return string(AppendText(nil, value)) == name
}

// AppendCompact appends a value without the space between its parts.
func AppendCompact(dst, value []byte) []byte {
	inside := false
	for i := 0; i < len(value); i++ {
		c := value[i]
		switch {
		case inside && c == '\\':
			dst = append(dst, c)
			i++
			c = value[i]
		case c == '"':
			inside = !inside
		case !inside && (c == ' ' || c == '\n' || c == '\r' || c == '\t'):
			continue
		}
		dst = append(dst, c)
	}
	return dst
}
