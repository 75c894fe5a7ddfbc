package agg

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// approxDistinct is APPROX_COUNT_DISTINCT(x): how many distinct values there are, NULL left
// out; exact up to 10,000, then within a few thousandths (kda-sql.md §15.1).
type approxDistinct struct {
	sketches cells[sketch]
	keys     keys
	held     int64 // bytes behind the sketches
}

func newApproxDistinct() *approxDistinct {
	return &approxDistinct{sketches: cells[sketch]{clone: sketch.clone}}
}

func (d *approxDistinct) Update(n int, groups, rows []uint32, arg arrow.Array) {
	sketches := d.sketches.write(n, groups)
	if arg.DataType().ID() == arrow.NULL {
		return
	}
	d.keys.load([]arrow.Array{arg}, rows)
	for i, g := range groups {
		if arg.IsNull(int(rows[i])) {
			continue
		}
		s := &sketches[g]
		before := s.bytes()
		s.add(mixed(d.keys.hashes[i]))
		d.held += s.bytes() - before
	}
}

func (d *approxDistinct) Merge(n int, groups []uint32, state []arrow.Array) {
	sketches, more := d.sketches.write(n, groups), state[0].(*array.Binary)
	for i, g := range groups {
		s := &sketches[g]
		before := s.bytes()
		s.mergeFrom(more.Value(i))
		d.held += s.bytes() - before
	}
}

func (d *approxDistinct) State(n int, mem memory.Allocator) []arrow.Array {
	b := array.NewBinaryBuilder(mem, arrow.BinaryTypes.Binary)
	defer b.Release()
	var buf []byte
	for i := range d.sketches.write(n, nil)[:n] {
		buf = d.sketches.live[i].append(buf[:0])
		b.Append(buf)
	}
	return []arrow.Array{b.NewArray()}
}

func (d *approxDistinct) Result(n int, mem memory.Allocator) (arrow.Array, []uint32) {
	counts := make([]int64, n)
	for i := range d.sketches.write(n, nil)[:n] {
		counts[i] = d.sketches.live[i].count()
	}
	return int64Column(counts, mem), nil
}

func (d *approxDistinct) Freeze(n int) Frozen {
	d.sketches.freeze(n)
	return frozenFunc{func(lo, hi int) Func {
		return &approxDistinct{sketches: d.sketches.frozen(lo, hi)}
	}, d.sketches.release}
}

func (d *approxDistinct) Reset() {
	clear(d.sketches.live) // lets go of sets and registers
	d.sketches.reset()
	d.held = 0
}

func (d *approxDistinct) Bytes() int64 { return d.sketches.bytes() + d.held }
