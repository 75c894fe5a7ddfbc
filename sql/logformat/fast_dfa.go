package logformat

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// maxStates bounds the automaton of one piece.
const maxStates = 4096

// dfa is the automaton of a piece. Characters are divided into classes that no set
// of the piece tells apart; state 0 is dead, state 1 the start.
type dfa struct {
	ascii   []uint16 // the next state by state and character
	starts  []rune   // the first character of each interval of characters
	class   []uint16
	classes int
	next    []uint16
	accepts []bool
}

func newDFA(b *builder, start *node) (*dfa, error) {
	d := &dfa{}
	heads := d.divide(start)
	ids := map[*node]uint16{b.nothing: 0}
	order := []*node{b.nothing}
	id := func(n *node) uint16 {
		if at, ok := ids[n]; ok {
			return at
		}
		ids[n] = uint16(len(order))
		order = append(order, n)
		return ids[n]
	}
	if start == b.nothing {
		order = append(order, start) // a start of its own, as dead as state 0
	}
	id(start)
	for at := 0; at < len(order); at++ {
		d.accepts = append(d.accepts, order[at].nullable)
		for _, r := range heads {
			d.next = append(d.next, id(b.derive(order[at], r)))
		}
		if len(order) > maxStates {
			return nil, fmt.Errorf("a part of the pattern needs more than %d states", maxStates)
		}
	}
	d.ascii = make([]uint16, len(order)*utf8.RuneSelf)
	for i := range d.ascii {
		d.ascii[i] = d.next[i/utf8.RuneSelf*d.classes+int(d.classOf(rune(i%utf8.RuneSelf)))]
	}
	return d, nil
}

// divide makes the classes of characters and gives a character of each.
func (d *dfa) divide(n *node) []rune {
	var sets [][]runeRange
	seen := map[*node]bool{}
	var visit func(n *node)
	visit = func(n *node) {
		if seen[n] {
			return
		}
		seen[n] = true
		if n.op == opSet {
			sets = append(sets, n.set)
		}
		for _, s := range n.subs {
			visit(s)
		}
	}
	visit(n)
	d.starts = []rune{0}
	for _, set := range sets {
		for _, r := range set {
			d.starts = append(d.starts, r.lo, r.hi+1)
		}
	}
	slices.Sort(d.starts)
	d.starts = slices.Compact(d.starts)
	classes := map[string]uint16{}
	var heads []rune
	for _, r := range d.starts {
		key := make([]byte, len(sets))
		for i, set := range sets {
			if contains(set, r) {
				key[i] = 1
			}
		}
		at, ok := classes[string(key)]
		if !ok {
			at = uint16(len(heads))
			classes[string(key)] = at
			heads = append(heads, r)
		}
		d.class = append(d.class, at)
	}
	d.classes = len(heads)
	return heads
}

func (d *dfa) classOf(r rune) uint16 {
	at, found := slices.BinarySearch(d.starts, r)
	if !found {
		at--
	}
	return d.class[at]
}

// step reads one character.
func (d *dfa) step(state int, s []byte) (next, n int) {
	if c := s[0]; c < utf8.RuneSelf {
		return int(d.ascii[state*utf8.RuneSelf+int(c)]), 1
	}
	r, n := utf8.DecodeRune(s)
	return int(d.next[state*d.classes+int(d.classOf(r))]), n
}

// shortest is the length of the shortest text at the beginning of s that is not
// empty, 0 where there is only the empty one, -1 where there is none.
func (d *dfa) shortest(s []byte) int {
	state := 1
	for at := 0; at < len(s); {
		next, n := d.step(state, s[at:])
		if next == 0 {
			break
		}
		state, at = next, at+n
		if d.accepts[state] {
			return at
		}
	}
	if d.accepts[1] {
		return 0
	}
	return -1
}

func (d *dfa) whole(s []byte) bool {
	state := 1
	for at := 0; at < len(s); {
		next, n := d.step(state, s[at:])
		if next == 0 {
			return false
		}
		state, at = next, at+n
	}
	return d.accepts[state]
}
