package format

import (
	"math"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/swar"
	"github.com/millrace-sql/millrace/sql/types"
)

// maxDepth is how deep arrays and objects may nest.
const maxDepth = 10000

const notObject = "the document is not an object"

// jsonDecoder reads records of one or more JSON objects, each a row.
type jsonDecoder struct {
	*builder
	root  *node   // what a row is
	at    *node   // the object that is read
	nodes []*node // those that targets name
	heads *heads  // of the members of at
	// depth is how many containers the value that is read lies in.
	depth int
	// implied is the columns without a path, impliedAt their indexes.
	implied   types.Schema
	impliedAt []int
	*mapping  // nil: a document is a row, and its members are the columns
}

func newJSONDecoder(b *builder, o Options) *jsonDecoder {
	d := &jsonDecoder{builder: b, root: newNode(), depth: 1, implied: types.NewSchema()}
	d.heads = d.root.heads
	d.root.implied = true
	d.at = d.root
	mapped := o.RowPath.given()
	columns := make([]Path, len(b.cols))
	for i := range columns {
		if f := b.fields[i]; f < len(o.Paths) {
			columns[i] = o.Paths[f]
		}
		if columns[i].given() {
			mapped = true
			continue
		}
		d.implied.Fields = append(d.implied.Fields, b.declared.Fields[i])
		d.impliedAt = append(d.impliedAt, i)
	}
	if mapped {
		d.newMapping(o, columns)
	}
	return d
}

// Append is Decoder.Append: every object of the record is a row.
func (d *jsonDecoder) Append(record []byte) (int, error) {
	d.open(record)
	i := skipSpace(record, 0)
	if i == len(record) {
		d.fail(i, "the record is empty")
	}
	for i < len(record) {
		end := -1
		if d.mapping != nil {
			end = d.document(record, i)
		} else if record[i] == '{' {
			if d.openRow() {
				end = d.members(record, i)
			}
		} else if end = d.skip(record, i, 0); end >= 0 {
			d.fail(i, notObject)
			end = -1
		}
		if end < 0 {
			break
		}
		i = skipSpace(record, end)
	}
	if d.bad != nil || d.full {
		return 0, d.abandon(record)
	}
	return d.rows - d.first, nil
}

// members reads the members of the object at b[start:], which is at d.at, and
// returns the index after it; -1: the record failed.
func (d *jsonDecoder) members(b []byte, start int) int {
	i, at := start, d.heads
	cur, lost := &at.begin, at.wild > wildest/2
	for {
		h := cur.next
		if lost {
			h = &unknown
		}
		// starts, spelled out: a call per member would cost a tenth of the decoding.
		if len(b)-i >= 8 && len(b)-i >= h.length && swar.Load(b, i)&h.mask == h.first &&
			(h.length <= 8 || swar.Load(b, i+h.length-8) == h.last && (h.length <= 16 || h.middle(b, i))) {
			i += h.length
		} else if cur != &at.begin && i < len(b) && b[i] == '}' {
			return d.closeObject(start, i+1)
		} else if h = at.other(b, i, cur); h != nil {
			i += h.length
		} else if h, i = d.member(b, i, cur, i == start); i < 0 {
			return -1
		} else if h == nil {
			return d.closeObject(start, i)
		}
		cur = h
		if h.column < 0 {
			if h.column < nowhere {
				i = d.descend(d.nodes[nowhere-1-h.column], b, i)
			} else {
				i = d.skip(b, i, d.depth)
			}
		} else if c := &d.cols[h.column]; c.seen != d.serial {
			c.seen, c.exact = d.serial, h.exact
			d.found++
			i = d.value(c, b, i)
		} else {
			i = d.again(c, b, i, h.exact)
		}
		if i < 0 {
			return -1
		}
	}
}

// closeObject ends an object. Where nothing is mapped it is a row.
func (d *jsonDecoder) closeObject(start, end int) int {
	d.heads.wild = max(d.heads.wild-1, 0)
	if d.mapping == nil && !d.closeRow(start) {
		return -1
	}
	return end
}

// again reads another value for a column that has one in this row: it counts
// unless the name of the first was nearer. Of equal claims the last wins.
func (d *jsonDecoder) again(c *column, b []byte, i int, exact bool) int {
	if c.exact && !exact {
		return d.skip(b, i, d.depth)
	}
	c.exact = exact
	c.bad = nil
	c.unset(d.rows)
	return d.value(c, b, i)
}

// value stores the value at b[i:] and returns the index after it. What the
// columns of a kind usually get is read here, everything else by coerce.
func (d *jsonDecoder) value(c *column, b []byte, i int) int {
	if i >= len(b) {
		return d.fail(i, "the record ends inside an object")
	}
	if b[i] == 'n' && len(b)-i >= 4 && string(b[i:i+4]) == "null" {
		d.null(c, i)
		return i + 4
	}
	switch c.shape {
	case shapeText:
		if b[i] == '"' {
			if !c.built {
				return d.skipString(b, i+1)
			}
			return d.text(c, b, i+1)
		}
	case shapeTimestamp:
		if b[i] == '"' {
			if v, end := c.clock.short(b, i+1); end > 0 && b[end] == '"' {
				c.put8(d.rows, uint64(v))
				return end + 1
			}
		}
	case shapeDouble:
		if n, end := scanNumber(b, i); end > 0 {
			v, ok := 0.0, true
			if n.simple() {
				v = n.simpleFloat()
			} else {
				v, ok = n.float64(b[i:end])
			}
			if ok {
				c.put8(d.rows, math.Float64bits(v))
				return end
			}
		}
	case shapeInt:
		if n, end := scanNumber(b, i); end > 0 && n.scale == 0 && !n.long && n.mant <= c.max {
			v := int64(n.mant)
			if n.neg {
				v = -v
			}
			c.putInt(d.rows, v)
			return end
		}
	case shapeDecimal:
		if n, end := scanNumber(b, i); end > 0 {
			if v, _, ok := n.unscaled(b[i:end], c.scale, c.max); ok {
				c.putDecimal(d.rows, v)
				return end
			}
		}
	}
	return d.coerce(c, b, i)
}

// coerce stores any value in any column.
func (d *jsonDecoder) coerce(c *column, b []byte, i int) int {
	i = skipSpace(b, i)
	end := d.skip(b, i, d.depth)
	if end < 0 {
		return -1
	}
	text, problem := b[i:end], ""
	switch b[i] {
	case 'n':
		d.null(c, i)
	case 't', 'f':
		problem = c.putBool(d.rows, b[i] == 't', text)
	case '"':
		problem = c.putText(d.rows, d.unquote(text))
	case '{', '[':
		problem = c.putNested(d.rows, text)
	default:
		n, _ := scanNumberText(text, 0, true)
		problem = c.putNumber(d.rows, n, text)
	}
	if problem != "" {
		d.doubt(c, flow.CoercionError, problem, i)
	}
	return end
}
