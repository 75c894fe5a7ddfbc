package forest

import (
	"math"
	"math/rand/v2"
)

// sample is a reservoir that favours late points: each has a weight from chance and its
// number, and those of the least weights stay. It is a heap with the greatest weight on top.
type sample struct {
	capacity int
	weights  []float64
	leaves   []int32 // of the tree, by place in the heap
	// No point before the number until whose chance is bound or more comes into the
	// sample: most need no logarithm.
	bound float64
	until int64
}

// weigh is the weight of the point with a number, counted from 0, and whether it comes into
// the sample: with decay the probability to stay falls by e in decay points.
func (s *sample) weigh(number int64, decay float64, rng *rand.Rand) (weight float64, in bool) {
	chance := rng.Float64()
	if number < s.until && chance >= s.bound {
		return 0, false
	}
	weight = math.Log(-math.Log(1-chance)) - float64(number)/decay
	in = !s.full() || weight < s.weights[0]
	switch {
	case in:
		s.until = 0
	case number >= s.until:
		s.until = number + 1000
		s.bound = -math.Expm1(-math.Exp(s.weights[0]+float64(s.until)/decay)) * (1 + 1e-9)
	}
	return weight, in
}

func (s *sample) full() bool { return len(s.weights) == s.capacity }

// add puts a leaf with its weight into the heap.
func (s *sample) add(weight float64, leaf int32) {
	s.weights, s.leaves = append(s.weights, weight), append(s.leaves, leaf)
	for i := len(s.weights) - 1; i > 0; {
		up := (i - 1) / 2
		if s.weights[up] >= s.weights[i] {
			return
		}
		s.swap(i, up)
		i = up
	}
}

// drop takes the leaf of the greatest weight out.
func (s *sample) drop() int32 {
	leaf, last := s.leaves[0], len(s.weights)-1
	s.swap(0, last)
	s.weights, s.leaves = s.weights[:last], s.leaves[:last]
	for i := 0; ; {
		most := i
		for down := 2*i + 1; down <= 2*i+2 && down < last; down++ {
			if s.weights[down] > s.weights[most] {
				most = down
			}
		}
		if most == i {
			return leaf
		}
		s.swap(i, most)
		i = most
	}
}

func (s *sample) swap(i, j int) {
	s.weights[i], s.weights[j] = s.weights[j], s.weights[i]
	s.leaves[i], s.leaves[j] = s.leaves[j], s.leaves[i]
}
