package expr

import (
	"bytes"
	"unicode/utf8"

	"github.com/millrace-sql/millrace/exec/flow"
)

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
	return out
}

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
	for _, i := range c.sel {
		switch {
		case e.out.isNull(i):
			e.out.setText(i, nil)
		case e.upper:
			e.out.setText(i, bytes.ToUpper(x.text(i)))
		default:
			e.out.setText(i, bytes.ToLower(x.text(i)))
		}
	}
	return out
}

// charLength counts code points (C33).
type charLength struct {
	x   node
	out scratch
}

func (e *charLength) eval(c *call) *vec {
	x := e.x.eval(c)
	out := e.out.reset(ints, c.n)
	e.out.mergeNulls(c.n, c.sel, x)
	for _, i := range c.sel {
		if !e.out.isNull(i) {
			out.ints[i] = int64(utf8.RuneCount(x.text(i)))
		}
	}
	return out
}

// like is LIKE with % and _ (kda-sql.md §4.4).
type like struct {
	x, pattern, escape node
	out                scratch
}

func newLike(args []node) *like {
	l := &like{x: args[0], pattern: args[1]}
	if len(args) > 2 {
		l.escape = args[2]
	}
	return l
}

func (e *like) eval(c *call) *vec {
	x, p := e.x.eval(c), e.pattern.eval(c)
	out := e.out.reset(bools, c.n)
	e.out.mergeNulls(c.n, c.sel, x, p)
	var esc *vec
	if e.escape != nil {
		esc = e.escape.eval(c)
		e.out.mergeNulls(c.n, c.sel, esc)
	}
	for _, i := range c.sel {
		if e.out.isNull(i) {
			continue
		}
		escape := rune(-1)
		if esc != nil {
			r, size := utf8.DecodeRune(esc.text(i))
			if size == 0 || size != len(esc.text(i)) {
				c.fail(i, flow.FunctionError, "ESCAPE takes one character")
				continue
			}
			escape = r
		}
		match, ok := matchLike(x.text(i), p.text(i), escape)
		if !ok {
			c.fail(i, flow.FunctionError, "the LIKE pattern ends with its escape character")
			continue
		}
		out.bools[i] = match
	}
	return out
}

// matchLike matches greedily with one point to fall back to: the last %.
func matchLike(s, p []byte, escape rune) (match, ok bool) {
	if escape >= 0 && danglingEscape(p, escape) {
		return false, false
	}
	backS, backP := []byte(nil), []byte(nil)
	fallback := false
	for {
		if len(p) == 0 {
			if len(s) == 0 {
				return true, true
			}
		} else {
			want, n := utf8.DecodeRune(p)
			switch {
			case want == escape:
				want, m := utf8.DecodeRune(p[n:])
				if got, k := utf8.DecodeRune(s); k > 0 && got == want {
					s, p = s[k:], p[n+m:]
					continue
				}
			case want == '%':
				backS, backP, fallback = s, p[n:], true
				p = p[n:]
				continue
			default:
				if got, k := utf8.DecodeRune(s); k > 0 && (want == '_' || got == want) {
					s, p = s[k:], p[n:]
					continue
				}
			}
		}
		if !fallback || len(backS) == 0 {
			return false, true
		}
		_, k := utf8.DecodeRune(backS)
		backS = backS[k:]
		s, p = backS, backP
	}
}

func danglingEscape(p []byte, escape rune) bool {
	for len(p) > 0 {
		r, n := utf8.DecodeRune(p)
		p = p[n:]
		if r == escape {
			if len(p) == 0 {
				return true
			}
			_, n = utf8.DecodeRune(p)
			p = p[n:]
		}
	}
	return false
}
