package expr

import (
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
}

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
func (r *Row) SetBytes(v []byte) { r.out.setText(r.i, v) }

// SetString is the result, which is copied.
func (r *Row) SetString(v string) {
	r.out.starts[r.i] = int32(len(r.out.data))
	r.out.data = append(r.out.data, v...)
	r.out.ends[r.i] = int32(len(r.out.data))
}

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
		if err := e.f(&e.row); err != nil {
			c.fail(i, flow.FunctionError, e.name+": "+err.Error())
		}
	}
	return out
}
