package expr

import (
	"unicode"
	"unicode/utf8"

	"github.com/millrace-sql/millrace/sql/swar"
)

// letters is UPPER and LOWER, by Unicode's simple mapping.
type letters struct {
	x     node
	upper bool
	out   scratch
}

func (e *letters) eval(c *call) *vec {
	x := e.x.eval(c)
	out := e.out.reset(texts, c.n)
	e.out.mergeNulls(c.n, c.sel, x)
	first := byte('A')
	if e.upper {
		first = 'a'
	}
	if c.n > 0 && x.packed && c.most() && e.whole(x, c.n, first) {
		return out
	}
	out.data, out.packed = out.data[:0], len(c.sel) == c.n
	for _, i := range c.sel {
		out.starts[i] = int32(len(out.data))
		if !e.out.isNull(i) {
			s := x.text(i)
			n := len(out.data)
			out.data = append(out.data, s...)
			if !swapASCII(out.data[n:], first) {
				out.data = appendCase(out.data[:n], s, first)
			}
		}
		out.ends[i] = int32(len(out.data))
	}
	return out
}

// whole changes the texts of all rows, which lie behind one another, in one piece;
// false if there is something else than ASCII.
func (e *letters) whole(x *vec, n int, first byte) bool {
	from, out := x.starts[0], &e.out
	out.data = append(out.data[:0], x.data[from:x.ends[n-1]]...)
	if !swapASCII(out.data, first) {
		return false
	}
	for i, at := range x.starts[:n] {
		out.starts[i] = at - from
	}
	for i, at := range x.ends[:n] {
		out.ends[i] = at - from
	}
	out.packed = true
	return true
}

// swapASCII changes the case of the letters from first to first + 25; false if
// there is something else than ASCII.
func swapASCII(s []byte, first byte) bool {
	words := uint64(0)
	for ; len(s) >= 8; s = s[8:] {
		w := swar.Load(s, 0)
		words |= w
		swar.Store(s, 0, w^swar.Letters(w, first)>>2)
	}
	all := byte(0)
	for i, c := range s {
		all |= c
		// Without a branch: letters and others come in no order.
		s[i] = c ^ byte(b2i(c-first < 26)<<5)
	}
	return words&swar.Highs == 0 && all < utf8.RuneSelf
}

func appendCase(dst, s []byte, first byte) []byte {
	for len(s) > 0 {
		if c := s[0]; c < utf8.RuneSelf {
			dst, s = append(dst, c^byte(b2i(c-first < 26)<<5)), s[1:]
			continue
		}
		r, n := utf8.DecodeRune(s)
		if first == 'a' {
			r = unicode.ToUpper(r)
		} else {
			r = unicode.ToLower(r)
		}
		dst, s = utf8.AppendRune(dst, r), s[n:]
	}
	return dst
}
