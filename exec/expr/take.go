package expr

import "slices"

// take copies the selected rows of v.
func (s *scratch) take(v *vec, c *call) {
	switch s.class {
	case ints:
		takeValues(s.ints, v.ints, v.konst, c.sel)
	case floats:
		takeValues(s.floats, v.floats, v.konst, c.sel)
	case bools:
		takeValues(s.bools, v.bools, v.konst, c.sel)
	case texts:
		s.takeTexts(v, c.sel)
	}
	if v.null == nil && s.null == nil {
		return
	}
	null := s.nulls(c.n)
	for _, i := range c.sel {
		null[i] = v.isNull(i)
	}
}

func takeValues[T int64 | float64 | bool](out, values []T, konst bool, sel []uint32) {
	if konst {
		k := values[0]
		for _, i := range sel {
			out[i] = k
		}
		return
	}
	for _, i := range sel {
		out[i] = values[i]
	}
}

// takeTexts has a constant once, for all rows that take it.
func (s *scratch) takeTexts(v *vec, sel []uint32) {
	if v.konst {
		from := int32(len(s.data))
		if !v.isNull(0) {
			s.data = append(s.data, v.text(0)...)
		}
		to := int32(len(s.data))
		s.data = slices.Grow(s.data, shortText) // as gatherAll likes it
		for _, i := range sel {
			s.starts[i], s.ends[i] = from, to
		}
		return
	}
	for _, i := range sel {
		if v.isNull(i) {
			s.setText(i, nil)
		} else {
			s.setText(i, v.text(i))
		}
	}
}
