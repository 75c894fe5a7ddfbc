package format

// mapping is how documents become rows where a plain object is not simply one.
type mapping struct {
	rowPath   []step
	flattened bool  // a path goes through an array
	elements  []int // columns of the array that is flattened
	others    []int // the others
	texts     []int // of these, the ones whose values have a length
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
	for _, i := range m.others {
		if m.flattened && d.cols[i].varies() {
			m.texts = append(m.texts, i)
			d.cols[i].repeated = true
		}
	}
	d.mapping = m
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
	for _, i := range d.texts {
		// What it takes in the record is no less, and the same whether it is built.
		if c := &d.cols[i]; c.seen == d.serial {
			bytes += c.length
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
