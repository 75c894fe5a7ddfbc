package forest

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// check holds a tree against what it must be: boxes and masses of what is below, and each
// point on its side of the cuts.
func check(t *testing.T, tr *tree, want map[string]int) {
	t.Helper()
	got := map[string]int{}
	var walk func(n, up int32) (low, high []float64, mass int32)
	walk = func(n, up int32) ([]float64, []float64, int32) {
		if tr.nodes[n].parent != up {
			t.Fatalf("node %d has parent %d, is below %d", n, tr.nodes[n].parent, up)
		}
		if tr.isLeaf(n) {
			got[fmt.Sprint(tr.lowOf(n))] += int(tr.nodes[n].mass)
			return tr.lowOf(n), tr.lowOf(n), tr.nodes[n].mass
		}
		k := tr.nodes[n]
		ll, lh, lm := walk(k.sides[0], n)
		rl, rh, rm := walk(k.sides[1], n)
		if lh[k.dim] > k.cut || rl[k.dim] <= k.cut {
			t.Fatalf("the cut %g of dimension %d does not part %g and %g", k.cut, k.dim, lh[k.dim], rl[k.dim])
		}
		for i := range ll {
			if tr.lowOf(n)[i] != min(ll[i], rl[i]) || tr.highOf(n)[i] != max(lh[i], rh[i]) {
				t.Fatalf("node %d has a wrong box", n)
			}
		}
		if tr.nodes[n].mass != lm+rm {
			t.Fatalf("node %d has mass %d, below it are %d and %d", n, tr.nodes[n].mass, lm, rm)
		}
		return tr.lowOf(n), tr.highOf(n), lm + rm
	}
	if tr.root != none {
		walk(tr.root, none)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("the tree has %v, want %v", got, want)
	}
}

// TestTree puts points in and takes them out, many of them equal.
func TestTree(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 50 {
		tr := newTree(1+round%3, 20)
		want := map[string]int{}
		var leaves []int32
		for range 300 {
			if len(leaves) == 20 || len(leaves) > 0 && rng.IntN(3) == 0 {
				k := rng.IntN(len(leaves))
				name := fmt.Sprint(tr.lowOf(leaves[k]))
				if want[name]--; want[name] == 0 {
					delete(want, name)
				}
				tr.remove(leaves[k])
				leaves = slices.Delete(leaves, k, k+1)
			} else {
				p := make([]float64, tr.dims)
				for i := range p {
					p[i] = float64(rng.IntN(6))
				}
				leaves = append(leaves, tr.insert(p, rng))
				want[fmt.Sprint(p)]++
			}
			check(t, tr, want)
		}
	}
}

// TestScore is the score of points against a tree of 0 and 1, worked out by hand: a cut of
// [0, 3] parts 3 from both with 2/3 at depth 0 (1), else from 1 at depth 1 (1/2), and a tree of
// mass 2 has the scale log2 3.
func TestScore(t *testing.T) {
	tr := newTree(1, 4)
	rng := rand.New(rand.NewPCG(3, 4))
	tr.insert([]float64{0}, rng)
	tr.insert([]float64{1}, rng)
	for x, want := range map[float64]float64{
		3: (2./3 + 1./3*1/2) * math.Log2(3),
		// Among the points: mass 1 of 2 damps by 1 - 1/4, depth 1 and a leaf of mass 1 by 1 + log2 2.
		1: 0.75 / 2 * math.Log2(3),
		// Inside the box, and at the leaf of neither point.
		0.5: 1. / 2 * math.Log2(3),
	} {
		if got := tr.score([]float64{x}); math.Abs(got-want) > 1e-12 {
			t.Errorf("score of %g: %g, want %g", x, got, want)
		}
	}
}

// TestChanceOfCuts: the first cut of 0, 1 and 10 parts 10 from the others nine times in ten.
func TestChanceOfCuts(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	apart := 0
	const rounds = 20_000
	for range rounds {
		tr := newTree(1, 4)
		for _, i := range rng.Perm(3) {
			tr.insert([]float64{[]float64{0, 1, 10}[i]}, rng)
		}
		if tr.nodes[tr.root].cut >= 1 {
			apart++
		}
	}
	if got := float64(apart) / rounds; math.Abs(got-0.9) > 0.01 {
		t.Errorf("10 is cut off first %g of the times, want 0.9", got)
	}
}

// points is a noisy wave with one value far off at place odd.
func points(n, odd int) [][]float64 {
	rng := rand.New(rand.NewPCG(7, 8))
	out := make([][]float64, n)
	for i := range out {
		out[i] = []float64{math.Sin(float64(i)/20) + rng.NormFloat64()*0.05, rng.NormFloat64() * 0.05}
	}
	out[odd] = []float64{0.1, 3}
	return out
}

// TestAnomaly: the planted point ranks first, what made it odd is said, and the parts are
// the whole.
func TestAnomaly(t *testing.T) {
	f := New(Options{Dims: 2, Trees: 50, Sample: 128, Decay: 100_000, Seed: 9})
	const odd = 700
	best, at := 0.0, -1
	above, below := make([]float64, 2), make([]float64, 2)
	for i, p := range points(1000, odd) {
		s := f.Score(p)
		f.Attribute(p, above, below)
		if sum := above[0] + above[1] + below[0] + below[1]; math.Abs(sum-s) > 1e-9 {
			t.Fatalf("point %d: parts of %g, score %g", i, sum, s)
		}
		if i < 128 && s != 0 {
			t.Fatalf("point %d has a score before the sample is full", i)
		}
		if s > best {
			best, at = s, i
		}
		if i == odd && above[1] < 0.8*s {
			t.Errorf("the second value is odd for being high: %v above, %v below", above, below)
		}
		f.Learn(p)
	}
	if at != odd {
		t.Errorf("point %d has the greatest score, want %d", at, odd)
	}
}

// TestState: a forest that was stored and read goes on as the one it was.
func TestState(t *testing.T) {
	o := Options{Dims: 2, Trees: 5, Sample: 32, Decay: 1000, Seed: 11}
	a, all := New(o), points(600, 550)
	for _, p := range all[:300] {
		a.Learn(p)
	}
	b := New(o)
	b.SetCount(a.Count())
	for i := range o.Trees {
		if err := b.ReadTree(i, a.AppendTree(nil, i)); err != nil {
			t.Fatal(err)
		}
	}
	for i, p := range all[300:] {
		if x, y := a.Score(p), b.Score(p); x != y {
			t.Fatalf("point %d: %g and %g", i, x, y)
		}
		a.Learn(p)
		b.Learn(p)
	}
	whole := a.AppendTree(nil, 0)
	for _, p := range [][]byte{nil, {9}, whole[:len(whole)/2], append(slices.Clone(whole), 0)} {
		if err := New(o).ReadTree(0, p); !errors.Is(err, ErrState) {
			t.Errorf("%d bytes: %v", len(p), err)
		}
	}
}

// TestSampleForgets: with decay 200 hardly a point of a sample of 64 is older than 2000.
func TestSampleForgets(t *testing.T) {
	f := New(Options{Dims: 1, Trees: 20, Sample: 64, Decay: 200, Seed: 12})
	for i := range 5000 {
		f.Learn([]float64{float64(i)})
	}
	old, fresh := 0, 0
	for _, m := range f.trees {
		for _, leaf := range m.sample.leaves {
			switch age := 5000 - m.tree.lowOf(leaf)[0]; {
			case age > 2000:
				old++
			case age <= 200:
				fresh++
			}
		}
	}
	if old > 5 || fresh < 20*64/3 {
		t.Errorf("%d points are older than 2000, %d younger than 200", old, fresh)
	}
}

func BenchmarkForest(b *testing.B) {
	for _, dims := range []int{1, 4} {
		b.Run(fmt.Sprintf("dims=%d", dims), func(b *testing.B) {
			f := New(Options{Dims: dims, Trees: 100, Sample: 256, Decay: 100_000, Seed: 1})
			rng := rand.New(rand.NewPCG(1, 1))
			p := make([]float64, dims)
			b.ReportAllocs()
			for range b.N {
				for i := range p {
					p[i] = rng.NormFloat64()
				}
				f.Score(p)
				f.Learn(p)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
