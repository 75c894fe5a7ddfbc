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
	// next and second are the heads that followed, the last one first; 0: none.
	next, second uint16
}

const (
	maxHeads = 256 // that are known at a time
	maxHead  = 64  // length of a head that is known
	slots    = 2 * maxHeads
)

// heads is what the members of the objects at one place began with. list[0] stands for
// the beginning of the object, and for a follower that is not known. list[1] is the
// head of the member that is read, if it is none of the known.
type heads struct {
	list []head
	// table finds those from list[2] on by hash, at the first free slot from theirs on.
	table [slots]uint16
	// wild counts how often a member was not the one expected, less the objects and what
	// would have been right. Above wildest/2 nothing is expected: where the order is none,
	// asking costs more than finding, because no branch of it can be predicted.
	wild int
}

const wildest = 32

// expect masks the follower that a member is compared with.
func (k *heads) expect() uint16 {
	if k.wild > wildest/2 {
		return 0
	}
	return math.MaxUint16
}

func newHeads() *heads {
	h := &heads{}
	h.list = append(h.list, head{length: math.MaxInt}, head{length: math.MaxInt})
	return h
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

// other is the head that b has at i, behind the head cur, where it is not the one
// expected; 0: it is not known, or only member can tell.
func (k *heads) other(b []byte, i, cur int) int {
	c := &k.list[cur]
	if s := c.second; s != 0 && k.wild <= wildest/2 && k.list[s].starts(b, i) {
		c.next, c.second = s, c.next
		return int(s)
	}
	if len(b)-i < nameRoom {
		// Zeros behind the end of b end no name.
		var tail [nameRoom]byte
		copy(tail[:], b[min(i, len(b)):])
		b, i = tail[:], 0
	}
	if cur > 0 && b[i] != ',' || cur == 0 && b[i] != '{' || b[i+1] != '"' {
		return 0
	}
	// The name ends with the first quote, or the head is not known by what is here.
	n := bits.TrailingZeros32(quotes(swar.Load(b, i+2))|quotes(swar.Load(b, i+10))<<8|1<<16) + 3
	if n > nameRoom-8 || b[i+n] != ':' {
		return 0
	}
	n++
	first, last := swar.Load(b, i), uint64(0)
	if n < 8 {
		first &= 1<<(8*n) - 1
	} else {
		last = swar.Load(b, i+n-8)
	}
	for slot := hash(first, last, n); k.table[slot] != 0; slot = (slot + 1) % slots {
		at := k.table[slot]
		if h := &k.list[at]; h.length == n && h.first == first && h.last == last && (n <= 16 || h.middle(b, i)) {
			k.meet(c, at)
			return int(at)
		}
	}
	return 0
}

// meet notes that a head followed another.
func (k *heads) meet(c *head, at uint16) {
	if c.next == at {
		k.wild--
		return
	}
	k.wild = min(k.wild+1, wildest)
	c.next, c.second = at, c.next
}

// nameRoom is what must follow where a name of up to 16 bytes is looked for.
const nameRoom = 27

// quotes has a bit for each byte of w that is a quote; the lowest is exact.
func quotes(w uint64) uint32 {
	w ^= '"' * swar.Lows
	return uint32((((w - swar.Lows) &^ w & swar.Highs) >> 7) * 0x0102040810204080 >> 56)
}

// learn is the head of a text that follows cur.
func (k *heads) learn(cur int, text []byte, t target) int {
	if len(text) > maxHead {
		k.list[1].target, k.list[1].next, k.list[1].second = t, 0, 0
		return 1
	}
	h := head{length: len(text), target: t, mask: ^uint64(0)}
	var first, last [8]byte
	copy(first[:], text)
	h.first = swar.Load(first[:], 0)
	if n := len(text); n < 8 {
		h.mask = 1<<(8*n) - 1
	} else {
		copy(last[:], text[n-8:])
		h.last = swar.Load(last[:], 0)
	}
	slot := hash(h.first, h.last, h.length)
	for ; k.table[slot] != 0; slot = (slot + 1) % slots {
		if at := k.table[slot]; string(k.list[at].text) == string(text) {
			k.list[cur].next, k.list[cur].second = at, k.list[cur].next
			return int(at)
		}
	}
	if len(k.list) == maxHeads {
		// Names that do not come again have filled it: begin anew.
		clear(k.table[:])
		k.list = k.list[:2]
		k.list[0].next, k.list[0].second = 0, 0
		return k.learn(0, text, t)
	}
	at := len(k.list)
	if at < cap(k.list) {
		h.text = k.list[:at+1][at].text[:0]
	}
	h.text = append(h.text, text...)
	k.list = append(k.list, h)
	k.table[slot] = uint16(at)
	k.list[cur].next, k.list[cur].second = uint16(at), k.list[cur].next
	return at
}
