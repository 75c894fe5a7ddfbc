package expr

import (
	"math/rand/v2"
	"testing"
)

// TestLikeAgainstNaive compares both matchers of LIKE with one that tries
// everything, on texts of few letters.
func TestLikeAgainstNaive(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	random := func(letters []rune) string {
		out := make([]rune, rng.IntN(7))
		for i := range out {
			out[i] = letters[rng.IntN(len(letters))]
		}
		return string(out)
	}
	for range 200_000 {
		s, p := random([]rune("abé%")), random([]rune("abé%_!"))
		want, ok := naiveLike([]rune(s), []rune(p))
		got, valid := matchLike([]byte(s), []byte(p), '!')
		if valid != ok || got != want {
			t.Fatalf("%q LIKE %q is %v (%v), want %v (%v)", s, p, got, valid, want, ok)
		}
		if pieces, plain := likePieces([]byte(p), '!'); plain && len(pieces) > 1 {
			first, last := pieces[0], pieces[len(pieces)-1]
			got := len(s) >= len(first)+len(last) && s[:len(first)] == string(first) && s[len(s)-len(last):] == string(last) &&
				inOrder([]byte(s[len(first):len(s)-len(last)]), pieces[1:len(pieces)-1])
			if got != want {
				t.Fatalf("%q LIKE %q in pieces is %v", s, p, got)
			}
		}
	}
}

func naiveLike(s, p []rune) (match, ok bool) {
	for i := 0; i < len(p); i++ {
		if p[i] == '!' {
			if i++; i == len(p) {
				return false, false
			}
		}
	}
	var try func(s, p []rune) bool
	try = func(s, p []rune) bool {
		switch {
		case len(p) == 0:
			return len(s) == 0
		case p[0] == '%':
			return try(s, p[1:]) || len(s) > 0 && try(s[1:], p)
		case p[0] == '!':
			return len(s) > 0 && s[0] == p[1] && try(s[1:], p[2:])
		}
		return len(s) > 0 && (p[0] == '_' || p[0] == s[0]) && try(s[1:], p[1:])
	}
	return try(s, p), true
}
