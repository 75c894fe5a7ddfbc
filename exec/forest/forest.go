package forest

import "math/rand/v2"

// Options says how large a Forest is.
type Options struct {
	Dims   int // values of a point
	Trees  int
	Sample int // points in a tree, at least 2
	Decay  int // points after which one counts e times less
	Seed   uint64
}

// Forest scores points.
type Forest struct {
	o     Options
	count int64 // points so far
	trees []*member
}

// member is a tree with its sample and its own chance.
type member struct {
	tree   *tree
	sample sample
	pcg    *rand.PCG
	rng    *rand.Rand
}

// New makes a forest without points.
func New(o Options) *Forest {
	f := &Forest{o: o, trees: make([]*member, o.Trees)}
	for i := range f.trees {
		pcg := rand.NewPCG(o.Seed, uint64(i))
		f.trees[i] = &member{tree: newTree(o.Dims, o.Sample), sample: sample{capacity: o.Sample}, pcg: pcg, rng: rand.New(pcg)}
	}
	return f
}

// Ready tells whether points have scores: after the first Sample ones.
func (f *Forest) Ready() bool { return f.count >= int64(f.o.Sample) }

// Score is that of a point that Learn has not seen yet: about 1 for one like the others, more
// for an anomaly; 0 before the forest is ready. p has Dims finite values and is borrowed.
func (f *Forest) Score(p []float64) float64 {
	if !f.Ready() {
		return 0
	}
	sum := 0.0
	for _, m := range f.trees {
		sum += m.tree.score(p)
	}
	return sum / float64(len(f.trees))
}

// Attribute adds up in above and below, of Dims values each, what each dimension has to do
// with the score: for being above, and below, what was learned. All of them together are the
// score.
func (f *Forest) Attribute(p, above, below []float64) {
	clear(above)
	clear(below)
	if !f.Ready() {
		return
	}
	for _, m := range f.trees {
		m.tree.attribute(p, above, below)
	}
	for i := range above {
		above[i] /= float64(len(f.trees))
		below[i] /= float64(len(f.trees))
	}
}

// Learn gives every tree the chance to take a point into its sample. p is borrowed.
func (f *Forest) Learn(p []float64) {
	for _, m := range f.trees {
		weight, in := m.sample.weigh(f.count, float64(f.o.Decay), m.rng)
		if !in {
			continue
		}
		if m.sample.full() {
			m.tree.remove(m.sample.drop())
		}
		m.sample.add(weight, m.tree.insert(p, m.rng))
	}
	f.count++
}

// Bytes is the memory held, which does not grow with the points.
func (f *Forest) Bytes() int64 {
	nodes := int64(2*f.o.Sample - 1)
	return int64(f.o.Trees) * (nodes*int64(16*f.o.Dims+32) + int64(f.o.Sample)*20)
}
