package shardlog

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/kv"
)

// shardCheck follows one shard from block to block.
type shardCheck struct {
	stream  *verified
	number  uint32 // of the stream
	shard   uint32
	next    uint64     // sequence number that the next block begins with
	arrival types.Time // of the record before
	damage  error      // of the block at next: where it ends is known when the one after it is found
	lanes   map[laneID]uint64

	block   []byte // key of the block being read
	first   uint64
	chunk   uint32 // number of the next chunk of it
	decoded Block
	dec     *decoder
	err     error // what is wrong with it so far
}

func (c *shardCheck) where() string {
	return fmt.Sprintf("stream %q, %s", c.stream.name, ShardID(int(c.shard)))
}

// blocks reads all blocks in the order of their keys: by stream, shard and sequence number, each in front of its chunks.
func (v *verifier) blocks() error {
	prefix := []byte{keySpace, 'b'}
	values := v.db.Cursor(prefix)
	defer values.Close()
	var c *shardCheck
	err := v.db.Keys(prefix, nil, func(k []byte, _ int64) error {
		if err := v.ctx.Err(); err != nil {
			return err
		}
		if len(k) != blockKeyBytes && len(k) != blockKeyBytes+4 {
			v.problem(fmt.Sprintf("key %x", k), "it is no block's", "it is ignored")
			return nil
		}
		number, shard := binary.BigEndian.Uint32(k[2:]), binary.BigEndian.Uint32(k[10:])
		if c == nil || c.number != number || c.shard != shard {
			v.endShard(c)
			c = v.startShard(c, number, shard)
		}
		if c.stream.shards == 0 {
			return nil // reported at its first key, or dropped
		}
		first := binary.BigEndian.Uint64(k[14:])
		if c.block == nil || first != c.first {
			v.endBlock(c)
			c.startBlock(k[:blockKeyBytes], first)
		}
		return values.View(k, func(b []byte) error {
			v.counts.Bytes += int64(len(b))
			c.add(k, b)
			return nil
		})
	})
	if err == nil {
		v.endShard(c)
	}
	return err
}

func (v *verifier) startShard(before *shardCheck, number, shard uint32) *shardCheck {
	st := v.streams[number]
	if st == nil {
		v.problem(fmt.Sprintf("blocks of stream number %d", number), "no stream has that number",
			"they are ignored; with a definition of that number they can be read")
		st = &verified{}
		v.streams[number] = st
	}
	c := &shardCheck{stream: st, number: number, shard: shard, next: 1, arrival: types.MinTime, lanes: map[laneID]uint64{}}
	if before != nil {
		c.dec = before.dec
	} else {
		c.dec = newDecoder()
	}
	if st.shards > 0 && int(shard) >= st.shards {
		v.problem(c.where(), fmt.Sprintf("the stream has %d shards", st.shards), "its records are ignored")
		c.stream = &verified{name: st.name}
	}
	return c
}

func (c *shardCheck) startBlock(key []byte, first uint64) {
	c.block, c.first, c.chunk, c.err = append(c.block[:0], key...), first, 0, nil
}

// add takes the next value of the block: itself, or a further chunk.
func (c *shardCheck) add(k, value []byte) {
	chunk := uint32(0)
	if len(k) > blockKeyBytes {
		chunk = binary.BigEndian.Uint32(k[blockKeyBytes:])
	}
	switch {
	case c.err != nil:
	case chunk != c.chunk:
		c.err = fmt.Errorf("chunk %d is missing", c.chunk)
	case chunk == 0:
		c.dec.into = &c.decoded
		c.err = c.dec.take(value)
	case c.dec.whole:
		c.err = errors.New("more chunks than its header says")
	default:
		c.dec.chunks = append(c.dec.chunks, value...)
	}
	c.chunk = chunk + 1
}

// endBlock checks the block that was read, in itself and against the one before it.
func (v *verifier) endBlock(c *shardCheck) {
	if c.block == nil {
		return
	}
	if c.err == nil && !c.dec.whole {
		c.err = c.dec.decode(c.dec.chunks, &c.decoded)
	}
	if c.err == nil && c.decoded.first != c.first {
		c.err = fmt.Errorf("it says that it begins with %d", c.decoded.first)
	}
	v.counts.Blocks++
	v.gap(c)
	if c.err != nil {
		c.next, c.damage = c.first, c.err
		return
	}
	b := &c.decoded
	v.counts.Records += int64(b.count)
	if b.minArrival < c.arrival || b.maxArrival > v.lead {
		v.problem(c.blockName(), fmt.Sprintf("arrivals from %d to %d, after %d and before the stored time %d", b.minArrival, b.maxArrival, c.arrival, v.lead),
			"nothing is lost; reading from a time may miss records")
	}
	c.arrival = max(c.arrival, b.maxArrival)
	c.next = b.first + uint64(b.count)
	if b.inLane {
		v.laneOf(c, b)
	}
}

func (c *shardCheck) blockName() string {
	return fmt.Sprintf("%s, block %d-%d", c.where(), c.first, c.first+uint64(c.decoded.count)-1)
}

// gap reports what lies between the last good block and the one that begins now.
func (v *verifier) gap(c *shardCheck) {
	rest := fmt.Sprintf("readers stop there; they can go on after sequence number %d", c.first-1)
	switch {
	case c.damage != nil:
		c.stream.lost = true
		v.problem(fmt.Sprintf("%s, block %d-%d", c.where(), c.next, c.first-1), c.damage.Error(), repairOf(c.damage, "its records are lost; "+rest))
	case c.first > c.next:
		c.stream.lost = true
		v.problem(fmt.Sprintf("%s, records %d-%d", c.where(), c.next, c.first-1), "no block holds them", "they are lost; "+rest)
	case c.first < c.next:
		v.problem(fmt.Sprintf("%s, block %d", c.where(), c.first), fmt.Sprintf("the block before it ends with %d", c.next-1), "records are there twice")
	}
	c.damage = nil
}

func repairOf(err error, repair string) string {
	if errors.Is(err, ErrVersion) {
		return "the program that wrote it can read it"
	}
	return repair
}

// endShard reports damage at the end, where no block follows that would tell how much is lost.
func (v *verifier) endShard(c *shardCheck) {
	if c == nil || c.stream.shards == 0 {
		return
	}
	v.endBlock(c)
	if c.damage == nil {
		return
	}
	where := fmt.Sprintf("%s, block %d, the last", c.where(), c.next)
	if _, err := v.db.Get(c.block); errors.Is(err, kv.ErrNotFound) {
		v.leftover(where, c.damage.Error(), "nothing is lost: a crash came before its records were acknowledged, the next start removes it")
		return
	}
	c.stream.lost = true
	v.problem(where, c.damage.Error(), repairOf(c.damage, "its records are lost; the log opens when it is removed"))
}

// laneOf checks the ordinals of a block; those of a lane grow within each shard.
func (v *verifier) laneOf(c *shardCheck, b *Block) {
	end := b.ordinal + uint64(b.count)
	if b.ordinal < c.lanes[b.lane] || end > b.nextOrdinal {
		v.problem(c.blockName(), fmt.Sprintf("ordinals %d to %d of lane %d, after %d and before %d", b.ordinal, end-1, b.lane.lane, c.lanes[b.lane], b.nextOrdinal),
			"rows may be there twice")
	}
	c.lanes[b.lane] = max(c.lanes[b.lane], end)
	ln := c.stream.lanes[b.lane]
	if ln == nil {
		ln = &verifiedLane{}
		c.stream.lanes[b.lane] = ln
	}
	ln.records += uint64(b.count)
	ln.next = max(ln.next, b.nextOrdinal)
}
