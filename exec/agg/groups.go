package agg

import (
	"encoding/binary"
	"math/bits"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/cespare/xxhash/v2"
)

// Groups gives every distinct key a dense id, counted from 0 in order of first
// appearance. Two NULLs are the same key (kda-sql.md §4.3).
//
// It is one open-addressing table over key bytes: a slot holds 32 bits of hash
// beside the id, so that most probes touch the key bytes only on a hit.
type Groups struct {
	kinds []arrow.DataType
	slots []uint64 // hash tag <<32 | id+1; 0 = free
	mask  uint64
	data  []byte   // the keys, back to back
	ends  []uint64 // end of key i in data
	null  []bool   // key i is NULL; only for a single column
	hash  []uint64 // of key i, for growing

	keys keys // scratch of Assign
}

const firstSlots = 256

// NewGroups makes a table for keys of the given column types; with no column
// every row is of group 0.
func NewGroups(kinds []arrow.DataType) *Groups {
	return &Groups{kinds: kinds, slots: make([]uint64, firstSlots), mask: firstSlots - 1}
}

// Len is the number of groups.
func (g *Groups) Len() int { return len(g.ends) }

// Bytes is the memory held.
func (g *Groups) Bytes() int64 {
	return int64(cap(g.slots)*8 + cap(g.data) + cap(g.ends)*8 + cap(g.hash)*8 + cap(g.null))
}

// Reset forgets every key and keeps the memory.
func (g *Groups) Reset() {
	clear(g.slots)
	g.data, g.ends, g.null, g.hash = g.data[:0], g.ends[:0], g.null[:0], g.hash[:0]
}

// Assign writes to ids[i] the group of row rows[i] of the key columns. ids must
// be as long as rows. The columns are borrowed.
func (g *Groups) Assign(columns []arrow.Array, rows []uint32, ids []uint32) {
	if len(g.kinds) == 0 {
		clear(ids)
		if len(rows) > 0 && len(g.ends) == 0 {
			g.add(nil, false, 0)
		}
		return
	}
	k := &g.keys
	k.load(columns, rows)
	for i := range rows {
		h := k.hash[i]
		key := k.data[k.start[i]:k.end[i]]
		null := k.null != nil && k.null[i]
		at := h & g.mask
		for {
			s := g.slots[at]
			if s == 0 {
				id := g.add(key, null, h)
				ids[i] = id
				break
			}
			if id := uint32(s) - 1; s>>32 == h>>32 && g.equal(id, key, null) {
				ids[i] = id
				break
			}
			at = (at + 1) & g.mask
		}
	}
}

// NoGroup is what Find writes for a key that is not there.
const NoGroup = ^uint32(0)

// Find is Assign without adding: ids[i] is NoGroup where the key of row rows[i]
// has no group. It writes nothing but ids and may run on several goroutines as
// long as nobody assigns.
func (g *Groups) Find(columns []arrow.Array, rows []uint32, ids []uint32) {
	var k keys
	k.load(columns, rows)
	for i := range rows {
		h := k.hash[i]
		key := k.data[k.start[i]:k.end[i]]
		null := k.null != nil && k.null[i]
		ids[i] = NoGroup
		for at := h & g.mask; g.slots[at] != 0; at = (at + 1) & g.mask {
			s := g.slots[at]
			if id := uint32(s) - 1; s>>32 == h>>32 && g.equal(id, key, null) {
				ids[i] = id
				break
			}
		}
	}
}

func (g *Groups) equal(id uint32, key []byte, null bool) bool {
	if len(g.null) > 0 && g.null[id] != null || len(g.null) == 0 && null {
		return false
	}
	return string(g.key(id)) == string(key)
}

func (g *Groups) key(id uint32) []byte {
	start := uint64(0)
	if id > 0 {
		start = g.ends[id-1]
	}
	return g.data[start:g.ends[id]]
}

// add appends a key that is not there yet.
func (g *Groups) add(key []byte, null bool, h uint64) uint32 {
	id := uint32(len(g.ends))
	g.data = append(g.data, key...)
	g.ends = append(g.ends, uint64(len(g.data)))
	g.hash = append(g.hash, h)
	if null || len(g.null) > 0 {
		for len(g.null) < int(id) {
			g.null = append(g.null, false)
		}
		g.null = append(g.null, null)
	}
	// Half full is where linear probing with 32-bit tags still ends in about one
	// and a half probes.
	if len(g.ends)*2 > len(g.slots) {
		g.grow()
	} else {
		g.place(h, id)
	}
	return id
}

func (g *Groups) place(h uint64, id uint32) {
	at := h & g.mask
	for g.slots[at] != 0 {
		at = (at + 1) & g.mask
	}
	g.slots[at] = h>>32<<32 | uint64(id+1)
}

func (g *Groups) grow() {
	g.slots = make([]uint64, len(g.slots)*4)
	g.mask = uint64(len(g.slots) - 1)
	for id, h := range g.hash {
		g.place(h, uint32(id))
	}
}

// Columns is the keys in id order, one array per key column.
func (g *Groups) Columns(mem memory.Allocator) []arrow.Array { return g.decode(mem) }

// hashKey mixes a key of up to 16 bytes without a branch on its content; longer
// keys go through xxhash. It is the same in every process: the exchange relies
// on it.
func hashKey(b []byte) uint64 {
	const m1, m2 = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93
	var lo, hi uint64
	switch n := len(b); {
	case n > 16:
		return xxhash.Sum64(b)
	case n >= 8:
		lo, hi = binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[n-8:])
	case n >= 4:
		lo, hi = uint64(binary.LittleEndian.Uint32(b)), uint64(binary.LittleEndian.Uint32(b[n-4:]))
	case n > 0:
		lo = uint64(b[0]) | uint64(b[n/2])<<8 | uint64(b[n-1])<<16
	}
	h, l := bits.Mul64(lo^m1^uint64(len(b)), hi^m2)
	x := h ^ l
	return x ^ x>>32*m2
}
