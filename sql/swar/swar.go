// Package swar works on eight bytes of text at a time, within one register. Masks have
// the top bit set in every byte that satisfies a condition; where a function says so,
// only the lowest such bit is exact: a borrow or a carry may spoil the bytes above it.
//
// In: bytes. Out: words, masks, numbers. It never allocates and knows no type of SQL.
package swar

import (
	"encoding/binary"
	"math/bits"
)

// A byte of Lows is 1, one of Highs has its top bit only.
const (
	Lows  = 0x0101010101010101
	Highs = 0x8080808080808080
)

// Load is the eight bytes at b[i:], the first in the lowest bits.
func Load(b []byte, i int) uint64 { return binary.LittleEndian.Uint64(b[i : i+8 : i+8]) }

// Store is the reverse of Load.
func Store(b []byte, i int, w uint64) { binary.LittleEndian.PutUint64(b[i:i+8:i+8], w) }

// First is the index of the byte whose bit is the lowest in a mask; 8 for none.
func First(mask uint64) int { return bits.TrailingZeros64(mask) >> 3 }

// Digits turns ASCII digits into their values and marks the other bytes; the lowest mark
// is exact.
func Digits(w uint64) (values, others uint64) {
	values = w ^ '0'*Lows
	return values, (values + 0x76*Lows | values) & Highs
}

// Eight is the number that eight digit values spell, the first in the lowest byte.
func Eight(values uint64) uint64 {
	values = values*10 + values>>8
	return ((values&0x000000ff000000ff)*0x000f424000000064 +
		((values>>16)&0x000000ff000000ff)*0x0000271000000001) >> 32
}

// Leading is the number that the first n digit values spell, n in 1..8.
func Leading(values uint64, n int) uint64 {
	return Eight(values << (64 - 8*uint(n)))
}

// ASCII tells that b has no byte above 127.
func ASCII(b []byte) bool {
	for len(b) >= 32 {
		if (Load(b, 0)|Load(b, 8)|Load(b, 16)|Load(b, 24))&Highs != 0 {
			return false
		}
		b = b[32:]
	}
	var all byte
	for _, c := range b {
		all |= c
	}
	return all < 0x80
}

// Letters marks the ASCII letters from first to first + 25, exactly; w has ASCII only.
func Letters(w uint64, first byte) uint64 {
	from, behind := uint64(0x80-first)*Lows, uint64(0x80-first-26)*Lows
	return (w + from) &^ (w + behind) & Highs
}
