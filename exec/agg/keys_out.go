package agg

import (
	"encoding/binary"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// decode is the inverse of keys.load: one column per key column, in id order.
// It goes column by column, so that the type is looked at once.
func (g *Groups) decode(mem memory.Allocator) []arrow.Array {
	out := make([]arrow.Array, len(g.kinds))
	if len(out) == 1 {
		out[0] = g.decodeOne(mem)
		return out
	}
	g.at = sized(g.at, g.Len())
	start := uint64(0)
	for id := range g.at {
		g.at[id] = start
		start = g.entries[id].end
	}
	for c, kind := range g.kinds {
		if isVar(kind) {
			out[c] = g.decodeBytes(kind, mem)
		} else {
			out[c] = g.decodeFixed(kind, mem)
		}
	}
	return out
}

func isVar(kind arrow.DataType) bool { return kind.ID() == arrow.STRING || kind.ID() == arrow.BINARY }

// decodeOne is the only key column: the keys are its values.
func (g *Groups) decodeOne(mem memory.Allocator) arrow.Array {
	c := newBuilder(g.kinds[0], g.Len(), mem)
	if !isVar(c.kind) {
		g.values = sized(g.values, g.Len())
		for id := range g.entries {
			e := &g.entries[id]
			if g.values[id] = int64(e.lo); e.n == nullKey {
				c.null(id)
			}
		}
		c.keyValues(g.values)
		return c.array()
	}
	offsets := c.offsets()
	offsets[0] = 0
	for id := range g.entries {
		e := &g.entries[id]
		if offsets[id+1] = int32(e.end); e.n == nullKey {
			c.null(id)
		}
	}
	copy(c.bytes(len(g.data)), g.data)
	return c.array()
}

// decodeFixed is the next of several key columns, one of fixed width: at is where
// it lies in each key, and is moved behind it.
func (g *Groups) decodeFixed(kind arrow.DataType, mem memory.Allocator) arrow.Array {
	c := newBuilder(kind, g.Len(), mem)
	g.values = sized(g.values, g.Len())
	for id, at := range g.at {
		if g.data[at] == 1 {
			c.null(id)
			g.values[id] = 0
			g.at[id] = at + 1
			continue
		}
		g.values[id] = int64(binary.LittleEndian.Uint64(g.data[at+1:]))
		g.at[id] = at + 9
	}
	c.keyValues(g.values)
	return c.array()
}

// decodeBytes is decodeFixed of a string or binary column.
func (g *Groups) decodeBytes(kind arrow.DataType, mem memory.Allocator) arrow.Array {
	c := newBuilder(kind, g.Len(), mem)
	offsets := c.offsets()
	size := int32(0)
	for id, at := range g.at {
		offsets[id] = size
		if g.data[at] == 1 {
			c.null(id)
			continue
		}
		size += int32(binary.LittleEndian.Uint32(g.data[at+1:]))
	}
	offsets[len(g.at)] = size
	bytes := c.bytes(int(size))
	for id, at := range g.at {
		if g.data[at] == 1 {
			g.at[id] = at + 1
			continue
		}
		n := copy(bytes[offsets[id]:offsets[id+1]], g.data[at+5:])
		g.at[id] = at + 5 + uint64(n)
	}
	return c.array()
}
