package agg

import (
	"bytes"

	"github.com/apache/arrow/go/v17/arrow"
)

// Partitions divides rows by the partition key that a stored stream will give them,
// the same way in every process. It is scratch memory for one goroutine.
//
// The key of a stream is the text of its columns, joined by `|`, NULL empty, cut to
// MaxKeyText bytes: rows that differ may have one key. Rows of one key must come into
// one partition, so what is hashed is a function of that text: its part before the
// first `|`, which lies in the first column.
type Partitions struct {
	keys    keys
	several bool // columns
	rows    [][]uint32
}

// MaxKeyText is how many bytes of the columns' text make a partition key.
const MaxKeyText = 256

// NewPartitions makes n of them; several tells that the key has other columns beside
// the first.
func NewPartitions(n int, several bool) *Partitions {
	return &Partitions{several: several, rows: make([][]uint32, n)}
}

// Split is the rows of each partition, in ascending order, by the first column of
// their key; valid until the next call.
func (p *Partitions) Split(first arrow.Array, rows []uint32) [][]uint32 {
	for i := range p.rows {
		p.rows[i] = p.rows[i][:0]
	}
	offsets, data, text := varWidth(first)
	if !text {
		p.keys.load([]arrow.Array{first}, rows)
		for i, h := range p.keys.hashes[:len(rows)] {
			p.put(h, rows[i])
		}
		return p.rows
	}
	for _, r := range rows {
		var key []byte
		if !isNull(first, r) {
			key = data[offsets[r]:offsets[r+1]]
		}
		key = key[:min(len(key), MaxKeyText)]
		if at := bytes.IndexByte(key, '|'); p.several && at >= 0 {
			key = key[:at]
		}
		p.put(wordOf(key).hash(), r)
	}
	return p.rows
}

func (p *Partitions) put(hash uint64, row uint32) {
	// The low bits choose a slot of a group table: the high ones are for this.
	at := hash >> 40 % uint64(len(p.rows))
	p.rows[at] = append(p.rows[at], row)
}
