package shardlog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"slices"

	"github.com/klauspost/compress/s2"

	"github.com/millrace-sql/millrace/sql/types"
)

// No block that was ever written has a larger body: see maxBlockBytes and MaxRecordBytes.
const maxBodyBytes = 32 << 20

var (
	errShort    = errors.New("shorter than its header says")
	errChecksum = errors.New("checksum does not match")
	errHeader   = errors.New("impossible header")
	errBody     = errors.New("body does not fit its header")
)

// parseHeader reads the header without checking the checksum, which covers the body too. Checksum and version have their
// place in every version.
func parseHeader(stored []byte) (header, error) {
	if len(stored) < headerBytes {
		return header{}, errShort
	}
	if v := stored[4]; v != blockVersion {
		return header{}, fmt.Errorf("%w: found %d, this program reads %d", ErrVersion, v, blockVersion)
	}
	le := binary.LittleEndian
	h := header{
		codec:       Codec(stored[5]),
		inLane:      le.Uint16(stored[6:])&flagLane != 0,
		first:       le.Uint64(stored[8:]),
		count:       int(le.Uint32(stored[16:])),
		rawBytes:    int(le.Uint32(stored[20:])),
		storedBytes: int(le.Uint32(stored[24:])),
		minArrival:  types.Time(le.Uint64(stored[32:])),
		maxArrival:  types.Time(le.Uint64(stored[40:])),
		lane:        laneID{lane: le.Uint32(stored[28:])},
		ordinal:     le.Uint64(stored[64:]),
		nextOrdinal: le.Uint64(stored[72:]),
	}
	copy(h.lane.incarnation[:], stored[48:64])
	// Every record takes at least the two bytes of its lengths.
	if h.count < 1 || h.rawBytes > maxBodyBytes || h.storedBytes > maxBodyBytes || h.count > h.rawBytes/2 ||
		h.codec > Raw || h.first == 0 || h.first > math.MaxUint64-uint64(h.count) || h.minArrival > h.maxArrival {
		return header{}, errHeader
	}
	return h, nil
}

// decoder holds the memory that a decoded block points into; it is used again for the next block.
type decoder struct {
	body     []byte
	ends     []uint32
	arrivals []types.Time
	chunks   []byte // the parts of a block that is stored in several values

	into  *Block             // what take decodes into
	whole bool               // take had the whole block
	taker func([]byte) error // take, bound once instead of at every block
}

func newDecoder() *decoder {
	d := &decoder{}
	d.taker = d.take
	return d
}

// take decodes a stored value, or keeps it when it is only the first chunk of a block.
func (d *decoder) take(v []byte) error {
	h, err := parseHeader(v)
	if d.whole = err != nil || headerBytes+h.storedBytes <= len(v); d.whole {
		return d.decode(v, d.into)
	}
	d.chunks = append(d.chunks[:0], v...)
	return nil
}

// decode checks a stored block and points b at its records. It never panics, whatever the bytes.
func (d *decoder) decode(stored []byte, b *Block) error {
	h, err := parseHeader(stored)
	if err == nil && len(stored) != headerBytes+h.storedBytes || errors.Is(err, errShort) {
		return errShort
	}
	// A damaged byte is told from another version by the checksum.
	if crc32.Checksum(stored[4:], castagnoli) != binary.LittleEndian.Uint32(stored) {
		return errChecksum
	}
	if err != nil {
		return err
	}
	if err := d.unpack(&h, stored[headerBytes:]); err != nil {
		return err
	}
	*b = Block{header: h}
	rest := d.body
	if h.minArrival != h.maxArrival {
		if rest, err = d.readArrivals(&h, rest); err != nil {
			return err
		}
		b.arrivals = d.arrivals
	}
	d.ends = slices.Grow(d.ends[:0], 2*(h.count+1))[:2*(h.count+1)]
	b.keyEnds, b.dataEnds = d.ends[:h.count+1:h.count+1], d.ends[h.count+1:]
	rest, okKeys := readLengths(b.keyEnds, rest)
	rest, okData := readLengths(b.dataEnds, rest)
	keyBytes, dataBytes := int(b.keyEnds[h.count]), int(b.dataEnds[h.count])
	if !okKeys || !okData || keyBytes+dataBytes != len(rest) {
		return errBody
	}
	b.keys, b.data = rest[:keyBytes:keyBytes], rest[keyBytes:]
	return nil
}

// unpack fills d.body with the body as it was encoded. A raw body is copied too: the stored bytes are only borrowed.
func (d *decoder) unpack(h *header, stored []byte) error {
	if h.codec == Raw {
		if len(stored) != h.rawBytes {
			return errBody
		}
		d.body = append(d.body[:0], stored...)
		return nil
	}
	if n, err := s2.DecodedLen(stored); err != nil || n != h.rawBytes {
		return errBody
	}
	d.body = slices.Grow(d.body[:0], h.rawBytes)[:h.rawBytes]
	out, err := s2.Decode(d.body, stored)
	if err != nil || len(out) != h.rawBytes {
		return errBody
	}
	d.body = out
	return nil
}

// readArrivals expands the runs of equal arrivals.
func (d *decoder) readArrivals(h *header, body []byte) ([]byte, error) {
	d.arrivals = slices.Grow(d.arrivals[:0], h.count)
	at := h.minArrival
	for len(d.arrivals) < h.count {
		delta, n := binary.Uvarint(body)
		if n <= 0 || delta > uint64(h.maxArrival)-uint64(at) {
			return nil, errBody
		}
		body = body[n:]
		count, n := binary.Uvarint(body)
		if n <= 0 || count < 1 || count > uint64(h.count-len(d.arrivals)) {
			return nil, errBody
		}
		body = body[n:]
		at += types.Time(delta)
		for range count {
			d.arrivals = append(d.arrivals, at)
		}
	}
	if d.arrivals[0] != h.minArrival || at != h.maxArrival {
		return nil, errBody
	}
	return body, nil
}

// readLengths turns len(ends)-1 lengths at the front of body into offsets and returns what follows them. The offsets
// stay below 2^32 because no length may exceed what is left of the body.
func readLengths(ends []uint32, body []byte) (rest []byte, ok bool) {
	ends[0] = 0
	at, i := uint64(0), 0
	limit := uint64(len(body))
	for k := 1; k < len(ends); k++ {
		if i+1 < len(body) && body[i] < 0x80 {
			at += uint64(body[i])
			i++
		} else if i+1 < len(body) && body[i+1] < 0x80 {
			at += uint64(body[i]&0x7f) | uint64(body[i+1])<<7
			i += 2
		} else {
			n, w := binary.Uvarint(body[min(i, len(body)):])
			if w <= 0 || n > limit {
				return nil, false
			}
			at += n
			i += w
		}
		if at > limit {
			return nil, false
		}
		ends[k] = uint32(at)
	}
	return body[i:], true
}
