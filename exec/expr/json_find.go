package expr

import (
	"bytes"

	"github.com/millrace-sql/millrace/sql/jsonpath"
)

// part looks into every document and sorts the rows.
func (e *jsonFunc) part(c *call, doc, path *vec) {
	e.text.reset(texts, c.n)
	e.raw.v = &e.text.vec
	e.values, e.none, e.wrong = e.values[:0], e.none[:0], e.wrong[:0]
	for _, i := range c.sel {
		e.text.setText(i, nil)
		if doc.isNull(i) || path.isNull(i) {
			continue
		}
		p := e.compile(path.text(i))
		if p == nil {
			e.text.settle(c, i, e.problem)
			continue
		}
		d := doc.text(i)
		p.Find(d, &e.result)
		state := jsonError
		switch missing := len(e.result.Spans) == 0 && !(p.Wild && (e.result.Reached || !p.Strict)); {
		case !e.result.Valid && !p.Strict, e.result.Valid && missing && !p.Strict:
			state = jsonEmpty
		case e.result.Valid && !missing:
			state = e.found(d, p, i)
		}
		switch state {
		case jsonFound:
			e.values = append(e.values, i)
		case jsonEmpty:
			e.none = append(e.none, i)
		default:
			e.wrong = append(e.wrong, i)
		}
	}
}

func (e *jsonFunc) compile(text []byte) *jsonpath.Path {
	if e.compiled != nil && bytes.Equal(text, e.last) {
		return e.compiled
	}
	var err error
	e.last = append(e.last[:0], text...)
	if e.compiled, err = jsonpath.Parse(string(text)); err != nil {
		e.compiled, e.problem = nil, outcome(err.Error())
	}
	return e.compiled
}

// lacks is the state of a value of the wrong kind.
func lacks(p *jsonpath.Path) jsonState {
	if p.Strict {
		return jsonError
	}
	return jsonEmpty
}

func (e *jsonFunc) scalar(doc []byte, p *jsonpath.Path, i uint32) jsonState {
	if p.Wild {
		return lacks(p)
	}
	s := e.result.Spans[0]
	switch doc[s.Start] {
	case 'n':
		return jsonEmpty
	case '{', '[':
		return lacks(p)
	}
	e.text.data = jsonpath.AppendText(e.text.data, doc[s.Start:s.End])
	e.text.ends[i] = int32(len(e.text.data))
	return jsonFound
}

func (e *jsonFunc) any(doc []byte, p *jsonpath.Path, _ uint32) jsonState {
	switch {
	case p.Wild && len(e.result.Spans) == 0, !p.Wild && doc[e.result.Spans[0].Start] == 'n':
		return jsonEmpty
	}
	return jsonFound
}

func (e *jsonFunc) container(doc []byte, p *jsonpath.Path, i uint32) jsonState {
	list, scalar := p.Wild, false
	if !p.Wild {
		switch doc[e.result.Spans[0].Start] {
		case 'n':
			return jsonEmpty
		case '[':
			list = true
		case '{':
		default:
			scalar = true
		}
	}
	wrap := e.wrapper == "UNCONDITIONAL" || e.wrapper == "CONDITIONAL" && !list
	if scalar && !wrap {
		return lacks(p)
	}
	dst := e.text.data
	if wrap {
		dst = append(dst, '[')
	}
	if p.Wild {
		dst = append(dst, '[')
	}
	for k, s := range e.result.Spans {
		if k > 0 {
			dst = append(dst, ',')
		}
		dst = jsonpath.AppendCompact(dst, doc[s.Start:s.End])
	}
	if p.Wild {
		dst = append(dst, ']')
	}
	if wrap {
		dst = append(dst, ']')
	}
	e.text.data = dst
	e.text.ends[i] = int32(len(dst))
	return jsonFound
}
