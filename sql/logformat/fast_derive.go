package logformat

// derive is what may follow r in n.
func (b *builder) derive(n *node, r rune) *node {
	switch n.op {
	case opNothing, opEmpty:
		return b.nothing
	case opSet:
		if contains(n.set, r) {
			return b.empty
		}
		return b.nothing
	}
	key := derivation{n, r}
	if out := b.derived[key]; out != nil {
		return out
	}
	if b.work++; b.work > maxWork {
		panic(tooLarge{})
	}
	var out *node
	switch n.op {
	case opConcat:
		out = b.concat(b.derive(n.subs[0], r), n.subs[1])
		if n.subs[0].nullable {
			out = b.many(opUnion, out, b.derive(n.subs[1], r))
		}
	case opStar:
		out = b.concat(b.derive(n.subs[0], r), n)
	default:
		list := make([]*node, len(n.subs))
		for i, s := range n.subs {
			list[i] = b.derive(s, r)
		}
		out = b.many(n.op, list...)
	}
	b.derived[key] = out
	return out
}

func contains(set []runeRange, r rune) bool {
	for _, s := range set {
		if r >= s.lo && r <= s.hi {
			return true
		}
	}
	return false
}

// length is the number of characters of every text of n; ok is false where it
// varies.
func (n *node) length() (chars int, ok bool) {
	switch n.op {
	case opEmpty:
		return 0, true
	case opSet:
		return 1, true
	case opConcat:
		// Long texts are long chains.
		for ; n.op == opConcat; n = n.subs[1] {
			c, ok := n.subs[0].length()
			if !ok {
				return 0, false
			}
			chars += c
		}
		c, ok := n.length()
		return chars + c, ok
	case opUnion:
		for i, s := range n.subs {
			c, ok := s.length()
			if !ok || i > 0 && c != chars {
				return 0, false
			}
			chars = c
		}
		return chars, true
	case opInter:
		for _, s := range n.subs {
			if c, ok := s.length(); ok {
				return c, true
			}
		}
	}
	return 0, false
}
