package expr

import (
	"strings"

	"github.com/millrace-sql/millrace/sql/jsonpath"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

func jsonKernel(e *plan.Call, args []node) (node, error) {
	if !strings.HasPrefix(e.Func, "JSON_") {
		return nil, nil
	}
	j := &jsonFunc{doc: args[0], path: args[1], class: classOf(e.Of), onEmpty: "NULL", onError: "NULL", wrapper: "WITHOUT"}
	switch e.Func {
	case "JSON_VALUE":
		j.found = j.scalar
	case "JSON_QUERY":
		j.found = j.container
	case "JSON_EXISTS":
		j.found, j.exists, j.onEmpty, j.onError = j.any, true, "FALSE", "FALSE"
	}
	if len(args) < 3 {
		return j, nil
	}
	clauses, _ := constant(args[2])
	rest := args[3:]
	for _, clause := range strings.Split(string(clauses), ", ") {
		if what, ok := strings.CutSuffix(clause, " ON EMPTY"); ok {
			j.onEmpty = what
			if what == "DEFAULT" {
				j.emptyValue, rest = rest[0], rest[1:]
			}
		}
		if what, ok := strings.CutSuffix(clause, " ON ERROR"); ok {
			j.onError = what
			if what == "DEFAULT" {
				j.errorValue = rest[0]
			}
		}
		if what, ok := strings.CutSuffix(clause, " WRAPPER"); ok {
			j.wrapper = what
		}
	}
	if e.Of == types.VarcharOf(0) || j.exists {
		return j, nil
	}
	var err error
	j.convert, err = newCast(&j.raw, types.VarcharOf(0), e.Of)
	return j, err
}

// jsonFunc is JSON_VALUE, JSON_QUERY and JSON_EXISTS. Rows part in those with a
// value, those without and those with an error.
type jsonFunc struct {
	doc, path              node
	class                  class
	found                  func(doc []byte, p *jsonpath.Path, i uint32) jsonState
	exists                 bool
	onEmpty, onError       string
	emptyValue, errorValue node
	wrapper                string
	convert                node // of raw, for RETURNING; nil = the text itself

	last                []byte // the text of compiled
	compiled            *jsonpath.Path
	problem             outcome
	result              jsonpath.Result
	text                scratch // what was found
	raw                 held
	values, none, wrong selection
	out                 scratch
}

type jsonState uint8

const (
	jsonFound jsonState = iota
	jsonEmpty
	jsonError
)

func (e *jsonFunc) eval(c *call) *vec {
	doc, path := e.doc.eval(c), e.path.eval(c)
	e.part(c, doc, path)
	v := e.converted(c)
	out := e.out.reset(e.class, c.n)
	if e.class == texts {
		for _, i := range c.sel {
			e.out.setText(i, nil) // for the rows that stay without a value
		}
	}
	e.out.mergeNulls(c.n, c.sel, doc, path)
	sel := c.sel
	if c.sel = e.values; len(c.sel) > 0 {
		if e.exists {
			for _, i := range c.sel {
				out.bools[i] = true
			}
		} else {
			e.out.take(v, c)
		}
	}
	e.otherwise(c, e.none, e.onEmpty, e.emptyValue, "the path names nothing in the document")
	e.otherwise(c, e.wrong, e.onError, e.errorValue, "the document is not JSON, or the path does not lead to such a value")
	c.sel = sel
	return out
}

// converted is the values in the type of RETURNING. What does not fit it is an
// error of the function, not of the row.
func (e *jsonFunc) converted(c *call) *vec {
	if e.convert == nil || len(e.values) == 0 {
		return e.raw.v
	}
	sel, before := c.sel, len(c.errs)
	c.sel = e.values
	v := e.convert.eval(c)
	c.sel = sel
	failed := c.errs[before:]
	if len(failed) > 0 {
		// Both lists are in the order of the rows.
		kept := e.values[:0]
		for _, i := range e.values {
			if len(failed) > 0 && failed[0].Row == i {
				e.wrong, failed = append(e.wrong, i), failed[1:]
				continue
			}
			kept = append(kept, i)
		}
		e.values = kept
		c.errs = c.errs[:before]
	}
	return v
}

// otherwise gives the rows what ON EMPTY or ON ERROR says.
func (e *jsonFunc) otherwise(c *call, rows []uint32, what string, value node, problem outcome) {
	if c.sel = rows; len(rows) == 0 {
		return
	}
	if what == "DEFAULT" {
		e.out.take(value.eval(c), c)
		return
	}
	for _, i := range rows {
		if e.class == texts {
			e.out.setText(i, nil)
		}
		switch what {
		case "ERROR":
			e.out.settle(c, i, problem)
		case "NULL", "UNKNOWN":
			e.out.settle(c, i, noValue)
		case "EMPTY ARRAY":
			e.out.setText(i, []byte("[]"))
		case "EMPTY OBJECT":
			e.out.setText(i, []byte("{}"))
		default:
			e.out.bools[i] = what == "TRUE"
		}
	}
}
