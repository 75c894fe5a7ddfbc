package format

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// randomNumber spells numbers of all lengths in JSON's grammar.
func randomNumber(r *rand.Rand) string {
	var b strings.Builder
	if r.IntN(3) == 0 {
		b.WriteByte('-')
	}
	whole := r.IntN(22)
	if whole == 0 {
		b.WriteByte('0')
	}
	for i := range whole {
		b.WriteByte(byte('0' + r.IntN(10)))
		if i == 0 && b.String()[b.Len()-1] == '0' {
			break
		}
	}
	if r.IntN(2) == 0 {
		b.WriteByte('.')
		for range 1 + r.IntN(22) {
			b.WriteByte("0123456789559900"[r.IntN(16)])
		}
	}
	if r.IntN(4) == 0 {
		fmt.Fprintf(&b, "%c%+d", "eE"[r.IntN(2)], r.IntN(60)-30)
	}
	return b.String()
}

// TestNumbers holds the number reader against strconv and exact arithmetic, at
// the end of the text and in the middle of it.
func TestNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 50_000 {
		text := randomNumber(r)
		for _, tail := range []string{"", "}", ", 0123456789012345678901234567890123456789"} {
			b := []byte("x" + text + tail)
			n, end := scanNumber(b, 1)
			if end != 1+len(text) {
				t.Fatalf("%s%s ends at %d", text, tail, end)
			}
			f, err := strconv.ParseFloat(text, 64)
			if got, ok := n.float64([]byte(text)); ok != (err == nil) || ok && math.Float64bits(got) != math.Float64bits(f) {
				t.Fatalf("%s: DOUBLE %v, want %v", text, got, f)
			}
			f, err = strconv.ParseFloat(text, 32)
			if got, ok := n.float32([]byte(text)); ok != (err == nil) || ok && got != float32(f) {
				t.Fatalf("%s: REAL %v, want %v", text, got, f)
			}
			checkDecimal(t, n, text, r.IntN(19))
		}
	}
}

func checkDecimal(t *testing.T, n number, text string, scale int) {
	t.Helper()
	const limit = 999_999_999_999_999_999
	exact, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatal(text)
	}
	exact.Mul(exact, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)))
	mag := new(big.Rat).Abs(exact)
	mag.Add(mag, big.NewRat(1, 2))
	want := new(big.Int).Quo(mag.Num(), mag.Denom())
	if exact.Sign() < 0 {
		want.Neg(want)
	}
	v, isExact, ok := n.unscaled([]byte(text), scale, limit)
	fits := want.CmpAbs(big.NewInt(limit)) <= 0
	if ok != fits || ok && (v != want.Int64() || isExact != exact.IsInt()) {
		t.Fatalf("%s at scale %d: %d %v %v, want %s %v %v", text, scale, v, isExact, ok, want, exact.IsInt(), fits)
	}
}

func TestNumberGrammar(t *testing.T) {
	for _, c := range []struct {
		text          string
		strict, text2 bool // as JSON, as a string
	}{
		{"0", true, true}, {"-0", true, true}, {"1.0e+5", true, true}, {"1E5", true, true},
		{"+1", false, true}, {"01", false, true}, {"1.", false, true}, {".5", false, true}, {"-.5", false, true},
		{"", false, false}, {"-", false, false}, {".", false, false}, {"1e", false, false}, {"1e+", false, false},
		{"1x", false, false}, {"0x1", false, false}, {"--1", false, false}, {"1_0", false, false}, {"e5", false, false},
	} {
		for _, tail := range []string{"", strings.Repeat(" ", padding)} {
			_, end := scanNumber([]byte(c.text+tail), 0)
			if (end == len(c.text) && end > 0) != c.strict {
				t.Errorf("%q as JSON ends at %d", c.text, end)
			}
		}
		_, end := scanNumberText([]byte(c.text), 0, false)
		if (end == len(c.text) && end > 0) != c.text2 {
			t.Errorf("%q as a string ends at %d", c.text, end)
		}
	}
}
