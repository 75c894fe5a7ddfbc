package expr

import (
	"bytes"

	"github.com/millrace-sql/millrace/sql/swar"
)

// textConst is a text that others are equal to, or not: up to 16 bytes as two words,
// which overlap where there are fewer.
type textConst struct {
	text              []byte
	first, mask, last uint64
	tail              int // where last begins
	not               bool
}

// againstText is the comparison as equality with a constant, if it is that; x is the
// other side.
func (e *compareOp) againstText(l, r *vec) (x *vec, k textConst, ok bool) {
	if l.konst {
		l, r = r, l
	}
	if l.konst || !r.konst || r.isNull(0) || e.op != "=" && e.op != "<>" {
		return nil, k, false
	}
	return l, newTextConst(r.text(0), e.op == "<>"), true
}

func newTextConst(text []byte, not bool) textConst {
	k := textConst{text: text, not: not, mask: ^uint64(0)}
	var word [8]byte
	copy(word[:], text)
	k.first, k.last = swar.Load(word[:], 0), swar.Load(word[:], 0)
	if n := len(text); n < 8 {
		k.mask = 1<<(8*n) - 1
	} else {
		k.tail = n - 8
		k.last = swar.Load(text, k.tail)
	}
	return k
}

// safe is the last place of data where both words of a text that begins there lie
// within it, and -1 where they never do.
func (k *textConst) safe(data []byte) int {
	if len(k.text) > 16 {
		return -1
	}
	return len(data) - max(len(k.text), 8)
}

// pick is the rows of sel that stand in the relation; none is NULL.
func (k *textConst) pick(out []uint32, x *vec, sel []uint32) []uint32 {
	n, safe, data, starts, ends := 0, k.safe(x.data), x.data, x.starts, x.ends
	first, mask, last, tail, not, length := k.first, k.mask, k.last, k.tail, b2i(k.not), len(k.text)
	for _, i := range sel {
		out[n] = i
		start, end := int(starts[i]), int(ends[i])
		if start > safe {
			n += b2i(bytes.Equal(data[start:end], k.text)) ^ not
			continue
		}
		// Without a branch: lengths come in no order.
		d := (swar.Load(data, start)^first)&mask | (swar.Load(data, start+tail)^last)&mask
		n += b2i(d|uint64(end-start-length) == 0) ^ not
	}
	return out[:n]
}

// compareAll is the same as booleans; what is NULL has any.
func (k *textConst) compareAll(out []bool, x *vec, sel []uint32) {
	safe := k.safe(x.data)
	for _, i := range sel {
		start, end := int(x.starts[i]), int(x.ends[i])
		if start > safe {
			out[i] = !x.isNull(i) && bytes.Equal(x.data[start:end], k.text) != k.not
			continue
		}
		d := (swar.Load(x.data, start)^k.first)&k.mask | (swar.Load(x.data, start+k.tail)^k.last)&k.mask
		out[i] = (d|uint64(end-start-len(k.text)) == 0) != k.not
	}
}
