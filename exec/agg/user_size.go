package agg

import (
	"reflect"
	"unsafe"
)

// sizes estimates the memory that the states of a program's aggregate refer to: slices,
// maps, texts. A group is measured with its first, second, fourth, eighth row and so on,
// and with every 64th: what it has grown since is less than that, or less than half.
type sizes struct {
	of    []measured
	total int64
}

// measured is a group: its size when it was measured, and its rows so far.
type measured struct {
	bytes int64
	rows  uint32
}

const (
	measureEvery = 64
	// measureNodes bounds the values that are looked at for one group; of a longer slice
	// or map the rest counts as what was seen.
	measureNodes = 256
)

// count counts a row of each of groups, and measures those that are due.
func (s *sizes) count(n int, groups []uint32, size func(group uint32) int64) {
	s.of = grown(s.of, n)
	for _, g := range groups {
		m := &s.of[g]
		m.rows++
		if m.rows&(m.rows-1) == 0 || m.rows%measureEvery == 0 {
			s.note(m, size(g))
		}
	}
}

// all measures each of groups.
func (s *sizes) all(n int, groups []uint32, size func(group uint32) int64) {
	s.of = grown(s.of, n)
	for _, g := range groups {
		s.note(&s.of[g], size(g))
	}
}

func (s *sizes) note(m *measured, bytes int64) {
	s.total += bytes - m.bytes
	m.bytes = bytes
}

func (s *sizes) reset() { s.of, s.total = s.of[:0], 0 }

func (s *sizes) bytes() int64 { return s.total + int64(cap(s.of))*int64(unsafe.Sizeof(measured{})) }

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
	return int64(float64(size) * float64(n) / float64(seen))
}
