package expr

import "github.com/millrace-sql/millrace/sql/logformat"

// fastLines is FAST_REGEX_LOG_PARSE.
type fastLines struct {
	pattern *logformat.Fast
	spans   []int32
}

func newFastLines(pattern string) (*fastLines, error) {
	f, err := logformat.CompileFast(pattern)
	if err != nil {
		return nil, err
	}
	return &fastLines{f, make([]int32, 2*f.Groups())}, nil
}

func (e *fastLines) split(c *call, text *vec, out *rawFields) {
	m := text.mask()
	for _, i := range c.sel {
		if text.isNull(i) || !e.pattern.Match(text.text(i), e.spans) {
			out.none(i)
			continue
		}
		out.place(i, text.starts[int(i)&m], e.spans)
	}
}
