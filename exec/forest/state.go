package forest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// ErrState says that a stored state is none of a forest of these options.
var ErrState = errors.New("the stored state does not fit the forest")

// stateVersion is the first byte of a state.
const stateVersion = 1

// AppendTree appends tree i, from 0 on, with its sample and its chance.
func (f *Forest) AppendTree(dst []byte, i int) []byte {
	m := f.trees[i]
	dst = append(dst, stateVersion)
	pcg, _ := m.pcg.MarshalBinary() // has no error
	dst = appendBytes(dst, pcg)
	dst = appendFloats(dst, m.sample.weights)
	dst = appendInts(dst, m.sample.leaves)
	t := m.tree
	numbers, cuts := []int32{t.root}, make([]float64, len(t.nodes))
	for i, n := range t.nodes {
		numbers = append(numbers, n.dim, n.sides[0], n.sides[1], n.parent, n.mass)
		cuts[i] = n.cut
	}
	dst = appendInts(dst, numbers)
	dst = appendFloats(dst, cuts)
	dst = appendFloats(dst, t.boxes)
	return appendInts(appendInts(dst, t.freeLeaf), t.freeInner)
}

// Count is how many points it has learned.
func (f *Forest) Count() int64 { return f.count }

// SetCount goes on behind that many points.
func (f *Forest) SetCount(n int64) { f.count = n }

// ReadTree takes tree i back. Errors: ErrState.
func (f *Forest) ReadTree(i int, p []byte) error {
	if i >= len(f.trees) {
		return fmt.Errorf("%w: it has more than %d trees", ErrState, len(f.trees))
	}
	if len(p) == 0 || p[0] != stateVersion {
		return fmt.Errorf("%w: tree %d has an unknown version", ErrState, i)
	}
	r := stateReader{p: p[1:]}
	m := f.trees[i]
	pcg := r.bytes()
	r.floats(&m.sample.weights, -1)
	r.ints(&m.sample.leaves, len(m.sample.weights))
	t := m.tree
	var numbers []int32
	var cuts []float64
	r.ints(&numbers, 1+5*len(t.nodes))
	r.floats(&cuts, len(t.nodes))
	r.floats(&t.boxes, len(t.boxes))
	r.ints(&t.freeLeaf, -1)
	r.ints(&t.freeInner, -1)
	if r.bad {
		return fmt.Errorf("%w: tree %d", ErrState, i)
	}
	t.root = numbers[0]
	for k := range t.nodes {
		v := numbers[1+5*k:]
		t.nodes[k] = node{cut: cuts[k], dim: v[0], sides: [2]int32{v[1], v[2]}, parent: v[3], mass: v[4]}
	}
	if len(r.p) > 0 || len(m.sample.weights) > f.o.Sample {
		return fmt.Errorf("%w: tree %d", ErrState, i)
	}
	if err := m.pcg.UnmarshalBinary(pcg); err != nil {
		return fmt.Errorf("%w: tree %d: %w", ErrState, i, err)
	}
	return nil
}

func appendBytes(dst, p []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(dst, uint32(len(p))), p...)
}

func appendInts(dst []byte, list []int32) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(list)))
	for _, v := range list {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(v))
	}
	return dst
}

func appendFloats(dst []byte, list []float64) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(list)))
	for _, v := range list {
		dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(v))
	}
	return dst
}

// stateReader reads what the appends above have written; bad once it does not fit.
type stateReader struct {
	p   []byte
	bad bool
}

// take is the next list of items of a size; want < 0 is any number.
func (r *stateReader) take(size, want int) ([]byte, int) {
	if len(r.p) < 4 {
		r.bad = true
		return nil, 0
	}
	n := int(binary.LittleEndian.Uint32(r.p))
	if n > (len(r.p)-4)/size || want >= 0 && n != want {
		r.bad = true
		return nil, 0
	}
	p := r.p[4 : 4+n*size]
	r.p = r.p[4+n*size:]
	return p, n
}

func (r *stateReader) bytes() []byte {
	p, _ := r.take(1, -1)
	return p
}

func (r *stateReader) ints(into *[]int32, want int) {
	p, n := r.take(4, want)
	*into = (*into)[:0]
	for i := range n {
		*into = append(*into, int32(binary.LittleEndian.Uint32(p[4*i:])))
	}
}

func (r *stateReader) floats(into *[]float64, want int) {
	p, n := r.take(8, want)
	*into = (*into)[:0]
	for i := range n {
		*into = append(*into, math.Float64frombits(binary.LittleEndian.Uint64(p[8*i:])))
	}
}
