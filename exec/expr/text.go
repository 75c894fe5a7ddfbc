package expr

import (
	"bytes"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/millrace-sql/millrace/sql/plan"
)

func textKernel(e *plan.Call, args []node) node {
	of := func(apply func(v []*vec, dst []byte, i uint32) ([]byte, outcome)) node {
		return &textFunc{inputs: newInputs(args), apply: apply}
	}
	number := func(apply func(v []*vec, i uint32) (int64, outcome)) node {
		return &wholeFunc{inputs: newInputs(args), class: classOf(e.Of), apply: apply}
	}
	switch e.Func {
	case "UPPER", "LOWER":
		return &letters{x: args[0], upper: e.Func == "UPPER"}
	case "INITCAP":
		return of(initCap)
	case "CHAR_LENGTH":
		return number(func(v []*vec, i uint32) (int64, outcome) { return int64(utf8.RuneCount(v[0].text(i))), "" })
	case "OCTET_LENGTH":
		return number(func(v []*vec, i uint32) (int64, outcome) { return int64(len(v[0].text(i))), "" })
	case "POSITION":
		return number(position(e.Args[1].Type().IsBinary()))
	case "STARTSWITH":
		return number(func(v []*vec, i uint32) (int64, outcome) {
			return int64(b2i(bytes.HasPrefix(v[0].text(i), v[1].text(i)))), ""
		})
	case "ENDSWITH":
		return number(func(v []*vec, i uint32) (int64, outcome) {
			return int64(b2i(bytes.HasSuffix(v[0].text(i), v[1].text(i)))), ""
		})
	case "ASCII":
		return number(func(v []*vec, i uint32) (int64, outcome) {
			r, n := utf8.DecodeRune(v[0].text(i))
			return int64(r) * int64(min(n, 1)), ""
		})
	}
	if n := partKernel(e, args); n != nil {
		return n
	}
	return buildKernel(e, args)
}

// concat is ||.
type concat struct {
	l, r node
	out  scratch
}

func (e *concat) eval(c *call) *vec {
	l, r := e.l.eval(c), e.r.eval(c)
	out := e.out.reset(texts, c.n)
	e.out.mergeNulls(c.n, c.sel, l, r)
	for _, i := range c.sel {
		e.out.setText(i, nil)
		if e.out.isNull(i) {
			continue
		}
		e.out.data = append(append(e.out.data, l.text(i)...), r.text(i)...)
		e.out.ends[i] = int32(len(e.out.data))
	}
	out.packed = len(c.sel) == c.n
	return out
}

func initCap(v []*vec, dst []byte, i uint32) ([]byte, outcome) {
	first := true
	for s := v[0].text(i); len(s) > 0; {
		r, n := utf8.DecodeRune(s)
		s = s[n:]
		switch {
		case first:
			r = unicode.ToUpper(r)
		default:
			r = unicode.ToLower(r)
		}
		dst, first = utf8.AppendRune(dst, r), r == ' '
	}
	return dst, ""
}

func position(binary bool) func(v []*vec, i uint32) (int64, outcome) {
	return func(v []*vec, i uint32) (int64, outcome) {
		s := v[1].text(i)
		at := bytes.Index(s, v[0].text(i))
		if at > 0 && !binary {
			at = utf8.RuneCount(s[:at])
		}
		return int64(at + 1), ""
	}
}

// offset is where character k stands, counted from 0, or the end.
func offset(s []byte, k int64, binary bool) int {
	switch {
	case k <= 0:
		return 0
	case k >= int64(len(s)):
		return len(s)
	case binary:
		return int(k)
	}
	at := 0
	for ; k > 0 && at < len(s); k-- {
		if s[at] < utf8.RuneSelf {
			at++
			continue
		}
		_, n := utf8.DecodeRune(s[at:])
		at += n
	}
	return at
}

// offsetBack is where the last k characters begin.
func offsetBack(s []byte, k int64) int {
	at := len(s)
	for ; k > 0 && at > 0; k-- {
		_, n := utf8.DecodeLastRune(s[:at])
		at -= n
	}
	return at
}

// appendReverse appends the characters of s in reverse.
func appendReverse(dst, s []byte) []byte {
	start := len(dst)
	dst = append(dst, s...)
	out := dst[start:]
	slices.Reverse(out)
	// The bytes of a character of several stand in reverse now: their lead last.
	for i := 0; i < len(out); {
		n := 1
		for i+n <= len(out) && out[i+n-1] >= 0x80 && out[i+n-1] < 0xc0 && i+n < len(out) {
			n++
		}
		slices.Reverse(out[i : i+n])
		i += n
	}
	return dst
}
