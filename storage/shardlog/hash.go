package shardlog

import (
	"crypto/md5"
	"encoding/binary"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// ShardInfo describes a shard. It holds the records whose partition key has an MD5 hash, read as a big-endian number,
// between FirstHash and LastHash, both included.
type ShardInfo struct {
	ID                  string
	FirstHash, LastHash [16]byte
	Next                uint64 // the sequence number that the next record will get
}

const shardIDPrefix = "shardId-"

// ShardID returns the name of a shard: shardId-000000000000 is the first.
func ShardID(shard int) string { return fmt.Sprintf("%s%012d", shardIDPrefix, shard) }

// ParseShardID returns the number of the shard with that name, or ErrNoShard if it is no shard's name.
func ParseShardID(id string) (int, error) {
	digits, ok := strings.CutPrefix(id, shardIDPrefix)
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || n < 0 || ShardID(n) != id {
		return 0, fmt.Errorf("shardlog: shard %q: %w", id, ErrNoShard)
	}
	return n, nil
}

// hash is a number of 128 bits.
type hash struct{ hi, lo uint64 }

// hashStart is where the range of a shard begins: the shard's number times 2^128 / shards, rounded down as Kinesis does
// when it divides a new stream; the last shard takes the rest.
func hashStart(shard, shards int) hash {
	// 2^128 / n = (2^128-1)/n, unless n divides 2^128, where the remainder n-1 says to add one.
	n := uint64(shards)
	hi, r := ^uint64(0)/n, ^uint64(0)%n
	lo, r := bits.Div64(r, ^uint64(0), n)
	if r == n-1 {
		var carry uint64
		lo, carry = bits.Add64(lo, 1, 0)
		hi += carry
	}
	up, low := bits.Mul64(lo, uint64(shard))
	return hash{hi*uint64(shard) + up, low}
}

func hashRange(shard, shards int) (first, last [16]byte) {
	a := hashStart(shard, shards)
	b := hash{^uint64(0), ^uint64(0)}
	if shard < shards-1 {
		next := hashStart(shard+1, shards)
		var borrow uint64
		b.lo, borrow = bits.Sub64(next.lo, 1, 0)
		b.hi = next.hi - borrow
	}
	return a.bytes(), b.bytes()
}

func (h hash) bytes() (out [16]byte) {
	binary.BigEndian.PutUint64(out[:8], h.hi)
	binary.BigEndian.PutUint64(out[8:], h.lo)
	return out
}

func (h hash) less(o hash) bool { return h.hi < o.hi || h.hi == o.hi && h.lo < o.lo }

// route returns the shard of each record, or nil when there is only one.
func (st *stream) route(recs []Record) []uint32 {
	if len(st.starts) == 1 {
		return nil
	}
	out := make([]uint32, len(recs))
	var buf []byte
	for i := range recs {
		buf = append(buf[:0], recs[i].PartitionKey...)
		out[i] = uint32(shardOf(md5.Sum(buf), st.starts))
	}
	return out
}

// shardOf returns the shard whose range holds the hash, given where the ranges start.
func shardOf(sum [16]byte, starts []hash) int {
	h := hash{binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:])}
	// Ranges are equally wide but for rounding, so this guess is right or one off.
	guess, _ := bits.Mul64(h.hi, uint64(len(starts)))
	i := int(guess)
	for i > 0 && h.less(starts[i]) {
		i--
	}
	for i+1 < len(starts) && !h.less(starts[i+1]) {
		i++
	}
	return i
}
