package forest

import (
	"math"
	"math/rand/v2"
)

// none is no node.
const none = int32(-1)

// tree is a random cut tree over the points of a sample. Leaves are its nodes below the
// capacity, a leaf for each distinct point; inner nodes are the others. What a walk looks at
// together lies together.
type tree struct {
	dims, capacity int
	root           int32
	nodes          []node
	boxes          []float64 // the lower and the upper corner of each node; of a leaf its point twice
	freeLeaf       []int32
	freeInner      []int32
	path           []int32 // scratch of a walk
}

// node is a leaf or an inner node; the cut is an inner node's.
type node struct {
	cut    float64  // a point is on the first side where its value is at most this
	dim    int32    // of the cut
	sides  [2]int32 // the nodes below
	parent int32
	mass   int32 // points below
}

func newTree(dims, capacity int) *tree {
	n := 2*capacity - 1
	t := &tree{dims: dims, capacity: capacity, root: none, nodes: make([]node, n), boxes: make([]float64, 2*dims*n)}
	for i := capacity - 1; i >= 0; i-- {
		t.freeLeaf = append(t.freeLeaf, int32(i))
	}
	for i := n - 1; i >= capacity; i-- {
		t.freeInner = append(t.freeInner, int32(i))
	}
	return t
}

func (t *tree) isLeaf(n int32) bool { return n < int32(t.capacity) }

func (t *tree) lowOf(n int32) []float64 { return t.boxes[2*int(n)*t.dims:][:t.dims] }

func (t *tree) highOf(n int32) []float64 { return t.boxes[(2*int(n)+1)*t.dims:][:t.dims] }

// child is the side of an inner node that p belongs to.
func (t *tree) child(n int32, p []float64) int32 {
	k, side := &t.nodes[n], 0
	if p[k.dim] > k.cut { // no jump: nobody can predict it
		side = 1
	}
	return k.sides[side]
}

// insert adds a point and gives its leaf. Each node on the way draws a cut of its box with
// the point in it: where that parts the point from the box, the point gets its place.
func (t *tree) insert(p []float64, rng *rand.Rand) int32 {
	if t.root == none {
		t.root = t.newLeaf(p, none)
		return t.root
	}
	for n := t.root; ; n = t.child(n, p) {
		dim, cut, parts := t.draw(n, p, rng)
		if parts {
			return t.split(n, p, dim, cut)
		}
		if t.isLeaf(n) { // the same point once more
			t.grow(n, p)
			return n
		}
	}
}

// draw is a random cut of the box of n with p in it, dimensions by their width; false where
// it does not part p from the box.
func (t *tree) draw(n int32, p []float64, rng *rand.Rand) (dim int, cut float64, parts bool) {
	low, high := t.lowOf(n), t.highOf(n)
	total := 0.0
	for i, x := range p {
		total += max(high[i], x) - min(low[i], x)
	}
	at := rng.Float64() * total
	dim = -1
	for i, x := range p {
		from, to := min(low[i], x), max(high[i], x)
		if to == from {
			continue
		}
		// What rounding leaves over falls to the last dimension with a width.
		dim, cut = i, from
		if at -= to - from; at < 0 {
			// A cut lies at from or above and below to, so that both sides have something.
			if c := to + at; c > from && c < to {
				cut = c
			}
			break
		}
	}
	if dim < 0 {
		return 0, 0, false
	}
	x := p[dim]
	return dim, cut, x <= cut && cut < low[dim] || x > cut && cut >= high[dim]
}

// split puts an inner node with the cut in the place of n, with n and the leaf of p below.
func (t *tree) split(n int32, p []float64, dim int, cut float64) int32 {
	last := len(t.freeInner) - 1
	inner := t.freeInner[last]
	t.freeInner = t.freeInner[:last]
	up := t.nodes[n].parent
	leaf := t.newLeaf(p, inner)
	k := node{cut: cut, dim: int32(dim), sides: [2]int32{n, leaf}, parent: up}
	if p[dim] <= cut {
		k.sides = [2]int32{leaf, n}
	}
	t.nodes[inner], t.nodes[n].parent = k, inner
	t.replace(up, n, inner)
	t.refresh(inner)
	t.growFrom(up, p)
	return leaf
}

func (t *tree) newLeaf(p []float64, parent int32) int32 {
	last := len(t.freeLeaf) - 1
	leaf := t.freeLeaf[last]
	t.freeLeaf = t.freeLeaf[:last]
	copy(t.lowOf(leaf), p)
	copy(t.highOf(leaf), p)
	t.nodes[leaf] = node{mass: 1, parent: parent}
	return leaf
}

// replace makes a node the child of up, or the root, where old was it.
func (t *tree) replace(up, old, n int32) {
	if up == none {
		t.root = n
		return
	}
	if k := &t.nodes[up]; k.sides[0] == old {
		k.sides[0] = n
	} else {
		k.sides[1] = n
	}
}

// grow adds p to the leaf n and the nodes above.
func (t *tree) grow(n int32, p []float64) {
	t.nodes[n].mass++
	t.growFrom(t.nodes[n].parent, p)
}

func (t *tree) growFrom(n int32, p []float64) {
	for ; n != none; n = t.nodes[n].parent {
		t.nodes[n].mass++
		low, high := t.lowOf(n), t.highOf(n)
		for i, x := range p {
			low[i], high[i] = min(low[i], x), max(high[i], x)
		}
	}
}

// refresh computes mass and box of an inner node from its children.
func (t *tree) refresh(n int32) {
	k := &t.nodes[n]
	l, r := k.sides[0], k.sides[1]
	k.mass = t.nodes[l].mass + t.nodes[r].mass
	low, high := t.lowOf(n), t.highOf(n)
	ll, lh, rl, rh := t.lowOf(l), t.highOf(l), t.lowOf(r), t.highOf(r)
	for i := range low {
		low[i], high[i] = min(ll[i], rl[i]), max(lh[i], rh[i])
	}
}

// remove takes a point from its leaf.
func (t *tree) remove(leaf int32) {
	gone := t.nodes[leaf]
	if gone.mass > 1 {
		for n := leaf; n != none; n = t.nodes[n].parent {
			t.nodes[n].mass--
		}
		return
	}
	t.freeLeaf = append(t.freeLeaf, leaf)
	if gone.parent == none {
		t.root = none
		return
	}
	inner := t.nodes[gone.parent]
	sibling := inner.sides[0]
	if sibling == leaf {
		sibling = inner.sides[1]
	}
	t.nodes[sibling].parent = inner.parent
	t.replace(inner.parent, gone.parent, sibling)
	t.freeInner = append(t.freeInner, gone.parent)
	for n := inner.parent; n != none; n = t.nodes[n].parent {
		t.refresh(n)
	}
}

// Scores, as functions of depth and mass: what a point is worth that is parted from the
// others at a depth, and one that is found among them. A whole tree's score is scaled by the
// depth that a tree of its mass has, so that it does not depend on the size of the sample.
func unseen(depth int) float64 { return 1 / float64(depth+1) }

func seen(depth int, leaf, whole int32) float64 {
	damp := 1 - float64(leaf)/(2*float64(whole))
	return damp / (float64(depth) + math.Log2(float64(leaf)+1))
}

func scale(whole int32) float64 { return math.Log2(float64(whole) + 1) }

// walk is the nodes from the root to the leaf on p's way.
func (t *tree) walk(p []float64) []int32 {
	t.path = t.path[:0]
	n := t.root
	for ; !t.isLeaf(n); n = t.child(n, p) {
		t.path = append(t.path, n)
	}
	t.path = append(t.path, n)
	return t.path
}

// score is how soon random cuts part p from the sample: at each node with the probability
// that a cut of its box with p in it does, else below. From the leaf up, as far as p is
// outside: no cut of a box that p is in parts it.
func (t *tree) score(p []float64) float64 {
	if t.root == none {
		return 0
	}
	path, whole := t.walk(p), t.nodes[t.root].mass
	depth := len(path) - 1
	leaf, s := path[depth], unseen(depth)
	if equal(p, t.lowOf(leaf)) {
		return seen(depth, t.nodes[leaf].mass, whole) * scale(whole)
	}
	for depth--; depth >= 0; depth-- {
		apart := t.apart(path[depth], p)
		if apart == 0 {
			break
		}
		s = apart*unseen(depth) + (1-apart)*s
	}
	return s * scale(whole)
}

// apart is the probability that a random cut of the box of n with p in it parts p from the
// box.
func (t *tree) apart(n int32, p []float64) float64 {
	low, high := t.lowOf(n), t.highOf(n)
	outside, total := 0.0, 0.0
	for i, x := range p {
		total += high[i] - low[i]
		if d := low[i] - x; d > 0 {
			outside += d
		} else if d := x - high[i]; d > 0 {
			outside += d
		}
	}
	if outside == 0 {
		return 0
	}
	return outside / (total + outside)
}

func equal(a, b []float64) bool {
	for i, x := range a {
		if x != b[i] {
			return false
		}
	}
	return true
}

// attribute adds to above and below, by dimension, the parts that make up the score of p: for
// being above the sample and for being below it.
func (t *tree) attribute(p, above, below []float64) {
	if t.root == none {
		return
	}
	path, whole := t.walk(p), t.nodes[t.root].mass
	rest := scale(whole)
	for depth, n := range path[:len(path)-1] {
		low, high := t.lowOf(n), t.highOf(n)
		total := 0.0
		for i, x := range p {
			total += max(high[i], x) - min(low[i], x)
		}
		part, apart := rest*unseen(depth)/total, 0.0
		for i, x := range p {
			if d := low[i] - x; d > 0 {
				below[i] += d * part
				apart += d
			} else if d := x - high[i]; d > 0 {
				above[i] += d * part
				apart += d
			}
		}
		rest *= 1 - apart/total
	}
	depth := len(path) - 1
	t.attributeLeaf(path[depth], p, rest, depth, whole, above, below)
}

// attributeLeaf shares out what is left at a leaf: by the distances to its point, or evenly
// where it is the same.
func (t *tree) attributeLeaf(n int32, p []float64, rest float64, depth int, whole int32, above, below []float64) {
	q := t.lowOf(n)
	distance := 0.0
	for i, x := range p {
		distance += math.Abs(x - q[i])
	}
	if distance == 0 {
		part := rest * seen(depth, t.nodes[n].mass, whole) / float64(2*t.dims)
		for i := range p {
			above[i] += part
			below[i] += part
		}
		return
	}
	for i, x := range p {
		part := rest * unseen(depth) * math.Abs(x-q[i]) / distance
		if x > q[i] {
			above[i] += part
		} else {
			below[i] += part
		}
	}
}
