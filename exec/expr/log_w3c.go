package expr

import "github.com/millrace-sql/millrace/sql/logformat"

// w3cLines is W3C_LOG_PARSE.
type w3cLines struct {
	format *logformat.W3C
	spans  []int32
}

func newW3CLines(format string) (*w3cLines, error) {
	f, err := logformat.CompileW3C(format)
	if err != nil {
		return nil, err
	}
	return &w3cLines{f, make([]int32, 2*f.Fields())}, nil
}

func (e *w3cLines) split(c *call, text *vec, out *rawFields) {
	m := text.mask()
	for _, i := range c.sel {
		if text.isNull(i) || !e.format.Match(text.text(i), e.spans) {
			out.none(i)
			continue
		}
		out.place(i, text.starts[int(i)&m], e.spans)
	}
}
