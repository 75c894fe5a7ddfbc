package millrace

import "github.com/apache/arrow/go/v17/arrow/memory"

// dirty is an allocator whose memory is never zero, as a pool's is not: what
// relies on fresh memory shows.
type dirty struct{ memory.Allocator }

func newDirty() *memory.CheckedAllocator {
	return memory.NewCheckedAllocator(dirty{memory.NewGoAllocator()})
}

func (d dirty) Allocate(size int) []byte { return soil(d.Allocator.Allocate(size), 0) }

func (d dirty) Reallocate(size int, b []byte) []byte {
	return soil(d.Allocator.Reallocate(size, b), len(b))
}

// soil fills b from an index on.
func soil(b []byte, from int) []byte {
	for i := from; i < len(b); i++ {
		b[i] = 0xA5
	}
	return b
}
