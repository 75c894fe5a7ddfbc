package expr

import (
	"math/bits"

	"github.com/millrace-sql/millrace/sql/types"
)

// The loops here compute all rows and find out by one look at the end whether a result,
// perhaps that of a dead row, may not fit; false says so, or that the operation is none
// of these, and then rows are computed one by one. What they collect is the bits of all
// numbers that must be below a power of two.

// far is a distance from zero that sums of two numbers cannot leave 64 bits from.
const far = 1 << 62

// dense takes two columns, or a column and a constant.
func (e *arithInt) dense(out []int64, l, r *vec) bool {
	if e.op == "*" {
		return e.down == 0 && e.denseProduct(out, l, r)
	}
	if e.op == "/" {
		return false
	}
	a, b, bits := e.left.intsOf(l, len(out)), e.right.intsOf(r, len(out)), uint64(0)
	a, b = a[:len(out)], b[:len(out)]
	low, high := bounds(e.of)
	switch {
	case e.of.Kind == types.Decimal:
		return e.denseDecimal(out, a, b)
	case e.wide() && e.op == "+":
		for i := range out {
			out[i], bits = a[i]+b[i], bits|uint64(a[i]+far)|uint64(b[i]+far)
		}
	case e.wide():
		for i := range out {
			out[i], bits = a[i]-b[i], bits|uint64(a[i]+far)|uint64(b[i]+far)
		}
	case e.op == "+":
		for i := range out {
			s := a[i] + b[i]
			out[i], bits = s, bits|uint64(s-low)
		}
	default:
		for i := range out {
			d := a[i] - b[i]
			out[i], bits = d, bits|uint64(d-low)
		}
	}
	if e.wide() {
		return bits < 2*far
	}
	return bits <= uint64(high-low)
}

// wide holds for the type of all values of 64 bits.
func (e *arithInt) wide() bool { return e.of.Kind != types.Decimal && !e.narrow() }

// narrow holds for the types whose results cannot leave 64 bits.
func (e *arithInt) narrow() bool { return e.of.IsInteger() && e.of.Kind != types.BigInt }

// denseSmall adds or subtracts a column of INTEGER as it stands in Arrow.
func (e *arithInt) denseSmall(out, a []int64, b []int32) bool {
	if e.of.Kind != types.BigInt || e.op != "+" && e.op != "-" {
		return false
	}
	bits := uint64(0)
	a, b = a[:len(out)], b[:len(out)]
	if e.op == "+" {
		for i := range out {
			out[i], bits = a[i]+int64(b[i]), bits|uint64(a[i]+far)
		}
	} else {
		for i := range out {
			out[i], bits = a[i]-int64(b[i]), bits|uint64(a[i]+far)
		}
	}
	return bits < 2*far
}

// denseDecimal is for bounds that are no powers of two: wrong is negative once a result
// is beyond one.
func (e *arithInt) denseDecimal(out, a, b []int64) bool {
	low, high := bounds(e.of)
	a, b = a[:len(out)], b[:len(out)]
	wrong := int64(0)
	if e.op == "+" {
		for i := range out {
			s := a[i] + b[i]
			out[i], wrong = s, wrong|(a[i]^s)&(b[i]^s)|(s-low)|(high-s)
		}
	} else {
		for i := range out {
			d := a[i] - b[i]
			out[i], wrong = d, wrong|(a[i]^b[i])&(a[i]^d)|(d-low)|(high-d)
		}
	}
	return wrong >= 0
}

func (e *arithInt) denseProduct(out []int64, l, r *vec) bool {
	if l.konst {
		l, r = r, l
	}
	low, high := bounds(e.of)
	switch {
	case e.wide() && r.konst:
		return productConst(out, l.ints[:len(out)], r.ints[0])
	case e.narrow():
		a, b, bits := l.ints[:len(out)], e.right.intsOf(r, len(out)), uint64(0)
		b = b[:len(out)]
		for i, x := range a {
			p := x * b[i]
			out[i], bits = p, bits|uint64(p-low)
		}
		return bits <= uint64(high-low)
	}
	a, b, upper, wrong := l.ints[:len(out)], e.right.intsOf(r, len(out)), uint64(0), int64(0)
	b = b[:len(out)]
	for i, x := range a {
		// The upper half of a product is the sign of the lower one where that is all.
		hi, lo := bits.Mul64(uint64(x), uint64(b[i]))
		hi -= uint64(x>>63&b[i]) + uint64(b[i]>>63&x) // of the signed product
		out[i] = int64(lo)
		upper |= hi ^ uint64(int64(lo)>>63)
	}
	if e.of.Kind == types.Decimal {
		for _, p := range out {
			wrong |= (p - low) | (high - p)
		}
	}
	return upper == 0 && wrong >= 0
}

// productConst is false where a factor has more bits than a product by k leaves room
// for.
func productConst(out, a []int64, k int64) bool {
	room := 62 - bits.Len64(magnitude(k))
	if room < 1 {
		return false
	}
	limit, seen := int64(1)<<room, uint64(0)
	out = out[:len(a)]
	for i, x := range a {
		out[i], seen = x*k, seen|uint64(x+limit)
	}
	return seen < 2*uint64(limit)
}
