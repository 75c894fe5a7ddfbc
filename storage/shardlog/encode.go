package shardlog

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/klauspost/compress/s2"

	"github.com/millrace-sql/millrace/sql/types"
)

const (
	blockVersion = 1
	headerBytes  = 80
	flagLane     = 1
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// builder collects the records of one block. It belongs to the committer, which uses it again round after round.
type builder struct {
	shard    *shard
	lane     *lane
	ordinal  uint64
	first    uint64
	records  []*Record
	runs     []run
	keyBytes int
	bytes    int // keys and data

	stored []byte // header and body as stored, valid until the builder is used again
}

// run is a number of records with one arrival.
type run struct {
	arrival types.Time
	count   int
}

func (b *builder) reset(sh *shard, ln *lane, ordinal, first uint64) {
	clear(b.records)
	*b = builder{shard: sh, lane: ln, ordinal: ordinal, first: first, records: b.records[:0], runs: b.runs[:0], stored: b.stored[:0]}
}

func (b *builder) add(r *Record, arrival types.Time) {
	b.records = append(b.records, r)
	b.keyBytes += len(r.PartitionKey)
	b.bytes += len(r.PartitionKey) + len(r.Data)
	if n := len(b.runs); n > 0 && b.runs[n-1].arrival == arrival {
		b.runs[n-1].count++
		return
	}
	b.runs = append(b.runs, run{arrival, 1})
}

// seal returns the block for readers and leaves its stored form in b.stored. The block's bytes are newly allocated and
// never reused: readers at the tail hold on to them.
func (b *builder) seal(codec Codec, nextOrdinal uint64) *Block {
	n := len(b.records)
	blk := &Block{header: header{codec: codec, first: b.first, count: n,
		minArrival: b.runs[0].arrival, maxArrival: b.runs[len(b.runs)-1].arrival}}
	if b.lane != nil {
		blk.inLane, blk.lane, blk.ordinal, blk.nextOrdinal = true, b.lane.laneID, b.ordinal, nextOrdinal
	}
	ends := make([]uint32, 2*(n+1))
	blk.keyEnds, blk.dataEnds = ends[:n+1:n+1], ends[n+1:]
	body := b.appendLengths(make([]byte, 0, b.bytes+6*n+16*len(b.runs)), blk)
	start := len(body)
	for _, r := range b.records {
		body = append(body, r.PartitionKey...)
	}
	for _, r := range b.records {
		body = append(body, r.Data...)
	}
	blk.keys, blk.data = body[start:start+b.keyBytes], body[start+b.keyBytes:]
	blk.rawBytes = len(body)
	b.store(blk, body)
	return blk
}

// appendLengths writes the sections in front of the bytes, and the block's offsets along with them.
func (b *builder) appendLengths(body []byte, blk *Block) []byte {
	if len(b.runs) > 1 {
		blk.arrivals = make([]types.Time, 0, len(b.records))
		last := blk.minArrival
		for _, r := range b.runs {
			body = binary.AppendUvarint(body, uint64(r.arrival-last))
			body = binary.AppendUvarint(body, uint64(r.count))
			for range r.count {
				blk.arrivals = append(blk.arrivals, r.arrival)
			}
			last = r.arrival
		}
	}
	at := uint32(0)
	for i, r := range b.records {
		body = binary.AppendUvarint(body, uint64(len(r.PartitionKey)))
		at += uint32(len(r.PartitionKey))
		blk.keyEnds[i+1] = at
	}
	at = 0
	for i, r := range b.records {
		body = binary.AppendUvarint(body, uint64(len(r.Data)))
		at += uint32(len(r.Data))
		blk.dataEnds[i+1] = at
	}
	return body
}

// store encodes the body behind its header into b.stored.
func (b *builder) store(blk *Block, body []byte) {
	if blk.codec == S2 {
		if need := headerBytes + s2.MaxEncodedLen(len(body)); cap(b.stored) < need {
			b.stored = make([]byte, need)
		}
		packed := s2.Encode(b.stored[headerBytes:cap(b.stored)], body)
		if len(packed) < len(body) {
			b.stored = b.stored[:headerBytes+len(packed)]
		} else {
			blk.codec = Raw
		}
	}
	if blk.codec == Raw {
		if cap(b.stored) < headerBytes {
			b.stored = make([]byte, headerBytes, headerBytes+len(body))
		}
		b.stored = append(b.stored[:headerBytes], body...)
	}
	blk.storedBytes = len(b.stored) - headerBytes
	blk.put(b.stored)
}

// put writes the header into the first bytes of a stored block whose body is in place, the checksum last.
func (h *header) put(stored []byte) {
	le := binary.LittleEndian
	stored[4], stored[5] = blockVersion, byte(h.codec)
	flags := uint16(0)
	if h.inLane {
		flags |= flagLane
	}
	le.PutUint16(stored[6:], flags)
	le.PutUint64(stored[8:], h.first)
	le.PutUint32(stored[16:], uint32(h.count))
	le.PutUint32(stored[20:], uint32(h.rawBytes))
	le.PutUint32(stored[24:], uint32(h.storedBytes))
	le.PutUint32(stored[28:], h.lane.lane)
	le.PutUint64(stored[32:], uint64(h.minArrival))
	le.PutUint64(stored[40:], uint64(h.maxArrival))
	copy(stored[48:64], h.lane.incarnation[:])
	le.PutUint64(stored[64:], h.ordinal)
	le.PutUint64(stored[72:], h.nextOrdinal)
	le.PutUint32(stored, crc32.Checksum(stored[4:], castagnoli))
}
