package agg

import (
	"fmt"
	"math"
	"testing"
)

// TestSketch: exact up to 10,000 values, then within four standard errors; the same whether
// the values come together or in parts that are merged, also through the stored form.
func TestSketch(t *testing.T) {
	const sigma = 1.04 / 256
	for _, n := range []int{0, 1, 17, 9_999, 10_000, 10_001, 50_000, 170_000, 300_000, 1_000_000} {
		var whole, stored sketch
		parts := make([]sketch, 3)
		for i := range n {
			h := mixed(wordOf(fmt.Appendf(nil, "item %d", i)).hash())
			whole.add(h)
			whole.add(h)
			parts[i%3].add(h)
		}
		for i := range parts {
			stored.mergeFrom(parts[i].append(nil))
		}
		got := whole.count()
		if n <= exactDistinct && got != int64(n) || math.Abs(float64(got)-float64(n)) > 4*sigma*float64(n) {
			t.Errorf("%d values: %d", n, got)
		}
		if merged := stored.count(); merged != got {
			t.Errorf("%d values: %d, and %d in parts", n, got, merged)
		}
		if n > exactDistinct && whole.bytes() != hllRegisters {
			t.Errorf("%d values take %d bytes", n, whole.bytes())
		}
	}
}

// TestSketchOfNumbers: values that differ in a few bits are spread as others are.
func TestSketchOfNumbers(t *testing.T) {
	for _, step := range []uint64{1, 8, 1 << 20, 1 << 40} {
		var s sketch
		const n = 200_000
		for i := range uint64(n) {
			v := i * step
			s.add(mixed(word{lo: v, hi: v, n: 8}.hash()))
		}
		if got := float64(s.count()); math.Abs(got-n) > 4*1.04/256*n {
			t.Errorf("%d multiples of %d: %g", n, step, got)
		}
	}
}
