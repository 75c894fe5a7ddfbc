package format

import (
	"math"
	"math/bits"

	"github.com/millrace-sql/millrace/sql/swar"
)

// head is the beginning of a member as some record spelled it, from the comma
// (or the brace) to the character before the value. The same bytes where a member
// begins are the same member.
type head struct {
	first, mask, last uint64 // the first eight bytes, or fewer under the mask; the last eight
	length            int    // more than any record has: nothing is known
	text              []byte
	target
	// next and second are the heads that followed, the last one first.
	next, second *head
}

// unknown is no record's head. It is never written to.
var unknown = head{length: math.MaxInt}

const (
	maxHeads = 256 // that are known at a time
	maxHead  = 64  // length of a head that is known
	slots    = 2 * maxHeads
)

// heads is what the members of the objects at one place began with. begin stands for the
// beginning of the object, long for the head of the member that is read where it is too
// long to be known.
type heads struct {
	begin, long head
	list        []*head
	// table finds those of list by hash, at the first free slot from theirs on.
	table [slots]*head
	// wild counts how often a member was not the one expected, less the objects and what
	// would have been right. Above wildest/2 nothing is expected: where the order is none,
	// asking costs more than finding, because no branch of it can be predicted.
	wild int
}

const wildest = 32

func newHeads() *heads {
	k := &heads{begin: unknown, long: unknown}
	k.begin.forget()
	k.long.forget()
	return k
}

// starts tells whether b continues with h at i.
func (h *head) starts(b []byte, i int) bool {
	if len(b)-i < 8 || len(b)-i < h.length || swar.Load(b, i)&h.mask != h.first {
		return false
	}
	if h.length <= 8 {
		return true
	}
	if swar.Load(b, i+h.length-8) != h.last {
		return false
	}
	return h.length <= 16 || h.middle(b, i)
}

// middle compares what a head of more than 16 bytes has between its first and
// last eight.
func (h *head) middle(b []byte, i int) bool {
	return string(b[i+8:i+h.length-8]) == string(h.text[8:h.length-8])
}

// hash is that of the head of a length that b has at i.
func hash(first, last uint64, length int) int {
	return int((first*0x9e3779b97f4a7c15 ^ bits.RotateLeft64(last*0xc2b2ae3d27d4eb4f, 32) ^ uint64(length)*0x165667b19e3779f9) * 0x9e3779b97f4a7c15 >> 55)
}

func (h *head) forget() { h.next, h.second = &unknown, &unknown }

func (h *head) followedBy(next *head) { h.next, h.second = next, h.next }

// other is the head that b has at i, behind the head cur, where it is not the one
// expected; nil: it is not known, or only member can tell.
func (k *heads) other(b []byte, i int, cur *head) *head {
	if s := cur.second; k.wild <= wildest/2 && s.starts(b, i) {
		cur.followedBy(s)
		return s
	}
	begins := byte(',')
	if cur == &k.begin {
		begins = '{'
	}
	if len(b)-i < nameRoom {
		// Zeros behind the end of b end no name.
		var tail [nameRoom]byte
		copy(tail[:], b[min(i, len(b)):])
		b, i = tail[:], 0
	}
	if b[i] != begins || b[i+1] != '"' {
		return nil
	}
	// The name ends with the first quote, or the head is not known by what is here.
	n := bits.TrailingZeros32(quotes(swar.Load(b, i+2))|quotes(swar.Load(b, i+10))<<8|1<<16) + 3
	if n > nameRoom-8 || b[i+n] != ':' {
		return nil
	}
	n++
	first, last := swar.Load(b, i), uint64(0)
	if n < 8 {
		first &= 1<<(8*n) - 1
	} else {
		last = swar.Load(b, i+n-8)
	}
	for slot := hash(first, last, n); k.table[slot] != nil; slot = (slot + 1) % slots {
		if h := k.table[slot]; h.length == n && h.first == first && h.last == last && (n <= 16 || h.middle(b, i)) {
			k.meet(cur, h)
			return h
		}
	}
	return nil
}

// meet notes that a head followed another.
func (k *heads) meet(cur, h *head) {
	if cur.next == h {
		k.wild--
		return
	}
	k.wild = min(k.wild+1, wildest)
	cur.followedBy(h)
}

// nameRoom is what must follow where a name of up to 16 bytes is looked for.
const nameRoom = 27

// quotes has a bit for each byte of w that is a quote; the lowest is exact.
func quotes(w uint64) uint32 {
	w ^= '"' * swar.Lows
	return uint32((((w - swar.Lows) &^ w & swar.Highs) >> 7) * 0x0102040810204080 >> 56)
}

// learn is the head of a text that follows cur.
func (k *heads) learn(cur *head, text []byte, t target) *head {
	if len(text) > maxHead {
		k.long.target = t
		k.long.forget()
		return &k.long
	}
	fresh := newHead(text)
	slot := hash(fresh.first, fresh.last, fresh.length)
	for ; k.table[slot] != nil; slot = (slot + 1) % slots {
		if h := k.table[slot]; string(h.text) == string(text) {
			cur.followedBy(h)
			return h
		}
	}
	if len(k.list) == maxHeads {
		// Names that do not come again have filled it: begin anew.
		clear(k.table[:])
		k.list = k.list[:0]
		k.begin.forget()
		return k.learn(&k.begin, text, t)
	}
	h := k.room()
	fresh.text, fresh.target = append(h.text[:0], text...), t
	fresh.forget()
	*h = fresh
	k.table[slot] = h
	if cur != h {
		cur.followedBy(h)
	}
	return h
}

// room is one more head of the list, perhaps one that was in it before.
func (k *heads) room() *head {
	if n := len(k.list); n < cap(k.list) {
		if k.list = k.list[:n+1]; k.list[n] != nil {
			return k.list[n]
		}
		k.list[n] = &head{}
		return k.list[n]
	}
	k.list = append(k.list, &head{})
	return k.list[len(k.list)-1]
}

// newHead is what starts compares of a text, which is not kept.
func newHead(text []byte) head {
	h := head{length: len(text), mask: ^uint64(0)}
	var first, last [8]byte
	copy(first[:], text)
	h.first = swar.Load(first[:], 0)
	if n := len(text); n < 8 {
		h.mask = 1<<(8*n) - 1
	} else {
		copy(last[:], text[n-8:])
		h.last = swar.Load(last[:], 0)
	}
	return h
}
