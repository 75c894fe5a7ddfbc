package expr

import (
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/logformat"
	"github.com/millrace-sql/millrace/sql/pattern"
)

// regexLines is REGEX_LOG_PARSE.
type regexLines struct {
	pattern *pattern.Whole
	spans   []int32
}

func (r *record) regex(text, description string, today node) error {
	re, err := pattern.CompileWhole(text)
	if err != nil {
		return err
	}
	r.lines = &regexLines{re, make([]int32, 2*len(r.fields))}
	if description == "" {
		return nil
	}
	columns, err := logformat.ParseGroups(description)
	for k := 0; k < len(columns) && err == nil; k++ {
		err = r.timed(k, columns[k].Pattern, today)
	}
	return err
}

func (e *regexLines) split(c *call, text *vec, out *rawFields) {
	m := text.mask()
	for _, i := range c.sel {
		if text.isNull(i) {
			out.none(i)
			continue
		}
		loc, err := e.pattern.Match(text.text(i))
		if err != nil {
			c.fail(i, flow.FunctionError, err.Error())
		}
		if loc == nil {
			out.none(i)
			continue
		}
		for k := range e.spans {
			e.spans[k] = int32(loc[k])
		}
		out.place(i, text.starts[int(i)&m], e.spans)
	}
}
