package format

import "github.com/millrace-sql/millrace/sql/swar"

// The masks below are those of package swar; only the lowest bit is exact.

// textStops marks what ends the short way through a JSON string: the quote, the
// backslash, control characters and everything outside ASCII.
func textStops(w uint64) uint64 {
	quote, backslash := w^'"'*swar.Lows, w^'\\'*swar.Lows
	return ((quote - swar.Lows) | (backslash - swar.Lows) | (w - ' '*swar.Lows) | w) & swar.Highs
}

// escapeStops marks what JSON strings escape: quote, backslash, control
// characters.
func escapeStops(w uint64) uint64 {
	quote, backslash := w^'"'*swar.Lows, w^'\\'*swar.Lows
	return ((quote - swar.Lows) | (backslash - swar.Lows) | (w - ' '*swar.Lows)) &^ w & swar.Highs
}

// fieldStops marks what may end a CSV field: the delimiter (given in all bytes),
// the quote, and control characters, among them both line ends.
func fieldStops(w, delimiters uint64) uint64 {
	d, q := w^delimiters, w^'"'*swar.Lows
	return ((d-swar.Lows)&^d | (q-swar.Lows)&^q | (w-' '*swar.Lows)&^w) & swar.Highs
}
