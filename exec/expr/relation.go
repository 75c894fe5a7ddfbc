package expr

// relation is a comparison as one of three and its negation. For floats that is more
// than an economy: NaN, which stands above all numbers, is not less than one, and the
// negation of that is true.
type relation struct {
	kind relationKind
	not  bool
}

type relationKind uint8

const (
	less relationKind = iota
	lessEqual
	same
)

func relationOf(op string) relation {
	switch op {
	case "=":
		return relation{same, false}
	case "<>":
		return relation{same, true}
	case "<":
		return relation{less, false}
	case ">=":
		return relation{less, true}
	case "<=":
		return relation{lessEqual, false}
	}
	return relation{lessEqual, true} // >
}

// mirrored is the same with the operands exchanged.
func (r relation) mirrored() relation {
	switch r.kind {
	case less: // a < b is NOT b <= a
		return relation{lessEqual, !r.not}
	case lessEqual:
		return relation{less, !r.not}
	}
	return r
}

// holds is the verdict on operands in this order.
func (r relation) holds(order int) bool {
	switch r.kind {
	case less:
		return (order < 0) != r.not
	case lessEqual:
		return (order <= 0) != r.not
	}
	return (order == 0) != r.not
}

// pickConst is the rows of c.sel whose value stands in a relation to k.
func pickConst[T int32 | int64 | float64](rel relation, out []uint32, values []T, k T, c *call) []uint32 {
	if len(c.sel) == c.n {
		return pickDense(rel, out, values[:c.n], k)
	}
	n, not := 0, b2i(rel.not)
	switch rel.kind {
	case less:
		for _, i := range c.sel {
			out[n] = i
			n += b2i(values[i] < k) ^ not
		}
	case lessEqual:
		for _, i := range c.sel {
			out[n] = i
			n += b2i(values[i] <= k) ^ not
		}
	case same:
		for _, i := range c.sel {
			out[n] = i
			n += b2i(values[i] == k) ^ not
		}
	}
	return out[:n]
}

func pickDense[T int32 | int64 | float64](rel relation, out []uint32, values []T, k T) []uint32 {
	n, not := 0, b2i(rel.not)
	switch rel.kind {
	case less:
		for i, v := range values {
			out[n] = uint32(i)
			n += b2i(v < k) ^ not
		}
	case lessEqual:
		for i, v := range values {
			out[n] = uint32(i)
			n += b2i(v <= k) ^ not
		}
	case same:
		for i, v := range values {
			out[n] = uint32(i)
			n += b2i(v == k) ^ not
		}
	}
	return out[:n]
}

func compareConst[T int64 | float64](rel relation, out []bool, values []T, k T) {
	out = out[:len(values)]
	switch rel.kind {
	case less:
		for i, v := range values {
			out[i] = (v < k) != rel.not
		}
	case lessEqual:
		for i, v := range values {
			out[i] = (v <= k) != rel.not
		}
	case same:
		for i, v := range values {
			out[i] = (v == k) != rel.not
		}
	}
}

func compareDense[T int64 | float64](rel relation, out []bool, l, r []T) {
	out, r = out[:len(l)], r[:len(l)]
	switch rel.kind {
	case less:
		for i, v := range l {
			out[i] = (v < r[i]) != rel.not
		}
	case lessEqual:
		for i, v := range l {
			out[i] = (v <= r[i]) != rel.not
		}
	case same:
		for i, v := range l {
			out[i] = (v == r[i]) != rel.not
		}
	}
}

func compareSparse[T int64 | float64](rel relation, out []bool, l, r []T, lm, rm int, sel []uint32) {
	switch rel.kind {
	case less:
		for _, i := range sel {
			out[i] = (l[int(i)&lm] < r[int(i)&rm]) != rel.not
		}
	case lessEqual:
		for _, i := range sel {
			out[i] = (l[int(i)&lm] <= r[int(i)&rm]) != rel.not
		}
	case same:
		for _, i := range sel {
			out[i] = (l[int(i)&lm] == r[int(i)&rm]) != rel.not
		}
	}
}
