package jsonpath

// Span is the bytes of a value in its document, without space around it.
type Span struct{ Start, End int }

// Result is what a path finds. Its buffer is used again by the next Find.
type Result struct {
	Spans []Span
	// Valid: the document is JSON. Reached: everything before the first * is there.
	Valid, Reached bool
}

// Find looks for the path in a document. Of members with the same name the last
// counts.
func (p *Path) Find(doc []byte, r *Result) {
	s := finder{path: p, doc: doc, out: r.Spans[:0]}
	ok := s.value(0, 0)
	s.space()
	r.Spans, r.Reached, r.Valid = s.out, s.reached, ok && s.at == len(doc)
	if !r.Valid {
		r.Spans, r.Reached = r.Spans[:0], false
	}
}

// maxDepth is how deep arrays and objects may stand in each other.
const maxDepth = 1000

type finder struct {
	path    *Path
	doc     []byte
	at      int
	out     []Span
	reached bool
}

// off is the number of steps of a value that is not on the path.
const off = -1

func (s *finder) space() {
	for s.at < len(s.doc) {
		switch s.doc[s.at] {
		case ' ', '\n', '\r', '\t':
			s.at++
		default:
			return
		}
	}
}

// value reads a value at which steps of the path have led, or off.
func (s *finder) value(steps, depth int) bool {
	s.space()
	if s.at == len(s.doc) || depth > maxDepth {
		return false
	}
	start, ok := s.at, false
	found := steps == len(s.path.steps)
	inner := steps
	if found {
		inner = off
	}
	switch c := s.doc[s.at]; c {
	case '{':
		ok = s.object(inner, depth)
	case '[':
		ok = s.array(inner, depth)
	case '"':
		ok = s.text()
	case 't':
		ok = s.word("true")
	case 'f':
		ok = s.word("false")
	case 'n':
		ok = s.word("null")
	default:
		ok = s.number()
	}
	if found && ok {
		s.out = append(s.out, Span{start, s.at})
	}
	return ok
}

func (s *finder) word(w string) bool {
	if len(s.doc)-s.at < len(w) || string(s.doc[s.at:s.at+len(w)]) != w {
		return false
	}
	s.at += len(w)
	return true
}

func (s *finder) step(steps int) (step, bool) {
	if steps == off {
		return step{}, false
	}
	st := s.path.steps[steps]
	s.reached = s.reached || st.kind == every
	return st, true
}

func (s *finder) object(steps, depth int) bool {
	st, on := s.step(steps)
	s.at++
	if s.space(); s.next('}') {
		return true
	}
	mark := -1
	for {
		s.space()
		start := s.at
		if s.at == len(s.doc) || s.doc[s.at] != '"' || !s.text() {
			return false
		}
		inner := off
		if on && (st.kind == every || st.kind == member && equalText(s.doc[start:s.at], st.name)) {
			inner = steps + 1
		}
		if s.space(); !s.next(':') {
			return false
		}
		if inner != off && st.kind == member {
			if mark >= 0 {
				s.out = s.out[:mark] // the name came before
			}
			mark = len(s.out)
		}
		if !s.value(inner, depth+1) {
			return false
		}
		if s.space(); s.next('}') {
			return true
		}
		if !s.next(',') {
			return false
		}
	}
}

func (s *finder) array(steps, depth int) bool {
	st, on := s.step(steps)
	s.at++
	if s.space(); s.next(']') {
		return true
	}
	for i := 0; ; i++ {
		inner := off
		if on && (st.kind == every || st.kind == element && st.index == i) {
			inner = steps + 1
		}
		if !s.value(inner, depth+1) {
			return false
		}
		if s.space(); s.next(']') {
			return true
		}
		if !s.next(',') {
			return false
		}
	}
}

func (s *finder) next(c byte) bool {
	if s.at == len(s.doc) || s.doc[s.at] != c {
		return false
	}
	s.at++
	return true
}

// text reads a string with its quotes.
func (s *finder) text() bool {
	doc := s.doc
	for i := s.at + 1; i < len(doc); i++ {
		switch c := doc[i]; {
		case c == '"':
			s.at = i + 1
			return true
		case c == '\\':
			if s.at = i; !s.escape() {
				return false
			}
			i = s.at
		case c < ' ':
			return false
		}
	}
	return false
}

// escape steps to the last byte of an escape.
func (s *finder) escape() bool {
	s.at++
	if s.at == len(s.doc) {
		return false
	}
	switch s.doc[s.at] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	case 'u':
		if len(s.doc)-s.at < 5 {
			return false
		}
		_, ok := hex4(s.doc[s.at+1:])
		s.at += 4
		return ok
	}
	return false
}

func (s *finder) number() bool {
	s.next('-')
	switch {
	case s.next('0'):
	case s.digits() == 0:
		return false
	}
	if s.next('.') && s.digits() == 0 {
		return false
	}
	if s.next('e') || s.next('E') {
		if !s.next('+') {
			s.next('-')
		}
		return s.digits() > 0
	}
	return true
}

func (s *finder) digits() int {
	start := s.at
	for s.at < len(s.doc) && s.doc[s.at] >= '0' && s.doc[s.at] <= '9' {
		s.at++
	}
	return s.at - start
}
