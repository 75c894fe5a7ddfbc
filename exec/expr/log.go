package expr

import (
	"fmt"
	"slices"

	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// record is a log parser: it takes the lines of a batch apart once, for all who read
// a field. A line in which one field is wrong gives no record, whichever fields are
// read; but one that no expression asks for, in a CASE, does not fail.
type record struct {
	batch  *batch
	seen   uint64 // the number of the batch parsed last
	text   node
	lines  lines
	fields []recordField
	raw    rawFields
	errs   []RowError
}

// lines takes lines apart, those of a batch at once.
type lines interface {
	split(c *call, text *vec, out *rawFields)
}

// field is one field of a record.
type field struct {
	record *record
	index  int
}

func (e *field) eval(c *call) *vec {
	e.record.parse(c)
	for _, err := range e.record.errs {
		if _, live := slices.BinarySearch(c.sel, err.Row); live {
			c.errs = append(c.errs, err)
		}
	}
	return e.record.fields[e.index].v
}

func (k *compiler) record(e *plan.Record) (*record, error) {
	key := e.String()
	if r := k.records[key]; r != nil {
		return r, nil
	}
	args, err := k.compileAll(e.Args)
	if err != nil {
		return nil, err
	}
	r := &record{batch: k.batch, text: args[0], fields: make([]recordField, len(e.Fields)), raw: rawFields{f: make([]scratch, len(e.Fields))}}
	today := args[len(args)-1]
	for i, f := range e.Fields {
		r.fields[i].Field = f
		if t := f.Type; t.Kind != types.Varchar {
			if r.fields[i].value, err = newCast(raw{&r.raw.f[i].vec}, types.VarcharOf(0), t); err != nil {
				return nil, err
			}
		}
	}
	if err := r.parser(e, today); err != nil {
		return nil, err
	}
	k.records[key] = r
	return r, nil
}

// parser chooses what takes the lines apart.
func (r *record) parser(e *plan.Record, today node) (err error) {
	constant := func(i int) string {
		if i < len(e.Args)-1 {
			if lit, ok := e.Args[i].(*plan.Literal); ok {
				text, _ := lit.Value.(string)
				return text
			}
		}
		return ""
	}
	switch e.Func {
	case "FAST_REGEX_LOG_PARSE":
		r.lines, err = newFastLines(constant(1))
	case "FIXED_COLUMN_LOG_PARSE":
		err = r.fixed(constant(1), today)
	case "REGEX_LOG_PARSE":
		err = r.regex(constant(1), constant(2), today)
	case "SYS_LOG_PARSE":
		r.lines = sysLines{}
		r.fields[0].value = &sysTime{text: raw{&r.raw.f[0].vec}, today: today}
	case "VARIABLE_COLUMN_LOG_PARSE":
		err = r.variable(constant(1), constant(2), constant(3), constant(4), today)
	case "W3C_LOG_PARSE":
		r.lines, err = newW3CLines(constant(1))
	default:
		err = fmt.Errorf("function %s has no kernel", e.Func)
	}
	return err
}

// parse takes the lines of the batch apart unless that is done.
func (r *record) parse(c *call) {
	if r.seen == r.batch.number {
		return
	}
	r.seen = r.batch.number
	sel, before := c.sel, len(c.errs)
	c.sel = c.top
	text := r.text.eval(c)
	r.raw.reset(c.n)
	r.lines.split(c, text, &r.raw)
	for k := range r.fields {
		out := &r.raw.f[k]
		if out.data = text.data; r.raw.copy {
			out.data = r.raw.built
		}
		r.fields[k].convert(c, out)
	}
	r.errs = append(r.errs[:0], c.errs[before:]...)
	c.sel, c.errs = sel, c.errs[:before]
}

// timed reads the dates and times of fields that have a pattern.
func (r *record) timed(k int, pattern string, today node) error {
	if pattern == "" {
		return nil
	}
	p, err := types.ParsePattern(pattern)
	if err != nil {
		return err
	}
	r.fields[k].value = &fieldTime{pattern: p, shown: pattern, text: raw{&r.raw.f[k].vec}, today: today, of: r.fields[k].Type}
	return nil
}
