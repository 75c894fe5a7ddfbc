package agg

import (
	"encoding/binary"
	"math/bits"

	"github.com/cespare/xxhash/v2"
)

// word is a key of up to 16 bytes whole, as two overlapping halves and its
// length; of a longer key it is the hash and the length.
type word struct {
	lo, hi uint64
	n      uint32
}

const (
	shortKey = 16
	// nullKey is the length of NULL: longer than any value, and not long().
	nullKey = ^uint32(0)
)

// long tells that equal words may be different keys.
func (w word) long() bool { return w.n > shortKey && w.n != nullKey }

// wordOf needs no loop and no branch on the content of the key.
func wordOf(b []byte) word {
	switch n := len(b); {
	case n > shortKey:
		return word{lo: xxhash.Sum64(b), n: uint32(n)}
	case n >= 8:
		return word{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[n-8:]), uint32(n)}
	case n >= 4:
		return word{uint64(binary.LittleEndian.Uint32(b)), uint64(binary.LittleEndian.Uint32(b[n-4:])), uint32(n)}
	case n > 0:
		return word{lo: uint64(b[0]) | uint64(b[n/2])<<8 | uint64(b[n-1])<<16, n: uint32(n)}
	}
	return word{}
}

// hash is the same in every process: the exchange relies on it.
func (w word) hash() uint64 {
	const m1, m2 = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93
	h, l := bits.Mul64(w.lo^m1^uint64(w.n), w.hi^m2)
	x := h ^ l
	return x ^ x>>32*m2
}
