package agg

import "reflect"

// sizes estimates the memory that the states of a program's aggregate refer to: slices,
// maps, texts. A group is measured when it first appears, and again when one of its rows
// is in the sample: the last of every measureEvery rows of a batch. So a group that grows
// is measured about once in as many of its rows, and one that rests has its last size.
type sizes struct {
	of    []int64 // per group, as last measured
	total int64
}

const (
	measureEvery = 64
	// measureNodes bounds the values that are looked at for one group; of a longer slice
	// or map the rest counts as what was seen.
	measureNodes = 256
)

// measure looks at the groups old to n-1, which are new, and at the sample.
func (s *sizes) measure(old, n int, groups []uint32, size func(group uint32) int64) {
	s.of = grown(s.of, n)
	note := func(g uint32) {
		v := size(g)
		s.total += v - s.of[g]
		s.of[g] = v
	}
	for g := old; g < n; g++ {
		note(uint32(g))
	}
	for i := len(groups) - 1; i >= 0; i -= measureEvery {
		note(groups[i])
	}
}

func (s *sizes) reset() { s.of, s.total = s.of[:0], 0 }

func (s *sizes) bytes() int64 { return s.total + int64(cap(s.of))*8 }

// sizeBehind is the memory that *p refers to, *p itself left out. Memory that two values
// share counts twice.
func sizeBehind(p any) int64 {
	m := measuring{left: measureNodes}
	return m.behind(reflect.ValueOf(p).Elem())
}

// refers tells whether values of t refer to other memory. Texts never change: they may
// be left out.
func refers(t reflect.Type, texts bool) bool {
	switch t.Kind() {
	case reflect.Array:
		return refers(t.Elem(), texts)
	case reflect.Struct:
		for i := range t.NumField() {
			if refers(t.Field(i).Type, texts) {
				return true
			}
		}
		return false
	case reflect.String:
		return texts
	}
	return t.Kind() > reflect.Complex128
}

// measuring is one walk; left is how many values it may still look at.
type measuring struct{ left int }

func (m *measuring) behind(v reflect.Value) int64 {
	m.left--
	switch v.Kind() {
	case reflect.String:
		return int64(v.Len())
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return 0
		}
		e := v.Elem()
		size := int64(0)
		if m.left > 0 {
			size = m.behind(e)
		}
		return size + int64(e.Type().Size())
	case reflect.Slice:
		return int64(v.Cap())*int64(v.Type().Elem().Size()) + m.items(v)
	case reflect.Array:
		return m.items(v)
	case reflect.Map:
		return m.mapped(v)
	case reflect.Struct:
		size := int64(0)
		for i := range v.NumField() {
			size += m.behind(v.Field(i))
		}
		return size
	}
	return 0
}

// items is what the items of a slice or array refer to.
func (m *measuring) items(v reflect.Value) int64 {
	if v.Len() == 0 || !refers(v.Type().Elem(), true) {
		return 0
	}
	size, seen := int64(0), 0
	for seen < v.Len() && m.left > 0 {
		size += m.behind(v.Index(seen))
		seen++
	}
	return scaled(size, seen, v.Len())
}

// mapped is a map: its tables have room for about twice what is in them.
func (m *measuring) mapped(v reflect.Value) int64 {
	n := v.Len()
	if n == 0 {
		return 0
	}
	key, value := v.Type().Key(), v.Type().Elem()
	size := int64(n) * 2 * (int64(key.Size()+value.Size()) + 1)
	deep, seen := int64(0), 0
	for it := v.MapRange(); seen < n && m.left > 0 && it.Next(); seen++ {
		deep += m.behind(it.Key()) + m.behind(it.Value())
	}
	return size + scaled(deep, seen, n)
}

// scaled is the size of n things of which seen were looked at.
func scaled(size int64, seen, n int) int64 {
	if seen == 0 {
		return 0
	}
	return size / int64(seen) * int64(n)
}
