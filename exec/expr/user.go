package expr

import (
	"errors"
	"math"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// UserFunction computes one row of a function that the embedding program gives: it
// takes its arguments from r and hands it the result, or NULL. An error rejects the
// row. It runs on the operator's goroutine; several instances may run at a time.
type UserFunction func(r *Row) error

// Row is the arguments of one call and the place of its result.
type Row struct {
	args []*vec
	i    uint32
	out  *scratch
	n    int
	full bool // a text had no room
}

// columnBytes is what the texts of one column may have together: its offsets are 32
// bits. Tests make it smaller.
var columnBytes = math.MaxInt32

// Null tells that argument k is NULL; its value is then none.
func (r *Row) Null(k int) bool { return r.args[k].isNull(r.i) }

// Int is argument k of a whole-number type, or a date-time: days of a DATE,
// microseconds of the others.
func (r *Row) Int(k int) int64 { v := r.args[k]; return v.ints[int(r.i)&v.mask()] }

// Float is argument k, REAL or DOUBLE.
func (r *Row) Float(k int) float64 { v := r.args[k]; return v.floats[int(r.i)&v.mask()] }

// Bool is argument k, BOOLEAN.
func (r *Row) Bool(k int) bool { v := r.args[k]; return v.bools[int(r.i)&v.mask()] }

// Bytes is argument k, text or binary; it is valid during the call.
func (r *Row) Bytes(k int) []byte { return r.args[k].text(r.i) }

// SetNull makes the result NULL.
func (r *Row) SetNull() { r.out.nulls(r.n)[r.i] = true }

// SetInt is the result as Int gives an argument; so the others.
func (r *Row) SetInt(v int64) { r.out.ints[r.i] = v }

// SetFloat is the result.
func (r *Row) SetFloat(v float64) { r.out.floats[r.i] = v }

// SetBool is the result.
func (r *Row) SetBool(v bool) { r.out.bools[r.i] = v }

// SetBytes is the result, which is copied.
func (r *Row) SetBytes(v []byte) { setText(r, v) }

// SetString is the result, which is copied.
func (r *Row) SetString(v string) { setText(r, v) }

func setText[T string | []byte](r *Row, v T) {
	s := r.out
	if len(s.data)+len(v) > columnBytes {
		r.full, v = true, v[:0]
	}
	s.starts[r.i] = int32(len(s.data))
	s.data = append(s.data, v...)
	s.ends[r.i] = int32(len(s.data))
}

// Full says, once, that a text since the last call was left out: with it the texts of
// the column would be longer than 2 GiB.
func (r *Row) Full() error {
	if !r.full {
		return nil
	}
	r.full = false
	return errFull
}

var errFull = errors.New("the texts of these rows are longer than 2 GiB")

// user calls a function of the embedding program. With strict, a call with a NULL
// argument is NULL and not made.
type user struct {
	name   string
	f      UserFunction
	args   []node
	of     types.Type
	strict bool
	row    Row
	out    scratch
}

func (e *user) eval(c *call) *vec {
	e.row.args, e.row.out, e.row.n = e.row.args[:0], &e.out, c.n
	for _, a := range e.args {
		e.row.args = append(e.row.args, a.eval(c))
	}
	out := e.out.reset(classOf(e.of), c.n)
	if e.strict {
		e.out.mergeNulls(c.n, c.sel, e.row.args...)
	}
	for _, i := range c.sel {
		if out.class == texts {
			e.out.setText(i, nil)
		}
		if e.strict && e.out.isNull(i) {
			continue
		}
		e.row.i = i
		err := e.f(&e.row)
		if full := e.row.Full(); err == nil {
			err = full
		}
		if err != nil {
			c.fail(i, flow.FunctionError, e.name+": "+err.Error())
		}
	}
	return out
}
