package format

// node is a place in the documents that paths lead to or through: the row, a
// member, or the elements of the array that is flattened.
type node struct {
	heads []head // of the decoder, while another object is read
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
	return &node{names: map[string]target{}, members: map[string]*node{}}
}

// mapping is how documents become rows where a plain object is not simply one.
type mapping struct {
	rowPath   []step
	flattened bool  // a path goes through an array
	elements  []int // columns of the array that is flattened
	others    []int // the others
	width     int   // bytes of a row without its texts
	// Of the current row of documents:
	count int  // elements of the array so far met: each is a row; -1: no array yet
	wrong *Bad // with the element that has the first trouble
	high  int  // the last row that something may be written to
}

// newMapping lays the paths out as a tree below root.
func (d *jsonDecoder) newMapping(o Options, columns []Path) {
	m := &mapping{rowPath: o.RowPath.steps}
	for i, p := range columns {
		m.width += max(1, int(d.cols[i].width))
		if !p.given() {
			m.others = append(m.others, i)
			continue
		}
		if p.flattened() != "" {
			m.flattened = true
			m.elements = append(m.elements, i)
		} else {
			m.others = append(m.others, i)
		}
		d.root.place(p.steps, i)
	}
	d.mapping = m
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
	case len(child.members) == 0 && child.elements == nil && len(child.leaves) == 1 && !child.leaves[0].whole:
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
		return d.fail(i, "the record ends where a value is expected")
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
		if l.whole && b[i] != '[' {
			d.null(c, i)
		} else if end = d.value(c, b, i); end < 0 {
			return -1
		}
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
	outer.heads, d.at, d.heads = d.heads, n, n.heads
	end := d.members(b, i)
	n.heads, d.at, d.heads = d.heads, outer, outer.heads
	d.depth--
	return end
}

// document reads the document at b[i:] through the row path and returns the
// index after it; -1: the record failed.
func (d *jsonDecoder) document(b []byte, start int) int {
	array := d.root.takesArray()
	if steps := d.rowPath; len(steps) > 0 {
		array = steps[0].array
	}
	if b[start] != '{' && !(array && b[start] == '[') || len(d.rowPath) > 0 && (b[start] == '[') != array {
		if d.skip(b, start, 0) < 0 {
			return -1
		}
		switch {
		case !array:
			return d.fail(start, notObject)
		case len(d.rowPath) > 0:
			return d.fail(start, "the document is not an array")
		}
		return d.fail(start, "the document is neither an object nor an array")
	}
	d.depth = 0
	before := d.rows
	end := d.follow(d.rowPath, b, start)
	if end >= 0 && d.rows == before && d.row(nil, start) < 0 {
		return -1
	}
	return end
}

// takesArray tells that a row may be an array.
func (n *node) takesArray() bool {
	for _, l := range n.leaves {
		if l.whole {
			return true
		}
	}
	return n.elements != nil
}

// follow goes the steps from the value at b[i:] to rows and returns the index
// after it. Where they lead nowhere there is no row.
func (d *jsonDecoder) follow(steps []step, b []byte, i int) int {
	if len(steps) == 0 {
		return d.row(b, i)
	}
	end := d.skip(b, i, d.depth)
	switch {
	case end < 0:
		return -1
	case steps[0].array && b[i] == '[':
		d.depth++
		defer func() { d.depth-- }()
		for i = skipSpace(b, i+1); b[i] != ']'; {
			if i = d.follow(steps[1:], b, i); i < 0 {
				return -1
			}
			if i = skipSpace(b, i); b[i] == ',' {
				i = skipSpace(b, i+1)
			}
		}
	case !steps[0].array && b[i] == '{':
		at := d.lookup(steps[0].name, b, i)
		d.depth++
		defer func() { d.depth-- }()
		if at >= 0 && d.follow(steps[1:], b, at) < 0 {
			return -1
		}
	}
	return end
}

// lookup is the index of the value of the last member of that name in the object
// at b[i:], whose syntax is checked; -1: there is none.
func (d *jsonDecoder) lookup(name string, b []byte, i int) int {
	at := -1
	for i = skipSpace(b, i+1); b[i] != '}'; {
		end := d.skipString(b, i+1)
		found := string(d.unquote(b[i:end])) == name
		i = skipSpace(b, skipSpace(b, end)+1)
		if found {
			at = i
		}
		if i = skipSpace(b, d.skip(b, i, d.depth+1)); b[i] == ',' {
			i = skipSpace(b, i+1)
		}
	}
	return at
}

// row makes the value at b[i:] a row, or several; without b one of NULLs.
func (d *jsonDecoder) row(b []byte, i int) int {
	if !d.openRow() {
		return -1
	}
	end, at := i, i
	d.count, d.mapping.wrong, d.high = -1, nil, d.rows
	if b != nil {
		end = d.descend(d.root, b, i)
	}
	if end < 0 || !d.closeDocument(at) {
		d.rows = max(d.rows, d.high)
		return -1
	}
	return end
}

// closeDocument ends the rows of a row of documents that starts at byte at: what
// it did not mention is NULL, what is beside the array stands in all of them.
func (d *jsonDecoder) closeDocument(at int) bool {
	for _, i := range d.others {
		if c := &d.cols[i]; c.seen != d.serial {
			d.null(c, at)
		}
	}
	if d.count <= 0 {
		for _, i := range d.elements {
			d.null(&d.cols[i], at)
		}
	}
	if d.mapping.wrong != nil {
		d.bad, d.doubtful = d.mapping.wrong, true
	}
	if d.doubtful && !d.verdict() {
		return false
	}
	if d.count > 1 && !d.repeat(d.count) {
		return false
	}
	d.rows += max(d.count, 1)
	return true
}

// repeat gives the rows behind the first the values beside the array.
func (d *jsonDecoder) repeat(rows int) bool {
	bytes := 0
	for _, i := range d.others {
		if c := &d.cols[i]; c.varies() && c.built {
			bytes += c.offset(d.rows+1) - c.offset(d.rows)
		}
	}
	if bytes > 0 && bytes > maxSpread/rows {
		return d.tooWide(maxSpread)
	}
	if !d.spend(bytes * (rows - 1)) {
		return false
	}
	for _, i := range d.others {
		d.cols[i].repeat(d.rows, rows)
	}
	return true
}

// dropElements takes back the rows of the array: another value of the same name
// counts instead.
func (d *jsonDecoder) dropElements() {
	for ; d.count > 0; d.count-- {
		for _, c := range d.elements {
			d.cols[c].unset(d.rows + d.count - 1)
		}
	}
	d.count, d.mapping.wrong = -1, nil
}

// array reads the array at b[i:], whose elements are n and each a row.
func (d *jsonDecoder) array(n *node, b []byte, i int) int {
	d.depth++
	if d.depth > maxDepth {
		return d.fail(i+1, "nested too deep")
	}
	first, serial := d.rows, d.serial
	d.count = 0
	i = skipSpace(b, i+1)
	for closed := i < len(b) && b[i] == ']'; !closed; {
		if i = d.element(n, b, i, first+d.count); i < 0 {
			return -1
		}
		d.count++
		i = skipSpace(b, i)
		switch {
		case i < len(b) && b[i] == ']':
			closed = true
		case i >= len(b) || b[i] != ',':
			return d.fail(i, "expected a comma or the end of the array")
		default:
			i = skipSpace(b, i+1)
		}
	}
	d.rows, d.serial = first, serial
	d.depth--
	return i + 1
}

// element reads the element at b[i:] into a row of its own.
func (d *jsonDecoder) element(n *node, b []byte, i, row int) int {
	if d.count >= maxSpread/d.width {
		d.tooWide(maxSpread)
		return -1
	}
	if row >= d.room {
		d.grow()
	}
	if !d.fits(row) {
		d.noRoom()
		return -1
	}
	d.rows, d.high = row, max(d.high, row)
	d.newest++
	d.serial = d.newest
	end := d.descend(n, b, i)
	if end < 0 {
		return -1
	}
	for _, at := range d.elements {
		c := &d.cols[at]
		if c.seen != d.serial {
			d.null(c, i)
		}
		if c.bad != nil && (d.mapping.wrong == nil || c.bad.Offset < d.mapping.wrong.Offset) {
			d.mapping.wrong = c.bad
		}
		c.bad = nil
	}
	return end
}
