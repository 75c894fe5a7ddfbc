package format

import (
	"math"

	"github.com/millrace-sql/millrace/sql/swar"
)

// head is the beginning of a member as some record spelled it, from the comma
// (or the brace) to the character before the value. A later record with the same
// bytes at the same place has the same member there.
type head struct {
	first, mask, last uint64 // the first eight bytes, or fewer under the mask; the last eight
	length            int    // more than any record has: nothing is known
	text              string
	target
}

// target is what a member name stands for: an index of the columns, nowhere, or
// below that the nodes of the decoder, the first one at nowhere-1.
type target struct {
	column int
	exact  bool
}

const nowhere = -1

const (
	maxHeads = 256  // members of a record that are guessed
	maxHead  = 64   // length of a head that is remembered
	maxNames = 4096 // names that are looked up once
)

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
	return string(b[i+8:i+h.length-8]) == h.text[8:h.length-8]
}

func (h *head) learn(text []byte, t target) {
	h.length, h.target = len(text), t
	if h.text != string(text) {
		h.text = string(text)
	}
	var first, last [8]byte
	copy(first[:], text)
	h.first, h.mask, h.last = swar.Load(first[:], 0), ^uint64(0), 0
	if n := len(text); n < 8 {
		h.mask = 1<<(8*n) - 1
	} else {
		copy(last[:], text[n-8:])
		h.last = swar.Load(last[:], 0)
	}
}

// member reads the beginning of a member at b[i:] and returns it with the index
// of its value: nil and the index after the brace at the end of the object, -1
// where the record is broken. The head is remembered at guess.
func (d *jsonDecoder) member(b []byte, i, guess int, first bool) (*head, int) {
	from := i
	if first {
		i++
	} else {
		i = skipSpace(b, i)
		switch {
		case i < len(b) && b[i] == '}':
			return nil, i + 1
		case i >= len(b):
			return nil, d.fail(i, "the record ends inside an object")
		case b[i] != ',':
			return nil, d.fail(i, "expected a comma or the end of the object")
		}
		i++
	}
	i = skipSpace(b, i)
	if first && i < len(b) && b[i] == '}' {
		return nil, i + 1
	}
	if i >= len(b) || b[i] != '"' {
		return nil, d.fail(i, "expected a member name")
	}
	end := d.skipString(b, i+1)
	if end < 0 {
		return nil, -1
	}
	name := d.unquote(b[i:end])
	i = skipSpace(b, end)
	if i >= len(b) || b[i] != ':' {
		return nil, d.fail(i, "expected a colon after the member name")
	}
	i = skipSpace(b, i+1)
	return d.remember(guess, b[from:i], d.find(d.at, name)), i
}

// remember keeps a head as that of the member at guess. A place is never left
// out: what is at 0 follows nothing, what is behind it a member.
func (d *jsonDecoder) remember(guess int, text []byte, t target) *head {
	h := &d.spare
	if guess < maxHeads {
		if guess == len(d.heads) {
			d.heads = append(d.heads, head{})
		}
		h = &d.heads[guess]
	}
	if len(text) > maxHead || h == &d.spare {
		h.length, h.target = math.MaxInt, t
	} else {
		h.learn(text, t)
	}
	return h
}
