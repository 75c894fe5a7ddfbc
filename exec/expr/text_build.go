package expr

import (
	"bytes"
	"unicode/utf8"

	"github.com/millrace-sql/millrace/sql/plan"
)

// buildKernel is the functions that make a new text.
func buildKernel(e *plan.Call, args []node) node {
	of := func(apply func(v []*vec, dst []byte, i uint32) ([]byte, outcome)) node {
		return &textFunc{inputs: newInputs(args), apply: apply}
	}
	switch e.Func {
	case "CONCAT":
		return of(func(v []*vec, dst []byte, i uint32) ([]byte, outcome) {
			for _, x := range v {
				dst = append(dst, x.text(i)...)
			}
			return dst, ""
		})
	case "CONCAT_WS":
		return &textFunc{inputs: newInputs(args), apply: concatWS, takesNull: true}
	case "REPLACE":
		return of(replace)
	case "TRANSLATE":
		return of(translate)
	case "LPAD", "RPAD":
		return of(pad(e.Func == "LPAD"))
	case "REPEAT":
		return of(repeat)
	case "REVERSE":
		return of(func(v []*vec, dst []byte, i uint32) ([]byte, outcome) { return appendReverse(dst, v[0].text(i)), "" })
	case "OVERLAY":
		return of(overlay(e.Of.IsBinary()))
	case "CHR":
		return of(func(v []*vec, dst []byte, i uint32) ([]byte, outcome) {
			n := v[0].ints[int(i)&v[0].mask()]
			if n < 0 || n > utf8.MaxRune || !utf8.ValidRune(rune(n)) {
				return dst, "CHR of a number that is no character"
			}
			return utf8.AppendRune(dst, rune(n)), ""
		})
	}
	return nil
}

func concatWS(v []*vec, dst []byte, i uint32) ([]byte, outcome) {
	if v[0].isNull(i) {
		return dst, noValue
	}
	sep, some := v[0].text(i), false
	for _, x := range v[1:] {
		if x.isNull(i) {
			continue
		}
		if some {
			dst = append(dst, sep...)
		}
		dst, some = append(dst, x.text(i)...), true
	}
	return dst, ""
}

func replace(v []*vec, dst []byte, i uint32) ([]byte, outcome) {
	s, from, to, start := v[0].text(i), v[1].text(i), v[2].text(i), len(dst)
	for len(from) > 0 {
		at := bytes.Index(s, from)
		if at < 0 {
			break
		}
		if dst = append(append(dst, s[:at]...), to...); len(dst)-start > maxText {
			return dst, tooLong
		}
		s = s[at+len(from):]
	}
	return append(dst, s...), ""
}

func translate(v []*vec, dst []byte, i uint32) ([]byte, outcome) {
	from, to := v[1].text(i), v[2].text(i)
	for s := v[0].text(i); len(s) > 0; {
		_, n := utf8.DecodeRune(s)
		at := bytes.Index(from, s[:n])
		if at < 0 {
			dst = append(dst, s[:n]...)
		} else {
			k := offset(to, int64(utf8.RuneCount(from[:at])), false)
			_, size := utf8.DecodeRune(to[k:])
			dst = append(dst, to[k:k+size]...) // nothing behind the end
		}
		s = s[n:]
	}
	return dst, ""
}

// pad fills up to a number of characters; the filling begins anew at its end.
func pad(left bool) func(v []*vec, dst []byte, i uint32) ([]byte, outcome) {
	blank := []byte{' '}
	return func(v []*vec, dst []byte, i uint32) ([]byte, outcome) {
		s, want, fill := v[0].text(i), v[1].ints[int(i)&v[1].mask()], blank
		if len(v) > 2 {
			fill = v[2].text(i)
		}
		if want < 0 || len(fill) == 0 {
			return dst, noValue
		}
		missing := want - int64(utf8.RuneCount(s))
		if missing <= 0 {
			return append(dst, s[:offset(s, want, false)]...), ""
		}
		if missing > maxText/int64(utf8.UTFMax) {
			return dst, tooLong
		}
		if !left {
			dst = append(dst, s...)
		}
		for len(fill) == 1 && missing > 0 {
			dst, missing = append(dst, fill[0]), missing-1
		}
		for ; missing > 0; missing -= int64(utf8.RuneCount(fill)) {
			dst = append(dst, fill[:offset(fill, missing, false)]...)
		}
		if left {
			dst = append(dst, s...)
		}
		return dst, ""
	}
}

func repeat(v []*vec, dst []byte, i uint32) ([]byte, outcome) {
	s, n := v[0].text(i), v[1].ints[int(i)&v[1].mask()]
	if len(s) > 0 && n > int64(maxText/len(s)) {
		return dst, tooLong
	}
	for ; n > 0 && len(s) > 0; n-- {
		dst = append(dst, s...)
	}
	return dst, ""
}

// overlay puts r in place of the characters p to p + n - 1, as far as there are
// such.
func overlay(binary bool) func(v []*vec, dst []byte, i uint32) ([]byte, outcome) {
	return func(v []*vec, dst []byte, i uint32) ([]byte, outcome) {
		s, r, p := v[0].text(i), v[1].text(i), v[2].ints[int(i)&v[2].mask()]
		n := int64(len(r))
		if !binary {
			n = int64(utf8.RuneCount(r))
		}
		if len(v) > 3 {
			n = v[3].ints[int(i)&v[3].mask()]
		}
		if n < 0 {
			return dst, "OVERLAY of a negative number of characters"
		}
		// Beyond the length of any text a place is as good as another.
		p, n = min(max(p, -1<<32), 1<<32), min(n, 1<<33)
		dst = append(append(dst, s[:offset(s, p-1, binary)]...), r...)
		return append(dst, s[offset(s, p-1+n, binary):]...), ""
	}
}
