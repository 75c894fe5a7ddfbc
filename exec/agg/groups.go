package agg

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Groups gives every distinct key a dense id, counted from 0 in order of first
// appearance. Two NULLs are the same key (kda-sql.md §4.3).
//
// It is one open-addressing table: a slot holds 32 bits of hash beside the id, so
// that most probes touch an entry only on a hit, and the entry holds a key of up
// to 16 bytes whole.
type Groups struct {
	kinds   []arrow.DataType
	slots   []uint64 // hash tag <<32 | id+1; 0 = free
	mask    uint64
	entries []entry // by id
	data    []byte  // the keys, back to back
	frozen  flag    // see Freeze

	keys  keys     // scratch of Assign
	found []uint64 // scratch of Assign: the first slot probed, per row

	at     []uint64 // scratch of Columns: where the next column lies in each key
	values []int64  // scratch of Columns
}

// entry is one key: its word, and where its bytes end in data.
type entry struct {
	word
	end uint64
}

const firstSlots = 256

// NewGroups makes a table for keys of the given column types; with no column
// every row is of group 0.
func NewGroups(kinds []arrow.DataType) *Groups {
	return &Groups{kinds: kinds, slots: make([]uint64, firstSlots), mask: firstSlots - 1}
}

// Len is the number of groups.
func (g *Groups) Len() int { return len(g.entries) }

// Bytes is the memory held.
func (g *Groups) Bytes() int64 {
	const entryBytes = 32
	return int64(cap(g.slots)*8 + cap(g.data) + cap(g.entries)*entryBytes)
}

// Reset forgets every key and keeps the memory.
func (g *Groups) Reset() {
	clear(g.slots)
	g.data, g.entries = g.data[:0], g.entries[:0]
}

// Assign writes to ids[i] the group of row rows[i] of the key columns. ids must
// be as long as rows. The columns are borrowed.
func (g *Groups) Assign(columns []arrow.Array, rows []uint32, ids []uint32) {
	if len(g.kinds) == 0 {
		clear(ids)
		if len(rows) > 0 && len(g.entries) == 0 {
			g.add(word{}, nil, word{}.hash())
		}
		return
	}
	k := &g.keys
	k.load(columns, rows)
	words, hashes, ids := k.words[:len(rows)], k.hashes[:len(rows)], ids[:len(rows)]
	// The first slots are read in a loop of their own: the loads do not depend on
	// each other, so the processor waits for many cache lines at once.
	g.found = sized(g.found, len(rows))
	found := g.found
	slots, mask := g.slots, g.mask
	for i, h := range hashes {
		found[i] = slots[h&mask]
	}
	for i := range words {
		w, s := &words[i], found[i]
		if s == 0 {
			s = g.slots[hashes[i]&g.mask] // a row before this one may have brought the key
		}
		// What stood in a slot stands there for good, also after the table grew.
		if id := uint32(s) - 1; s != 0 && s>>32 == hashes[i]>>32 && g.entries[id].word == *w && !w.long() {
			ids[i] = id
			continue
		}
		ids[i] = g.assign(*w, k.bytes(i), hashes[i])
	}
}

// assign is the group of one key, made where it is new.
func (g *Groups) assign(w word, key []byte, h uint64) uint32 {
	if id := g.find(w, key, h); id != NoGroup {
		return id
	}
	return g.add(w, key, h)
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
		ids[i] = g.find(k.words[i], k.bytes(i), k.hashes[i])
	}
}

func (g *Groups) find(w word, key []byte, h uint64) uint32 {
	for at := h & g.mask; g.slots[at] != 0; at = (at + 1) & g.mask {
		s := g.slots[at]
		id := uint32(s) - 1
		if s>>32 == h>>32 && g.entries[id].word == w && (!w.long() || string(g.key(id)) == string(key)) {
			return id
		}
	}
	return NoGroup
}

func (g *Groups) key(id uint32) []byte {
	start := uint64(0)
	if id > 0 {
		start = g.entries[id-1].end
	}
	return g.data[start:g.entries[id].end]
}

// add appends a key that is not there yet.
func (g *Groups) add(w word, key []byte, h uint64) uint32 {
	id := uint32(len(g.entries))
	g.data = append(g.data, key...)
	g.entries = append(g.entries, entry{word: w, end: uint64(len(g.data))})
	// Half full is where linear probing with 32-bit tags still ends in about one
	// and a half probes.
	if len(g.entries)*2 > len(g.slots) {
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
	for id := range g.entries {
		g.place(g.entries[id].hash(), uint32(id))
	}
}

// Columns is the keys in id order, one array per key column.
func (g *Groups) Columns(mem memory.Allocator) []arrow.Array { return g.decode(mem) }
