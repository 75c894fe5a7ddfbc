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
	size, m := shortText, v.mask()
	for _, i := range sel {
		size += int(v.ends[int(i)&m] - v.starts[int(i)&m])
	}
	ob, db := newBuffer(mem, (n+1)*4), newBuffer(mem, size)
	offsets, data := arrow.Int32Traits.CastFromBytes(ob.Bytes()), db.Bytes()
	at := 0
	if v.null == nil && len(sel) == n && !v.konst {
		starts, ends := v.starts[:n], v.ends[:n]
		offsets = offsets[:n+1]
		for i, from := range starts {
			offsets[i] = int32(at)
			at += copyText(data, at, v.data, int(from), int(ends[i]))
		}
		offsets[n] = int32(at)
	} else {
		at = gatherTexts(offsets, data, v, sel)
	}
	db.Resize(at)
	return []*memory.Buffer{ob, db}
}

func gatherTexts(offsets []int32, data []byte, v *vec, sel []uint32) (at int) {
	next, m := 0, v.mask()
	for _, i := range sel {
		for ; next <= int(i); next++ {
			offsets[next] = int32(at)
		}
		if k := int(i) & m; v.null == nil || !v.null[k] {
			at += copyText(data, at, v.data, int(v.starts[k]), int(v.ends[k]))
		}
	}
	for ; next < len(offsets); next++ {
		offsets[next] = int32(at)
	}
	return at
}

// copyText copies from[start:end] to to[at:] and returns its length. What is behind may
// be overwritten: to has room for that.
func copyText(to []byte, at int, from []byte, start, end int) int {
	if n := end - start; n > shortText || start > len(from)-shortText {
		return copy(to[at:], from[start:end])
	}
	swar.Store(to, at, swar.Load(from, start))
	swar.Store(to, at+8, swar.Load(from, start+8))
	return end - start
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
