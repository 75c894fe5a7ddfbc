package logformat

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// Fast is a compiled fast pattern: a list of pieces, each an automaton that takes
// the shortest text it can, and never gives anything back (kda-sql.md §14.2).
type Fast struct {
	pieces []piece
	groups [][2]boundary
	ends   []int // where each piece ended in the line being read
}

type piece struct {
	n *node
	// tail is the characters at the piece's end that came from pieces behind it.
	tail int
	dfa  *dfa
}

// boundary is where a group begins or ends: so many characters into the tail of a
// piece.
type boundary struct{ piece, chars int }

// CompileFast compiles a pattern. Every group of its outermost sequence that has no
// quantifier is a field; there must be one.
func CompileFast(text string) (f *Fast, err error) {
	defer func() {
		if _, large := recover().(tooLarge); large {
			f, err = nil, errors.New("the pattern is too large")
		}
	}()
	if !utf8.ValidString(text) {
		return nil, errors.New("the pattern is not UTF-8")
	}
	if len(text) > maxPattern {
		return nil, fmt.Errorf("the pattern has %d bytes, more than %d", len(text), maxPattern)
	}
	p := &fastParser{builder: newBuilder(), text: text}
	items, err := p.pattern()
	if err != nil {
		return nil, err
	}
	f = &Fast{}
	f.cut(p.builder, items)
	if len(f.groups) == 0 {
		return nil, errors.New("the pattern has no group, so there is no field")
	}
	for i := range f.pieces {
		if f.pieces[i].dfa, err = newDFA(p.builder, f.pieces[i].n); err != nil {
			return nil, err
		}
	}
	f.ends = make([]int, len(f.pieces))
	return f, nil
}

// maxPattern is the length of a pattern or format in bytes.
const maxPattern = 16 << 10

// cut makes the pieces: text of a fixed length at the head of a group, or of what
// stands between two, goes to the end of the piece before it. The first piece is the
// fixed text at the beginning, perhaps none.
func (f *Fast) cut(b *builder, items []item) {
	f.pieces = []piece{{n: b.empty}}
	for i := 0; i < len(items); {
		stretch, group := items[i].n, items[i].group
		for i++; !group && i < len(items) && !items[i].group; i++ {
			stretch = b.concat(stretch, items[i].n)
		}
		start := f.here()
		for stretch.op != opEmpty {
			head, rest := stretch, b.empty
			if stretch.op == opConcat {
				head, rest = stretch.subs[0], stretch.subs[1]
			}
			chars, fixed := head.length()
			if !fixed {
				f.pieces = append(f.pieces, piece{n: stretch})
				break
			}
			last := &f.pieces[len(f.pieces)-1]
			last.n, last.tail = b.concat(last.n, head), last.tail+chars
			stretch = rest
		}
		if group {
			f.groups = append(f.groups, [2]boundary{start, f.here()})
		}
	}
}

// here is the end of the pieces so far.
func (f *Fast) here() boundary {
	at := len(f.pieces) - 1
	return boundary{at, f.pieces[at].tail}
}

// Groups is the number of fields.
func (f *Fast) Groups() int { return len(f.groups) }

// Match takes a line apart: spans gets the first and last offset of each group. All
// of the line must be consumed: a piece takes the shortest text that is not empty,
// the empty one where there is no other, and the last one all that is left.
func (f *Fast) Match(line []byte, spans []int32) bool {
	at := 0
	for i := range f.pieces {
		d := f.pieces[i].dfa
		if i == len(f.pieces)-1 {
			if !d.whole(line[at:]) {
				return false
			}
			at = len(line)
		} else {
			n := d.shortest(line[at:])
			if n < 0 {
				return false
			}
			at += n
		}
		f.ends[i] = at
	}
	for k, g := range f.groups {
		spans[2*k], spans[2*k+1] = f.offset(line, g[0]), f.offset(line, g[1])
	}
	return true
}

func (f *Fast) offset(line []byte, b boundary) int32 {
	at := f.ends[b.piece]
	for range f.pieces[b.piece].tail - b.chars {
		_, n := utf8.DecodeLastRune(line[:at])
		at -= n
	}
	return int32(at)
}
