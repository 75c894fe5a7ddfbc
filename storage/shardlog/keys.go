package shardlog

import "encoding/binary"

// All keys begin with 'l'; the second byte is the kind. Integers are big-endian so that keys sort by number.
//
//	l b stream(4) segment(4) shard(4) first(8)            a block, or its first chunk
//	l b stream(4) segment(4) shard(4) first(8) chunk(4)   a further chunk of the block, from 1
//	l o stream(4) incarnation(16) lane(4)                 next ordinal of a lane (8, little-endian)
//	l s name                                              a stream's definition (JSON)
//	l d stream(4)                                         a dropped stream whose keys may not be gone yet
//	l n                                                   the next stream number (4, little-endian)
//	l t                                                   no arrival or horizon is above this time (8, little-endian)
const (
	keySpace      = 'l'
	blockKeyBytes = 2 + 4 + 4 + 4 + 8

	// Retention will roll segments; until then all blocks are in the first.
	firstSegment = 0
)

var (
	streamsPrefix = []byte{keySpace, 's'}
	droppedPrefix = []byte{keySpace, 'd'}
	nextStreamKey = []byte{keySpace, 'n'}
	leadKey       = []byte{keySpace, 't'}
)

func streamKey(name string) []byte { return append([]byte{keySpace, 's'}, name...) }

func droppedKey(stream uint32) []byte {
	return binary.BigEndian.AppendUint32([]byte{keySpace, 'd'}, stream)
}

// blocksPrefix covers the blocks of a stream in all segments.
func blocksPrefix(stream uint32) []byte {
	return binary.BigEndian.AppendUint32([]byte{keySpace, 'b'}, stream)
}

func shardPrefix(stream uint32, shard int) []byte {
	return appendShardPrefix(make([]byte, 0, blockKeyBytes+4), stream, shard)
}

func appendShardPrefix(k []byte, stream uint32, shard int) []byte {
	k = append(k, keySpace, 'b')
	k = binary.BigEndian.AppendUint32(k, stream)
	k = binary.BigEndian.AppendUint32(k, firstSegment)
	return binary.BigEndian.AppendUint32(k, uint32(shard))
}

func blockKey(stream uint32, shard int, first uint64) []byte {
	return appendBlockKey(make([]byte, 0, blockKeyBytes+4), stream, shard, first)
}

func appendBlockKey(k []byte, stream uint32, shard int, first uint64) []byte {
	return binary.BigEndian.AppendUint64(appendShardPrefix(k, stream, shard), first)
}

func chunkKey(block []byte, chunk int) []byte {
	return binary.BigEndian.AppendUint32(append([]byte{}, block...), uint32(chunk))
}

func lanesPrefix(stream uint32) []byte {
	return binary.BigEndian.AppendUint32([]byte{keySpace, 'o'}, stream)
}

func laneKey(stream uint32, id laneID) []byte {
	k := append(lanesPrefix(stream), id.incarnation[:]...)
	return binary.BigEndian.AppendUint32(k, id.lane)
}
