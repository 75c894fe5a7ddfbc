package format

// target is what a member name stands for: an index of the columns, nowhere, or
// below that the nodes of the decoder, the first one at nowhere-1.
type target struct {
	column int
	exact  bool
}

const nowhere = -1

const maxNames = 4096 // names that are looked up once

// member reads the beginning of a member at b[i:], behind that with the head cur, and
// returns its head with the index of its value: nil and the index after the brace at
// the end of the object, and -1 as the index where the record is broken.
func (d *jsonDecoder) member(b []byte, i int, cur *head, first bool) (h *head, value int) {
	from := i
	if first {
		i++
	} else {
		i = skipSpace(b, i)
		switch {
		case i < len(b) && b[i] == '}':
			return nil, i + 1
		case i >= len(b):
			return nil, d.fail(i, "the record ends inside an object")
		case b[i] != ',':
			return nil, d.fail(i, "expected a comma or the end of the object")
		}
		i++
	}
	i = skipSpace(b, i)
	if first && i < len(b) && b[i] == '}' {
		return nil, i + 1
	}
	if i >= len(b) || b[i] != '"' {
		return nil, d.fail(i, "expected a member name")
	}
	end := d.skipString(b, i+1)
	if end < 0 {
		return nil, -1
	}
	name := d.unquote(b[i:end])
	i = skipSpace(b, end)
	if i >= len(b) || b[i] != ':' {
		return nil, d.fail(i, "expected a colon after the member name")
	}
	i = skipSpace(b, i+1)
	return d.heads.learn(cur, b[from:i], d.find(d.at, name)), i
}
