package expr

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/swar"
)

// shortText is how many bytes are copied at once where a text has no more.
const shortText = 16

// storeTexts packs the selected values; dead rows are empty.
func storeTexts(v *vec, n int, sel []uint32, mem memory.Allocator) []*memory.Buffer {
	if v.packed && len(sel) == n && n > 0 {
		return storePacked(v, n, mem)
	}
	all := v.null == nil && len(sel) == n && !v.konst
	ob, db := newBuffer(mem, (n+1)*4), newBuffer(mem, textSize(v, all, n, sel)+shortText)
	offsets, data := arrow.Int32Traits.CastFromBytes(ob.Bytes()), db.Bytes()
	at := 0
	if all {
		at = gatherAll(offsets, data, v, n)
	} else {
		at = gatherTexts(offsets, data, v, sel)
	}
	db.Resize(at)
	return []*memory.Buffer{ob, db}
}

func textSize(v *vec, all bool, n int, sel []uint32) int {
	size := 0
	if all {
		starts, ends := v.starts[:n], v.ends[:n]
		for i, end := range ends {
			size += int(end - starts[i])
		}
		return size
	}
	m := v.mask()
	for _, i := range sel {
		size += int(v.ends[int(i)&m] - v.starts[int(i)&m])
	}
	return size
}

// gatherAll copies n texts, none of them NULL; it returns their size, and data has
// shortText bytes more.
func gatherAll(offsets []int32, data []byte, v *vec, n int) int {
	starts, ends, from := v.starts[:n], v.ends[:n], v.data[:cap(v.data)]
	offsets = offsets[:n+1]
	at, safe := 0, len(from)-shortText
	for i, s := range starts {
		offsets[i] = int32(at)
		start, length := int(s), int(ends[i]-s)
		if length > shortText || start > safe {
			copy(data[at:], from[start:start+length])
		} else {
			// What is copied too much is overwritten by the next, or cut off.
			swar.Store(data, at, swar.Load(from, start))
			swar.Store(data, at+8, swar.Load(from, start+8))
		}
		at += length
	}
	offsets[n] = int32(at)
	return at
}

// gatherTexts is the same for the rows of sel, which may be NULL.
func gatherTexts(offsets []int32, data []byte, v *vec, sel []uint32) (at int) {
	next, m := 0, v.mask()
	for _, i := range sel {
		for ; next <= int(i); next++ {
			offsets[next] = int32(at)
		}
		if k := int(i) & m; v.null == nil || !v.null[k] {
			at += copy(data[at:], v.data[v.starts[k]:v.ends[k]])
		}
	}
	for ; next < len(offsets); next++ {
		offsets[next] = int32(at)
	}
	return at
}

// storePacked copies texts that lie behind one another in one piece.
func storePacked(v *vec, n int, mem memory.Allocator) []*memory.Buffer {
	from, to := v.starts[0], v.ends[n-1]
	ob, db := newBuffer(mem, (n+1)*4), newBuffer(mem, int(to-from))
	copy(db.Bytes(), v.data[from:to])
	offsets := arrow.Int32Traits.CastFromBytes(ob.Bytes())
	for i, at := range v.starts[:n] {
		offsets[i] = at - from
	}
	offsets[n] = to - from
	return []*memory.Buffer{ob, db}
}
