package expr

import "math/bits"

// dense computes all rows, without looking at each result. false: one of them, perhaps
// a dead one, may not fit, or the operation is none of these.
func (e *arithInt) dense(out, a, b []int64) bool {
	a, b = a[:len(out)], b[:len(out)]
	low, high := bounds(e.of)
	wrong := int64(0) // negative once something did not fit
	switch {
	case e.op == "+" && e.wide():
		for i := range out {
			s := a[i] + b[i]
			out[i], wrong = s, wrong|(a[i]^s)&(b[i]^s)
		}
	case e.op == "-" && e.wide():
		for i := range out {
			d := a[i] - b[i]
			out[i], wrong = d, wrong|(a[i]^b[i])&(a[i]^d)
		}
	case e.op == "+":
		for i := range out {
			s := a[i] + b[i]
			out[i], wrong = s, wrong|(a[i]^s)&(b[i]^s)|(s-low)|(high-s)
		}
	case e.op == "-":
		for i := range out {
			d := a[i] - b[i]
			out[i], wrong = d, wrong|(a[i]^b[i])&(a[i]^d)|(d-low)|(high-d)
		}
	case e.op == "*" && e.down == 0:
		return e.denseProduct(out, a, b, low, high)
	default:
		return false
	}
	return wrong >= 0
}

// wide holds for the type of all values of 64 bits.
func (e *arithInt) wide() bool { low, high := bounds(e.of); return low == -1<<63 && high == 1<<63-1 }

// denseProduct looks at the upper halves of the products: they are the sign of the lower
// ones where these are all.
func (e *arithInt) denseProduct(out, a, b []int64, low, high int64) bool {
	a, b = a[:len(out)], b[:len(out)]
	upper, wrong := uint64(0), int64(0)
	for i := range out {
		x, y := a[i], b[i]
		hi, lo := bits.Mul64(uint64(x), uint64(y))
		hi -= uint64(x>>63&y) + uint64(y>>63&x) // of the signed product
		p := int64(lo)
		upper |= hi ^ uint64(p>>63)
		out[i] = p
	}
	if !e.wide() {
		for _, p := range out {
			wrong |= (p - low) | (high - p)
		}
	}
	return upper == 0 && wrong >= 0
}
