package expr

import (
	"bytes"
	"unicode/utf8"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/pattern"
)

// newLike is LIKE with % and _ (kda-sql.md §4.4).
func newLike(args []node) node {
	if p, ok := constant(args[1]); ok {
		escape := rune(-1)
		if len(args) > 2 {
			text, _ := constant(args[2])
			r, size := utf8.DecodeRune(text)
			if size == 0 || size != len(text) {
				return newLikeEach(args) // it fails in every row
			}
			escape = r
		}
		if pieces, ok := likePieces(p, escape); ok {
			return &likePlain{x: args[0], pieces: pieces}
		}
	}
	return newLikeEach(args)
}

// likePieces is the texts between the % of a pattern; false where it has a _, or
// ends with its escape character.
func likePieces(p []byte, escape rune) (pieces [][]byte, ok bool) {
	piece := []byte{}
	for len(p) > 0 {
		r, n := utf8.DecodeRune(p)
		switch {
		case r == escape:
			if p = p[n:]; len(p) == 0 {
				return nil, false
			}
			_, n = utf8.DecodeRune(p)
			piece = append(piece, p[:n]...)
		case r == '_':
			return nil, false
		case r == '%':
			pieces, piece = append(pieces, piece), []byte{}
		default:
			piece = append(piece, p[:n]...)
		}
		p = p[n:]
	}
	return append(pieces, piece), true
}

// likePlain is LIKE with a constant pattern without _: the first piece begins the
// text, the last ends it, the others follow one another between them.
type likePlain struct {
	x      node
	pieces [][]byte
	out    scratch
}

func (e *likePlain) eval(c *call) *vec {
	x := e.x.eval(c)
	out := e.out.reset(bools, c.n)
	e.out.mergeNulls(c.n, c.sel, x)
	first, last := e.pieces[0], e.pieces[len(e.pieces)-1]
	if len(e.pieces) == 1 {
		for _, i := range c.sel {
			out.bools[i] = !x.isNull(i) && bytes.Equal(x.text(i), first)
		}
		return out
	}
	between := e.pieces[1 : len(e.pieces)-1]
	if len(between) == 1 && len(first)+len(last) == 0 && len(between[0]) > 0 && x.packed && c.most() {
		contains(out.bools, x, between[0])
		return out
	}
	for _, i := range c.sel {
		if x.isNull(i) {
			continue
		}
		s := x.text(i)
		if len(s) < len(first)+len(last) || !bytes.HasPrefix(s, first) || !bytes.HasSuffix(s, last) {
			out.bools[i] = false
			continue
		}
		out.bools[i] = inOrder(s[len(first):len(s)-len(last)], between)
	}
	return out
}

// contains looks for a piece in all texts at once, which lie behind one another.
func contains(out []bool, x *vec, piece []byte) {
	clear(out)
	row, at := 0, 0
	if len(out) > 0 {
		at = int(x.starts[0])
	}
	for row < len(out) {
		n := bytes.Index(x.data[at:x.ends[len(out)-1]], piece)
		if n < 0 {
			return
		}
		for at += n; int(x.ends[row]) <= at; {
			row++
		}
		if at+len(piece) > int(x.ends[row]) {
			at++ // it is partly of the next text
			continue
		}
		out[row] = true
		at = int(x.ends[row])
		row++
	}
}

func inOrder(s []byte, pieces [][]byte) bool {
	for _, p := range pieces {
		at := bytes.Index(s, p)
		if at < 0 {
			return false
		}
		s = s[at+len(p):]
	}
	return true
}

// like is LIKE with any pattern.
type like struct {
	x, pattern, escape node
	out                scratch
}

func newLikeEach(args []node) *like {
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
	plain := func(c byte) bool { return c < utf8.RuneSelf && c != '%' && c != '_' && rune(c) != escape }
	for {
		for len(p) > 0 && len(s) > 0 && p[0] == s[0] && plain(p[0]) {
			s, p = s[1:], p[1:]
		}
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
		if len(backP) > 0 && plain(backP[0]) {
			at := bytes.IndexByte(backS, backP[0])
			if at < 0 {
				return false, true
			}
			backS = backS[at:]
		}
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

// newSimilar is SIMILAR TO (kda-sql.md §4.5).
func newSimilar(args []node) node {
	cache := newSimilarCache(pattern.Similar)
	return &wholeFunc{inputs: newInputs(args), class: bools, apply: func(v []*vec, i uint32) (int64, outcome) {
		var escape []byte
		if len(v) > 2 {
			escape = v[2].text(i)
		}
		re, o := cache.get(v[1].text(i), escape)
		if o != "" {
			return 0, o
		}
		return matches(re, v[0].text(i))
	}}
}
