package format

import (
	"encoding/binary"
	"math/bits"
)

// Eight bytes at a time: the masks below have the top bit set in every byte
// that satisfies a condition. Only the lowest such bit is exact: a borrow or a
// carry may spoil the bytes above it.

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// load8 is the eight bytes at b[i:], the first in the lowest bits.
func load8(b []byte, i int) uint64 { return binary.LittleEndian.Uint64(b[i : i+8 : i+8]) }

func store8(b []byte, i int, w uint64) { binary.LittleEndian.PutUint64(b[i:i+8:i+8], w) }

// firstByte is the index of the byte whose bit is the lowest in mask.
func firstByte(mask uint64) int { return bits.TrailingZeros64(mask) >> 3 }

// textStops marks what ends the short way through a JSON string: the quote, the
// backslash, control characters and everything outside ASCII.
func textStops(w uint64) uint64 {
	quote, backslash := w^'"'*lows, w^'\\'*lows
	return ((quote - lows) | (backslash - lows) | (w - ' '*lows) | w) & highs
}

// escapeStops marks what JSON strings escape: quote, backslash, control
// characters.
func escapeStops(w uint64) uint64 {
	quote, backslash := w^'"'*lows, w^'\\'*lows
	return ((quote - lows) | (backslash - lows) | (w - ' '*lows)) &^ w & highs
}

// fieldStops marks what may end a CSV field: the delimiter (given in all bytes),
// the quote, and control characters, among them both line ends.
func fieldStops(w, delimiters uint64) uint64 {
	d, q := w^delimiters, w^'"'*lows
	return ((d-lows)&^d | (q-lows)&^q | (w-' '*lows)&^w) & highs
}

// digitsOf turns ASCII digits into their values and marks the other bytes.
func digitsOf(w uint64) (values, others uint64) {
	values = w ^ '0'*lows
	return values, (values + 0x76*lows | values) & highs
}

// eightDigits is the number that eight digit values spell, the first in the
// lowest byte.
func eightDigits(values uint64) uint64 {
	values = values*10 + values>>8
	return ((values&0x000000ff000000ff)*0x000f424000000064 +
		((values>>16)&0x000000ff000000ff)*0x0000271000000001) >> 32
}

// leadingDigits is the number that the first n digit values spell, n in 1..8.
func leadingDigits(values uint64, n int) uint64 {
	return eightDigits(values << (64 - 8*uint(n)))
}
