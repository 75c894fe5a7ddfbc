package agg

import (
	"sync"
	"sync/atomic"
	"unsafe"
)

// Frozen is the states of a Func at one instant. Range may be called on another
// goroutine while the Func goes on; Release on any, once.
type Frozen interface {
	// Range is a Func with the states of groups lo to hi-1, numbered from 0; lo is a
	// multiple of FrozenRange.
	Range(lo, hi int) Func
	Release()
}

// FrozenRange is the unit in which frozen states are read: so many groups are
// written as one batch.
const FrozenRange = 64 * pageGroups

// pageGroups is how many groups are copied when one of them changes under a
// snapshot. Keys hit groups at random: with large pages the first batch after a
// freeze would copy nearly everything, which is the stall that a freeze avoids.
const pageGroups = 64

// cells is one value per group. While a snapshot is under way, a page of them is
// copied before its first change; otherwise nothing stands between the loops of an
// aggregate and the slice.
type cells[T any] struct {
	live  []T
	clone func(T) T // of a value that is more than its bytes; nil = assignment
	hold  atomic.Pointer[held[T]]
}

// held is what a snapshot has of cells: pages that have changed since.
type held[T any] struct {
	mu    sync.Mutex
	n     int
	kept  []bool // pages copied
	pages [][]T
}

// write makes room for n groups and returns the values; those of groups are going
// to change.
func (c *cells[T]) write(n int, groups []uint32) []T {
	h := c.hold.Load()
	if h == nil {
		c.live = grown(c.live, n)
		return c.live
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	c.live = grown(c.live, n)
	for _, g := range groups {
		if p := int(g) / pageGroups; int(g) < h.n && !h.kept[p] {
			h.kept[p] = true
			h.pages[p] = c.copy(nil, p*pageGroups, min((p+1)*pageGroups, h.n))
		}
	}
	return c.live
}

func (c *cells[T]) copy(dst []T, lo, hi int) []T {
	if c.clone == nil {
		return append(dst, c.live[lo:hi]...)
	}
	for _, v := range c.live[lo:hi] {
		dst = append(dst, c.clone(v))
	}
	return dst
}

// reset forgets the values; no snapshot may be under way.
func (c *cells[T]) reset() { c.live = c.live[:0] }

// freeze begins a snapshot of the first n values.
func (c *cells[T]) freeze(n int) {
	c.live = grown(c.live, n)
	pages := (n + pageGroups - 1) / pageGroups
	c.hold.Store(&held[T]{n: n, kept: make([]bool, pages), pages: make([][]T, pages)})
}

// frozen is the values lo to hi-1 of the snapshot.
func (c *cells[T]) frozen(lo, hi int) cells[T] {
	h := c.hold.Load()
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make([]T, 0, hi-lo)
	for at := lo; at < hi; at += pageGroups {
		p := at / pageGroups
		if page := h.pages[p]; h.kept[p] {
			out = append(out, page...)
			continue
		}
		// It stays protected: a write that failed reads it again.
		out = c.copy(out, at, min(at+pageGroups, hi))
	}
	return cells[T]{live: out, clone: c.clone}
}

// bytes is the memory held; values that are more than their bytes are counted by
// their owner.
func (c *cells[T]) bytes() int64 {
	var one T
	return int64(cap(c.live)) * int64(unsafe.Sizeof(one))
}

// release ends the snapshot.
func (c *cells[T]) release() { c.hold.Store(nil) }

// frozenFunc is the Frozen of every Func: how to get a range, and what to release.
type frozenFunc struct {
	span func(lo, hi int) Func
	free func()
}

func (f frozenFunc) Range(lo, hi int) Func { return f.span(lo, hi) }
func (f frozenFunc) Release()              { f.free() }

// flag is read and set by different goroutines. It is here because nothing else in the
// package may know of any: see the test of imports.
type flag = atomic.Bool

// fault is the first error of a Func and of those that Freeze made of it, which is noted
// and read by different goroutines.
type fault struct{ first atomic.Pointer[error] }

func (f *fault) note(err error) { f.first.CompareAndSwap(nil, &err) }

func (f *fault) get() error {
	if err := f.first.Load(); err != nil {
		return *err
	}
	return nil
}

// FrozenGroups is the keys of Groups at one instant. Keys are only ever added, so it
// shares their memory; Range may be called on another goroutine, Release on any,
// once.
type FrozenGroups struct{ of, live *Groups }

// Freeze keeps the keys as they are now. One at a time.
func (g *Groups) Freeze() FrozenGroups {
	g.frozen.Store(true)
	return FrozenGroups{of: &Groups{kinds: g.kinds, entries: g.entries, data: g.data}, live: g}
}

// Frozen tells that somebody is still reading: the groups must not be Reset.
func (g *Groups) Frozen() bool { return g.frozen.Load() }

// Release ends the reading.
func (f FrozenGroups) Release() { f.live.frozen.Store(false) }

// Len is the number of groups.
func (f FrozenGroups) Len() int { return f.of.Len() }

// Range is the groups lo to hi-1, numbered from 0, for Columns only.
func (f FrozenGroups) Range(lo, hi int) *Groups {
	base := uint64(0)
	if lo > 0 {
		base = f.of.entries[lo-1].end
	}
	entries := append([]entry(nil), f.of.entries[lo:hi]...)
	for i := range entries {
		entries[i].end -= base
	}
	end := base
	if hi > lo {
		end = f.of.entries[hi-1].end
	}
	return &Groups{kinds: f.of.kinds, entries: entries, data: f.of.data[base:end]}
}
