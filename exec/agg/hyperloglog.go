package agg

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// How exact distinct values are counted, and what is kept of more: 2^16 registers have a
// relative standard error of 0.41 %.
const (
	exactDistinct = 10_000
	hllBits       = 16
	hllRegisters  = 1 << hllBits
	hllMost       = 64 - hllBits // the greatest rank but one
)

// sketch is the distinct values of a group, by hash: all of them while they are few, then the
// registers of a HyperLogLog.
type sketch struct {
	set  []uint64 // open addressing; 0 is free
	n    int
	regs []uint8
}

// mixed spreads a hash over all bits; never 0.
func mixed(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	h ^= h >> 33
	return max(h, 1)
}

// add takes a mixed hash.
func (s *sketch) add(h uint64) {
	if s.regs != nil {
		s.register(h)
		return
	}
	if 2*(s.n+1) > len(s.set) {
		s.resize(max(16, 2*len(s.set)))
	}
	mask := uint64(len(s.set) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		switch s.set[i] {
		case h:
			return
		case 0:
			s.set[i] = h
			if s.n++; s.n > exactDistinct {
				s.spill()
			}
			return
		}
	}
}

func (s *sketch) resize(n int) {
	old := s.set
	s.set, s.n = make([]uint64, n), 0
	for _, h := range old {
		if h != 0 {
			s.add(h)
		}
	}
}

// spill goes over to registers.
func (s *sketch) spill() {
	s.regs = make([]uint8, hllRegisters)
	for _, h := range s.set {
		if h != 0 {
			s.register(h)
		}
	}
	s.set, s.n = nil, 0
}

// register notes the place of the first one bit behind those that choose the register.
func (s *sketch) register(h uint64) {
	rank := uint8(min(bits.LeadingZeros64(h<<hllBits), hllMost) + 1)
	if r := &s.regs[h>>(64-hllBits)]; rank > *r {
		*r = rank
	}
}

// merge adds what another sketch has seen.
func (s *sketch) merge(o *sketch) {
	if o.regs == nil {
		for _, h := range o.set {
			if h != 0 {
				s.add(h)
			}
		}
		return
	}
	if s.regs == nil {
		s.spill()
	}
	for i, r := range o.regs {
		s.regs[i] = max(s.regs[i], r)
	}
}

// count is how many distinct values there were: by the unbiased estimator of Ertl (2017) where
// they are not all kept.
func (s *sketch) count() int64 {
	if s.regs == nil {
		return int64(s.n)
	}
	var of [hllMost + 2]float64 // registers of each rank
	for _, r := range s.regs {
		of[r]++
	}
	const m = float64(hllRegisters)
	z := m * tau(1-of[hllMost+1]/m)
	for k := hllMost; k > 0; k-- {
		z = (z + of[k]) / 2
	}
	z += m * sigma(of[0]/m)
	return int64(math.Round(m * m / (2 * math.Ln2 * z)))
}

// sigma is x + the sum of x^(2^k) 2^(k-1).
func sigma(x float64) float64 {
	if x == 1 {
		return math.Inf(1)
	}
	z, y := x, 1.0
	for before := -1.0; z != before; y *= 2 {
		x *= x
		before, z = z, z+x*y
	}
	return z
}

// tau is a third of 1 - x - the sum of (1 - x^(2^-k))^2 2^-k.
func tau(x float64) float64 {
	if x == 0 || x == 1 {
		return 0
	}
	z, y := 1-x, 1.0
	for before := -1.0; z != before; {
		x = math.Sqrt(x)
		y /= 2
		before, z = z, z-(1-x)*(1-x)*y
	}
	return z / 3
}

// append writes the sketch: the registers, or the hashes.
func (s *sketch) append(dst []byte) []byte {
	if s.regs != nil {
		return append(append(dst, 1), s.regs...)
	}
	dst = append(dst, 0)
	for _, h := range s.set {
		if h != 0 {
			dst = binary.LittleEndian.AppendUint64(dst, h)
		}
	}
	return dst
}

// mergeFrom is merge with a sketch as append wrote it.
func (s *sketch) mergeFrom(p []byte) {
	if len(p) == 0 {
		return
	}
	if kind, p := p[0], p[1:]; kind == 1 && len(p) == hllRegisters {
		s.merge(&sketch{regs: p})
	} else {
		for ; len(p) >= 8; p = p[8:] {
			s.add(binary.LittleEndian.Uint64(p))
		}
	}
}

func (s sketch) clone() sketch {
	s.set = append([]uint64(nil), s.set...)
	if s.regs != nil {
		s.regs = append([]uint8(nil), s.regs...)
	}
	return s
}

func (s *sketch) bytes() int64 { return int64(8*cap(s.set) + cap(s.regs)) }
