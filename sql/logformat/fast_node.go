package logformat

import (
	"encoding/binary"
	"slices"
	"unicode/utf8"
)

// A node is a regular expression in a normal form: equal nodes of one builder are
// the same pointer, so the derivatives of an expression are finitely many.
type node struct {
	op       nodeOp
	id       int
	nullable bool
	set      []runeRange // sorted, apart
	subs     []*node     // concat: head and rest; star: one; union, inter: sorted by id
}

type nodeOp uint8

const (
	opNothing nodeOp = iota // the empty language
	opEmpty                 // the empty string
	opSet
	opConcat
	opUnion
	opInter
	opStar
)

type runeRange struct{ lo, hi rune }

// maxWork bounds what compiling one pattern may take: about a quarter of a second.
const maxWork = 250_000

// builder makes nodes; it fails, by panicking with a tooLarge, beyond maxWork.
type builder struct {
	nodes                 map[string]*node
	work                  int // parts of nodes that were looked at
	nothing, empty, anyOf *node
	derived               map[derivation]*node
}

type derivation struct {
	n *node
	r rune
}

type tooLarge struct{}

func newBuilder() *builder {
	b := &builder{nodes: map[string]*node{}, derived: map[derivation]*node{}}
	b.nothing = b.intern(node{op: opNothing})
	b.empty = b.intern(node{op: opEmpty, nullable: true})
	b.anyOf = b.set([]runeRange{{0, utf8.MaxRune}})
	return b
}

func (b *builder) intern(n node) *node {
	if b.work += 1 + len(n.set) + len(n.subs); b.work > maxWork {
		panic(tooLarge{})
	}
	key := []byte{byte(n.op)}
	for _, r := range n.set {
		key = binary.AppendUvarint(binary.AppendUvarint(key, uint64(r.lo)), uint64(r.hi))
	}
	for _, s := range n.subs {
		key = binary.AppendUvarint(key, uint64(s.id))
	}
	if old := b.nodes[string(key)]; old != nil {
		return old
	}
	n.id = len(b.nodes)
	b.nodes[string(key)] = &n
	return &n
}

// set is one character of the ranges, in any order.
func (b *builder) set(ranges []runeRange) *node {
	slices.SortFunc(ranges, func(a, b runeRange) int { return int(a.lo) - int(b.lo) })
	var out []runeRange
	for _, r := range ranges {
		if n := len(out); n > 0 && r.lo <= out[n-1].hi+1 {
			out[n-1].hi = max(out[n-1].hi, r.hi)
			continue
		}
		out = append(out, r)
	}
	if len(out) == 0 {
		return b.nothing
	}
	return b.intern(node{op: opSet, set: out})
}

// complement is the characters that the ranges of a set have not.
func complement(set []runeRange) []runeRange {
	var out []runeRange
	next := rune(0)
	for _, r := range set {
		if r.lo > next {
			out = append(out, runeRange{next, r.lo - 1})
		}
		next = r.hi + 1
	}
	if next <= utf8.MaxRune {
		out = append(out, runeRange{next, utf8.MaxRune})
	}
	return out
}

func (b *builder) concat(x, y *node) *node {
	switch {
	case x.op == opNothing || y.op == opNothing:
		return b.nothing
	case x.op == opEmpty:
		return y
	case y.op == opEmpty:
		return x
	case x.op == opConcat:
		return b.concat(x.subs[0], b.concat(x.subs[1], y))
	}
	return b.intern(node{op: opConcat, subs: []*node{x, y}, nullable: x.nullable && y.nullable})
}

func (b *builder) star(x *node) *node {
	switch x.op {
	case opNothing, opEmpty:
		return b.empty
	case opStar:
		return x
	}
	return b.intern(node{op: opStar, subs: []*node{x}, nullable: true})
}

func (b *builder) optional(x *node) *node { return b.many(opUnion, x, b.empty) }

// many is a union or an intersection, flat, sorted, without repetitions.
func (b *builder) many(op nodeOp, list ...*node) *node {
	var flat []*node
	for _, n := range list {
		if n.op == op {
			flat = append(flat, n.subs...)
		} else {
			flat = append(flat, n)
		}
	}
	slices.SortFunc(flat, func(x, y *node) int { return x.id - y.id })
	flat = slices.Compact(flat)
	nullable := op == opInter
	for _, n := range flat {
		if op == opInter && n.op == opNothing {
			return b.nothing
		}
		if op == opInter {
			nullable = nullable && n.nullable
		} else {
			nullable = nullable || n.nullable
		}
	}
	if op == opUnion {
		flat = slices.DeleteFunc(flat, func(n *node) bool { return n.op == opNothing })
	}
	switch len(flat) {
	case 0:
		return b.nothing
	case 1:
		return flat[0]
	}
	return b.intern(node{op: op, subs: flat, nullable: nullable})
}
