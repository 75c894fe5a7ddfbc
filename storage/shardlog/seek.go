package shardlog

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/kv"
)

// seek turns a position into the sequence number to read next; for a time, into the block to begin with.
func (l *Log) seek(sh *shard, p Position) (uint64, error) {
	l.mu.Lock()
	end := sh.next
	l.mu.Unlock()
	switch p.kind {
	case atLatest:
		return end, nil
	case afterSequence:
		if p.sequence >= end {
			return 0, streamError(sh.stream.name, fmt.Errorf("%s has no sequence %d, it ends before %d: %w",
				ShardID(sh.number), p.sequence, end, ErrPosition))
		}
		if p.sequence > 0 {
			return p.sequence + 1, nil
		}
	}
	first, err := l.firstSequence(sh, end)
	if err != nil || p.kind != atTime {
		return first, err
	}
	return l.seekTime(sh, p.time, first, end)
}

// firstSequence returns the oldest sequence number that is stored, or end when nothing is.
func (l *Log) firstSequence(sh *shard, end uint64) (uint64, error) {
	first := end
	err := l.db.Scan(shardPrefix(sh.stream.ID, sh.number), nil, func(k, _ []byte) error {
		first = min(end, binary.BigEndian.Uint64(k[blockKeyBytes-8:]))
		return kv.ErrStop
	})
	if err != nil {
		return 0, streamError(sh.stream.name, err)
	}
	return first, nil
}

// seekTime finds the first block that has an arrival not below t, by bisection: arrivals grow with sequence numbers. It
// reads whole blocks, because only their checksum tells a damaged header, which would lead past records.
func (l *Log) seekTime(sh *shard, t types.Time, lo, hi uint64) (uint64, error) {
	d, b := newDecoder(), &Block{}
	for lo < hi {
		key, err := l.findBlock(sh, lo+(hi-lo)/2)
		if err == nil {
			err = l.decodeStored(l.db, sh, key, d, b)
		}
		if err != nil {
			return 0, err
		}
		if b.maxArrival < t {
			lo = b.first + uint64(b.count)
		} else {
			hi = b.first
		}
	}
	return lo, nil
}

// findBlock returns the key of the block that holds the sequence number, if there is one.
func (l *Log) findBlock(sh *shard, sequence uint64) (key []byte, err error) {
	// The bound is above all chunks of a block that begins at this very number.
	upTo := chunkKey(blockKey(sh.stream.ID, sh.number, sequence), -1)
	err = l.db.Last(shardPrefix(sh.stream.ID, sh.number), upTo, func(k, _ []byte) error {
		key = append(key, k[:min(len(k), blockKeyBytes)]...)
		return nil
	})
	if errors.Is(err, kv.ErrNotFound) {
		return nil, corrupt(sh, sequence, "no block holds this record")
	}
	if err != nil {
		return nil, streamError(sh.stream.name, err)
	}
	return key, nil
}

// readBlock decodes a stored block into memory of its own.
func (l *Log) readBlock(sh *shard, key []byte, b *Block) error {
	err := l.decodeStored(l.db, sh, key, newDecoder(), b)
	if errors.Is(err, kv.ErrNotFound) {
		return corrupt(sh, binary.BigEndian.Uint64(key[blockKeyBytes-8:]), "first chunk is missing")
	}
	return err
}

// viewer lends stored values: the database, or a reader's cursor.
type viewer interface {
	View(key []byte, fn func(value []byte) error) error
}

// decodeStored decodes the block under the key. kv.ErrNotFound says that there is none.
func (l *Log) decodeStored(from viewer, sh *shard, key []byte, d *decoder, b *Block) error {
	sequence := binary.BigEndian.Uint64(key[blockKeyBytes-8:])
	d.into = b
	err := from.View(key, d.taker)
	if err == nil && !d.whole {
		err = l.db.Scan(key, chunkKey(key, 1), func(_, v []byte) error {
			d.chunks = append(d.chunks, v...)
			return nil
		})
		if err == nil {
			err = d.decode(d.chunks, b)
		}
	}
	if err != nil {
		return l.blockError(sh, sequence, err)
	}
	if b.first != sequence {
		return corrupt(sh, sequence, "it is stored under another number")
	}
	return nil
}

// blockError names the block where its bytes are at fault, and passes on the database's errors.
func (l *Log) blockError(sh *shard, sequence uint64, err error) error {
	for _, bad := range []error{errShort, errChecksum, errHeader, errBody} {
		if errors.Is(err, bad) {
			return corrupt(sh, sequence, bad.Error())
		}
	}
	if errors.Is(err, ErrVersion) {
		err = fmt.Errorf("block in %s, sequence %d: %w", ShardID(sh.number), sequence, err)
	}
	return streamError(sh.stream.name, err)
}

func corrupt(sh *shard, sequence uint64, reason string) error {
	return &CorruptError{Stream: sh.stream.name, Shard: sh.number, Sequence: sequence, Reason: reason}
}
