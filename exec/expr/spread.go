package expr

// spread is the values of a column, or a constant as often as a batch has rows: a loop
// over two columns is then the only one an operator needs.
type spread struct {
	ints   []int64
	floats []float64
}

func (s *spread) intsOf(v *vec, n int) []int64 { return repeated(&s.ints, v.ints, v.konst, n) }

func (s *spread) floatsOf(v *vec, n int) []float64 { return repeated(&s.floats, v.floats, v.konst, n) }

// repeated is the first n values, or n times the constant in buf, where it stays: the
// value of a constant is always the same.
func repeated[T int64 | float64](buf *[]T, values []T, konst bool, n int) []T {
	if !konst {
		return values[:n]
	}
	for len(*buf) < n {
		*buf = append(*buf, values[0])
	}
	return (*buf)[:n]
}
