package swar

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"
)

// TestLetters compares every byte in every place with a loop.
func TestLetters(t *testing.T) {
	for _, first := range []byte{'a', 'A'} {
		for c := range byte(0x80) {
			for place := range 8 {
				b := []byte("mMzZ@[`{")
				b[place] = c
				got, want := Letters(Load(b, 0), first), uint64(0)
				for i, x := range b {
					if x >= first && x < first+26 {
						want |= 0x80 << (8 * i)
					}
				}
				if got != want {
					t.Fatalf("letters from %c in %q: %x, want %x", first, b, got, want)
				}
			}
		}
	}
}

func TestASCII(t *testing.T) {
	for n := range 70 {
		b := make([]byte, n)
		if !ASCII(b) {
			t.Errorf("%d zeros are not ASCII", n)
		}
		for i := range b {
			b[i] = 0x80
			if ASCII(b) {
				t.Errorf("byte %d of %d is not seen", i, n)
			}
			b[i] = 0x7f
		}
	}
}

func TestDigits(t *testing.T) {
	for range 10_000 {
		n := 1 + rand.IntN(8)
		v := rand.Uint64N(100_000_000)
		text := []byte(fmt.Sprintf("%08d", v)[8-n:] + "x1234567")
		values, others := Digits(Load(text, 0))
		if got := min(First(others), 8); got != n {
			t.Fatalf("%q begins with %d digits, not %d", text, n, got)
		}
		want, err := strconv.ParseUint(string(text[:n]), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if got := Leading(values, n); got != want {
			t.Fatalf("%d digits of %q are %d", n, text, got)
		}
	}
}
