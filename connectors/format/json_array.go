package format

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
	if i >= len(b) {
		return d.fail(i, "the record ends where a value is expected")
	}
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
