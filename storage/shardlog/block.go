package shardlog

import "github.com/millrace-sql/millrace/sql/types"

// Block is a run of records of one shard with consecutive sequence numbers, decoded. It is read-only, its slices too.
//
// A block from a Reader, and all slices taken from it, are valid until the next call on that Reader; after Retain they
// stay valid for good. Methods may be called from several goroutines. Indexes out of range panic, as for slices.
type Block struct {
	header
	arrivals []types.Time // nil when all records arrived at minArrival
	keyEnds  []uint32     // count+1 offsets into keys; record i has keyEnds[i] to keyEnds[i+1]
	dataEnds []uint32     // likewise into data
	keys     []byte
	data     []byte
	retained bool
}

// header is the fixed part of a stored block; see format.md.
type header struct {
	codec       Codec
	inLane      bool
	first       uint64
	count       int
	rawBytes    int // of the body as encoded
	storedBytes int // of the body as stored
	minArrival  types.Time
	maxArrival  types.Time
	lane        laneID
	ordinal     uint64 // of the first record, when in a lane
	nextOrdinal uint64 // of the lane after the commit that stored the block
}

// Len returns the number of records, at least 1.
func (b *Block) Len() int { return b.count }

// FirstSequence returns the sequence number of record 0.
func (b *Block) FirstSequence() uint64 { return b.first }

// Sequence returns the sequence number of record i.
func (b *Block) Sequence(i int) uint64 { return b.first + uint64(i) }

// Arrival returns the arrival time of record i; within a block arrivals do not decrease.
func (b *Block) Arrival(i int) types.Time {
	if b.arrivals == nil {
		return b.minArrival
	}
	return b.arrivals[i]
}

// MinArrival and MaxArrival are the arrivals of the first and of the last record.
func (b *Block) MinArrival() types.Time { return b.minArrival }

// MaxArrival is the arrival of the last record.
func (b *Block) MaxArrival() types.Time { return b.maxArrival }

// Record returns the partition key and the data of record i, without copying.
func (b *Block) Record(i int) (key, data []byte) {
	return b.keys[b.keyEnds[i]:b.keyEnds[i+1]:b.keyEnds[i+1]], b.Data(i)
}

// Data returns the data of record i, without copying.
func (b *Block) Data(i int) []byte {
	end := b.dataEnds[i+1]
	return b.data[b.dataEnds[i]:end:end]
}

// Bytes returns how many bytes of keys and data the records have.
func (b *Block) Bytes() int {
	n := b.count
	return int(b.keyEnds[n]-b.keyEnds[0]) + int(b.dataEnds[n]-b.dataEnds[0])
}

// Lane returns the lane that the records belong to, if any. FirstOrdinal is that of the first record of the block as it
// was stored: a reader that starts inside a block sees the same value.
func (b *Block) Lane() (Lane, bool) {
	return Lane{Incarnation: b.lane.incarnation, ID: b.lane.lane, FirstOrdinal: b.ordinal}, b.inLane
}

// Retain keeps the block valid beyond the next call on its Reader, which takes new memory instead.
func (b *Block) Retain() { b.retained = true }

// skip drops the first n records from the view, n < Len.
func (b *Block) skip(n int) {
	if n <= 0 {
		return
	}
	if b.arrivals != nil {
		b.arrivals = b.arrivals[n:]
		b.minArrival = b.arrivals[0]
	}
	b.keyEnds, b.dataEnds = b.keyEnds[n:], b.dataEnds[n:]
	b.first += uint64(n)
	b.count -= n
}
