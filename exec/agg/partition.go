package agg

import "github.com/apache/arrow/go/v17/arrow"

// Partitions divides rows by the hash of key columns, the same way in every process.
// It is scratch memory for one goroutine.
type Partitions struct {
	keys keys
	rows [][]uint32
}

// NewPartitions makes n of them; n is at most 256.
func NewPartitions(n int) *Partitions { return &Partitions{rows: make([][]uint32, n)} }

// Split is the rows of each partition, in ascending order; valid until the next call.
// NULLs are equal to each other.
func (p *Partitions) Split(columns []arrow.Array, rows []uint32) [][]uint32 {
	p.keys.load(columns, rows)
	for i := range p.rows {
		p.rows[i] = p.rows[i][:0]
	}
	n := uint64(len(p.rows))
	for i, h := range p.keys.hashes[:len(rows)] {
		// The low bits choose a slot of a group table: the high ones are for this.
		at := h >> 40 % n
		p.rows[at] = append(p.rows[at], rows[i])
	}
	return p.rows
}
