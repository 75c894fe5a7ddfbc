package expr

import (
	"bytes"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// recordField is what becomes of the text of a field.
type recordField struct {
	types.Field
	value node // nil: the text as it is
	v     *vec
}

// rawFields is the texts of the fields: parts of the lines, or of what was built from
// them.
type rawFields struct {
	f     []scratch
	n     int
	built []byte
	copy  bool // the offsets are into built
}

func (r *rawFields) reset(n int) {
	r.n, r.built = n, r.built[:0]
	for k := range r.f {
		f := &r.f[k]
		f.data = nil // borrowed
		f.reset(texts, n)
	}
}

// set makes field k of row i the bytes from and to.
func (r *rawFields) set(k int, i uint32, from, to int32) {
	r.f[k].starts[i], r.f[k].ends[i] = from, to
}

func (r *rawFields) null(k int, i uint32) {
	r.f[k].nulls(r.n)[i] = true
	r.set(k, i, 0, 0)
}

// none is a row without a record.
func (r *rawFields) none(i uint32) {
	for k := range r.f {
		r.null(k, i)
	}
}

// place sets the fields to parts of a line that begins at base; a negative start is
// NULL.
func (r *rawFields) place(i uint32, base int32, spans []int32) {
	for k := range r.f {
		if spans[2*k] < 0 {
			r.null(k, i)
			continue
		}
		r.set(k, i, base+spans[2*k], base+spans[2*k+1])
	}
}

// raw is the text of a field as a node, for what converts it.
type raw struct{ v *vec }

func (e raw) eval(*call) *vec { return e.v }

// convert makes the value of a field from its text: a blank text is no value of
// another type than a string.
func (f *recordField) convert(c *call, out *scratch) {
	switch {
	case f.value == nil:
		if f.Type.Precision > 0 {
			out.cut(c.sel, f.Type.Precision)
		}
		f.v = &out.vec
	default:
		if !f.Type.IsString() {
			for _, i := range c.sel {
				if !out.isNull(i) && len(bytes.TrimSpace(out.text(i))) == 0 {
					out.nulls(c.n)[i] = true
				}
			}
		}
		f.v = f.value.eval(c)
	}
	if !f.NotNull || f.v.null == nil {
		return
	}
	for _, i := range c.sel {
		if f.v.isNull(i) {
			c.fail(i, flow.NotNullError, "NULL for field "+f.Name+", which is NOT NULL")
		}
	}
}

// cut shortens texts to n characters.
func (s *scratch) cut(sel []uint32, n int) {
	for _, i := range sel {
		if int(s.ends[i]-s.starts[i]) > n {
			s.ends[i] = s.starts[i] + int32(len(cutRunes(s.text(i), n)))
		}
	}
}
