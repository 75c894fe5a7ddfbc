package state

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"

	"github.com/millrace-sql/millrace/sql/types"
)

// The version of the root record; see format.md.
const rootVersion = 1

// encodeRoot writes the root record. Maps are written in the order of their keys, so that equal checkpoints have equal
// bytes.
func encodeRoot(c Checkpoint, operators []operator) []byte {
	out := make([]byte, 4, 256) // the checksum, last
	out = append(out, rootVersion)
	out = binary.AppendUvarint(out, c.Epoch)
	out = appendMap(out, c.Offsets, appendString[[]byte])
	out = appendMap(out, c.Watermarks, func(out []byte, t types.Time) []byte { return binary.AppendVarint(out, int64(t)) })
	out = appendMap(out, c.Counters, binary.AppendVarint)
	out = appendMap(out, c.Tokens, appendString[[]byte])
	out = binary.AppendUvarint(out, uint64(len(operators)))
	for _, op := range operators {
		out = appendString(out, op.name)
		out = binary.AppendUvarint(out, uint64(len(op.chunks)))
		for _, c := range op.chunks {
			out = binary.AppendUvarint(out, uint64(c.length))
			out = binary.LittleEndian.AppendUint32(out, c.crc)
		}
	}
	binary.LittleEndian.PutUint32(out, crc32.Checksum(out[4:], castagnoli))
	return out
}

func appendString[S string | []byte](out []byte, s S) []byte {
	return append(binary.AppendUvarint(out, uint64(len(s))), s...)
}

func appendMap[V any](out []byte, m map[string]V, value func([]byte, V) []byte) []byte {
	out = binary.AppendUvarint(out, uint64(len(m)))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = value(appendString(out, k), m[k])
	}
	return out
}

// decodeRoot reads a root record into memory of its own. It never panics, whatever the bytes.
func decodeRoot(in []byte) (*Checkpoint, []operator, error) {
	if len(in) < 5 || crc32.Checksum(in[4:], castagnoli) != binary.LittleEndian.Uint32(in) {
		return nil, nil, fmt.Errorf("%w: checksum of the root record does not match", ErrCorrupt)
	}
	if in[4] != rootVersion {
		return nil, nil, fmt.Errorf("root record: %w: found %d, this program reads %d", ErrVersion, in[4], rootVersion)
	}
	d := &rootDecoder{in: in[5:]}
	c := &Checkpoint{Epoch: d.uvarint()}
	c.Offsets = readMap(d, d.bytes)
	c.Watermarks = readMap(d, func() types.Time { return types.Time(d.varint()) })
	c.Counters = readMap(d, d.varint)
	c.Tokens = readMap(d, d.bytes)
	var operators []operator
	for n := d.count(); n > 0 && !d.bad; n-- {
		op := operator{name: string(d.bytes())}
		for k := d.count(); k > 0 && !d.bad; k-- {
			op.chunks = append(op.chunks, chunk{length: uint32(d.uvarint()), crc: d.uint32()})
		}
		operators = append(operators, op)
	}
	if d.bad || len(d.in) > 0 {
		return nil, nil, fmt.Errorf("%w: the root record does not end where it should", ErrCorrupt)
	}
	return c, operators, nil
}

// rootDecoder reads from the front of in; once bad, everything it returns is zero.
type rootDecoder struct {
	in  []byte
	bad bool
}

func (d *rootDecoder) take(n int) []byte {
	if d.bad || n < 0 || n > len(d.in) {
		d.bad = true
		return nil
	}
	out := d.in[:n]
	d.in = d.in[n:]
	return out
}

func (d *rootDecoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.in)
	if n <= 0 {
		d.bad = true
		return 0
	}
	d.take(n)
	return v
}

func (d *rootDecoder) varint() int64 {
	v, n := binary.Varint(d.in)
	if n <= 0 {
		d.bad = true
		return 0
	}
	d.take(n)
	return v
}

func (d *rootDecoder) uint32() uint32 {
	if b := d.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// count reads a number of items, each of which takes at least one byte of what is left.
func (d *rootDecoder) count() int {
	n := d.uvarint()
	if n > uint64(len(d.in)) {
		d.bad = true
		return 0
	}
	return int(n)
}

func (d *rootDecoder) bytes() []byte { return append([]byte{}, d.take(d.count())...) }

func readMap[V any](d *rootDecoder, value func() V) map[string]V {
	n := d.count()
	out := make(map[string]V, min(n, 1024))
	for ; n > 0 && !d.bad; n-- {
		k := string(d.bytes())
		out[k] = value()
	}
	return out
}
