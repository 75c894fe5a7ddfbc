package format

import (
	"fmt"
	"math"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/swar"
)

// csvDecoder reads records of one or more CSV rows (RFC 4180), a line end of
// either kind after each, compulsory only between them.
type csvDecoder struct {
	*builder
	fields []int // what each field of a row is: an index of cols, or -1
	named  bool  // a header named them: a row has all of them
	delimiters
	simple    bool // the delimiters are plain: delimiter is that of fields
	delimiter byte
	repeated  uint64 // the delimiter in all bytes
}

func newCSVDecoder(b *builder, o Options) (*csvDecoder, error) {
	between, err := o.delimiters()
	if err != nil {
		return nil, err
	}
	d := &csvDecoder{builder: b, delimiters: between, simple: between.plain(), delimiter: between.column[0], named: o.Header != nil}
	d.repeated = uint64(d.delimiter) * swar.Lows
	if o.Header == nil {
		for i := range b.cols {
			d.fields = append(d.fields, i)
		}
		return d, nil
	}
	return d, d.header(o.Header)
}

// header finds the columns by the names of the fields.
func (d *csvDecoder) header(names []string) error {
	used := make([]string, len(d.cols))
	d.fields = make([]int, len(names))
	// Exact names first: they beat those that differ in case.
	for _, exact := range []bool{true, false} {
		for i, name := range names {
			at, n := d.declared.Lookup(name, false)
			switch {
			case n != 1:
				d.fields[i] = -1
			case exact != (d.declared.Fields[at].Name == name):
			case used[at] == "":
				used[at] = name
				d.fields[i] = at
			case exact || used[at] != d.declared.Fields[at].Name:
				return fmt.Errorf("the header names column %s twice: %q and %q", d.declared.Fields[at].Name, used[at], name)
			default:
				d.fields[i] = -1
			}
		}
	}
	for at, name := range used {
		if name == "" {
			return fmt.Errorf("column %s is missing in the header", d.declared.Fields[at].Name)
		}
	}
	return nil
}

// Append is Decoder.Append: every line of the record that is not blank is a row,
// with the lines that its quotes join to it; other delimiters of rows likewise.
func (d *csvDecoder) Append(record []byte) (int, error) {
	d.open(record)
	if at := invalidUTF8(record); at >= 0 {
		d.fail(at, "invalid UTF-8")
		return 0, d.abandon(record)
	}
	for i := 0; i < len(record); {
		if n := d.rowEnd(record, i); n > 0 {
			i += n
			continue
		}
		if i = d.row(record, i); i < 0 {
			return 0, d.abandon(record)
		}
	}
	if d.rows == d.first {
		d.fail(0, "the record is empty")
		return 0, d.abandon(record)
	}
	return d.rows - d.first, nil
}

// lineEnd is the length of the line end at b[i:]; 0: there is none. A carriage
// return at the very end counts as one.
func lineEnd(b []byte, i int) int {
	switch {
	case b[i] == '\n':
		return 1
	case b[i] != '\r':
		return 0
	case i+1 == len(b):
		return 1
	case b[i+1] == '\n':
		return 2
	}
	return 0
}

// ends tells whether a field may end before b[i], where the delimiters are plain.
func (d *csvDecoder) ends(b []byte, i int) bool {
	return i == len(b) || b[i] == d.delimiter || lineEnd(b, i) > 0
}

// row reads the row at b[start:] and returns the index after its line end; -1:
// the record failed.
func (d *csvDecoder) row(b []byte, start int) int {
	if !d.openRow() {
		return -1
	}
	i, n := start, 0
	for {
		var c *column
		if n < len(d.fields) && d.fields[n] >= 0 {
			c = &d.cols[d.fields[n]]
			c.seen = d.serial
			d.found++
		}
		n++
		size := 1
		if !d.simple {
			i, size = d.anyField(c, b, i)
		} else if i = d.field(c, b, i); i == len(b) || i >= 0 && b[i] != d.delimiter {
			break
		}
		if i < 0 {
			return -1
		}
		if size == 0 {
			break
		}
		i += size
	}
	if n < len(d.fields) || n > len(d.fields) && d.named {
		d.bad = &Bad{
			Name: flow.CoercionError, Offset: start,
			Message: fmt.Sprintf("the row has %d fields, %d are declared", n, len(d.fields)),
		}
		return -1
	}
	if !d.closeRow(start) {
		return -1
	}
	switch {
	case !d.simple:
		i += d.rowEnd(b, i)
	case i < len(b):
		i += lineEnd(b, i)
	}
	return i
}

// field stores the field at b[i:], nowhere where c is nil, and returns the index
// of what ends it.
func (d *csvDecoder) field(c *column, b []byte, i int) int {
	switch {
	case i < len(b) && b[i] == '"':
		return d.quoted(c, b, i)
	case c == nil:
		return d.skip(b, i)
	case d.ends(b, i):
		d.null(c, i)
		return i
	}
	switch c.shape {
	case shapeText:
		if c.built {
			return d.text(c, b, i)
		}
		return d.skip(b, i)
	case shapeTimestamp:
		if v, end := c.clock.short(b, i); end > 0 && d.ends(b, end) {
			c.put8(d.rows, uint64(v))
			return end
		}
	case shapeDouble:
		if n, end := scanNumber(b, i); end > 0 && d.ends(b, end) {
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
		if n, end := scanNumber(b, i); end > 0 && d.ends(b, end) && n.scale == 0 && !n.long && n.mant <= c.max {
			v := int64(n.mant)
			if n.neg {
				v = -v
			}
			c.putInt(d.rows, v)
			return end
		}
	case shapeDecimal:
		if n, end := scanNumber(b, i); end > 0 && d.ends(b, end) {
			if v, _, ok := n.unscaled(b[i:end], c.scale, c.max); ok {
				c.putDecimal(d.rows, v)
				return end
			}
		}
	}
	end := d.skip(b, i)
	if end >= 0 {
		d.store(c, b[i:end], i)
	}
	return end
}

// store stores a field by its text.
func (d *csvDecoder) store(c *column, text []byte, at int) {
	problem := ""
	switch c.shape {
	case shapeBinary:
		problem = c.putBinary(d.rows, text, hexBytes)
	case shapeBool:
		problem = c.putWord(d.rows, text)
	default:
		problem = c.putText(d.rows, text)
	}
	if problem != "" {
		d.doubt(c, flow.CoercionError, problem, at)
	}
}
