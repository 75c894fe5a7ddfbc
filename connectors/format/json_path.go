package format

// node is a place in the documents that paths lead to or through: the row, a
// member, or the elements of the array that is flattened.
type node struct {
	heads *heads // of the members of an object here
	names map[string]target
	// members are the places below by the exact names of members, in an object.
	members map[string]*node
	// implied: the columns without a path are members here, by their names.
	implied bool
	leaves  []leaf
	// elements is what the elements of the array here are; nil: not flattened.
	elements *node
	// below is the columns of all places in members; holds tells that the array
	// that is flattened is among these places.
	below []int
	holds bool
}

// leaf is a column whose value is at a node; whole takes only an array.
type leaf struct {
	column int
	exact  bool
	whole  bool
}

func newNode() *node {
	return &node{heads: newHeads(), names: map[string]target{}, members: map[string]*node{}}
}

// place hangs a column into the tree. A last step into an array takes it whole.
func (n *node) place(steps []step, column int) {
	switch {
	case len(steps) == 0:
		n.leaves = append(n.leaves, leaf{column: column, exact: true})
	case steps[0].array && len(steps) == 1:
		n.leaves = append(n.leaves, leaf{column: column, exact: true, whole: true})
	case steps[0].array:
		if n.elements == nil {
			n.elements = newNode()
		}
		n.elements.place(steps[1:], column)
	default:
		n.below = append(n.below, column)
		n.holds = n.holds || Path{steps: steps}.flattened() != ""
		child := n.members[steps[0].name]
		if child == nil {
			child = newNode()
			n.members[steps[0].name] = child
		}
		child.place(steps[1:], column)
	}
}

// find looks up a member name: the place that a path leads to by that very name,
// and, where columns have no path, the column of that very name, else the only
// one that is equal ignoring case.
func (d *jsonDecoder) find(n *node, name []byte) target {
	if t, ok := n.names[string(name)]; ok {
		return t
	}
	t, child := target{column: nowhere}, n.members[string(name)]
	if n.implied {
		if at, k := d.implied.Lookup(string(name), false); k == 1 {
			l := leaf{column: d.impliedAt[at], exact: d.implied.Fields[at].Name == string(name)}
			if child == nil {
				child = newNode()
			} else {
				both := *child
				child = &both
			}
			child.leaves = append(child.leaves[:len(child.leaves):len(child.leaves)], l)
		}
	}
	switch {
	case child == nil:
	case len(child.members) == 0 && child.elements == nil && len(child.leaves) == 1 && !child.leaves[0].whole && !d.cols[child.leaves[0].column].repeated:
		t = target{column: child.leaves[0].column, exact: child.leaves[0].exact}
	default:
		t.column = nowhere - 1 - len(d.nodes)
		d.nodes = append(d.nodes, child)
	}
	if len(n.names) < maxNames || t.column < nowhere {
		n.names[string(name)] = t
	}
	return t
}

// descend reads the value at b[i:], which is at n, and returns the index after it.
func (d *jsonDecoder) descend(n *node, b []byte, i int) int {
	i = skipSpace(b, i)
	if i >= len(b) {
		return d.fail(i, "the record ends inside an object")
	}
	end := 0
	for _, l := range n.leaves {
		c := &d.cols[l.column]
		switch {
		case c.seen == d.serial && c.exact && !l.exact:
			continue
		case c.seen == d.serial:
			d.forget(c)
		}
		c.seen, c.exact = d.serial, l.exact
		c.length = 0
		if l.whole && b[i] != '[' {
			d.null(c, i)
			continue
		}
		if end = d.value(c, b, i); end < 0 {
			return -1
		}
		c.length = end - i
	}
	for _, at := range n.below {
		// A second member of the same name counts instead of the first.
		if c := &d.cols[at]; c.seen == d.serial {
			d.forget(c)
			c.seen = 0
		}
	}
	if n.holds || n.elements != nil {
		d.dropElements()
	}
	switch {
	case n.elements != nil && b[i] == '[':
		return d.array(n.elements, b, i)
	case len(n.members) > 0 && b[i] == '{':
		return d.inside(n, b, i)
	case end > 0:
		return end
	}
	return d.skip(b, i, d.depth)
}

// forget takes back what the current row says about a column.
func (d *jsonDecoder) forget(c *column) {
	c.bad = nil
	c.unset(d.rows)
}

// inside reads the members of the object at b[i:].
func (d *jsonDecoder) inside(n *node, b []byte, i int) int {
	d.depth++
	if d.depth > maxDepth {
		return d.fail(i+1, "nested too deep")
	}
	outer := d.at
	d.at, d.heads = n, n.heads
	end := d.members(b, i)
	d.at, d.heads = outer, outer.heads
	d.depth--
	return end
}
