package shardlog

import (
	"bytes"
	"errors"
	"sort"

	"github.com/millrace-sql/millrace/storage/kv"
)

// shard is one sequence of blocks. The fields of the first group are guarded by the log's lock, and only the committer
// changes them; those of the second belong to the committer alone.
type shard struct {
	stream *stream
	number int

	next      uint64   // sequence number behind the newest committed record
	head      []*Block // the newest blocks, without a gap up to next
	headBytes int
	grown     chan struct{} // closed at the next commit, if a reader waits for one

	open     *builder // the block of the current round that records are added to
	upcoming uint64   // sequence number of the next record of the current round
}

// loadShard finds where the shard goes on, from its newest block.
func (l *Log) loadShard(sh *shard) error {
	for {
		var key []byte
		err := l.db.Last(shardPrefix(sh.stream.ID, sh.number), nil, func(k, _ []byte) error {
			key = append(key, k...)
			return nil
		})
		if errors.Is(err, kv.ErrNotFound) {
			return nil
		}
		if err != nil {
			return streamError(sh.stream.name, err)
		}
		block := key[:min(len(key), blockKeyBytes)]
		if len(key) > len(block) {
			if again, err := l.removeOrphans(block); err != nil {
				return streamError(sh.stream.name, err)
			} else if again {
				continue
			}
		}
		var b Block
		if err := l.readBlock(sh, block, &b); err != nil {
			return err
		}
		sh.next = b.first + uint64(b.count)
		return nil
	}
}

// removeOrphans removes the further chunks of a block that has no first one: the process ended between the two. Left
// there, they would stand in the way of the blocks to come.
func (l *Log) removeOrphans(block []byte) (removed bool, err error) {
	err = l.db.View(block, func([]byte) error { return nil })
	if !errors.Is(err, kv.ErrNotFound) {
		return false, err
	}
	var b kv.Batch
	err = l.db.Keys(block, nil, func(k []byte, _ int64) error {
		b.Delete(bytes.Clone(k))
		return nil
	})
	if err == nil {
		err = l.db.Commit(&b)
	}
	return true, err
}

// publish shows a committed block to readers; called with the log's lock held.
func (sh *shard) publish(b *Block, headBytes int) {
	sh.next = b.first + uint64(b.count)
	sh.head = append(sh.head, b)
	sh.headBytes += b.Bytes()
	drop := 0
	for sh.headBytes > headBytes && drop < len(sh.head)-1 {
		sh.headBytes -= sh.head[drop].Bytes()
		sh.head[drop] = nil
		drop++
	}
	sh.head = sh.head[drop:]
	sh.wakeReaders()
}

// inHead returns the block in memory that holds the sequence number, or nil; called with the log's lock held.
func (sh *shard) inHead(sequence uint64) *Block {
	i := sort.Search(len(sh.head), func(i int) bool { return sh.head[i].first > sequence })
	if i == 0 {
		return nil
	}
	return sh.head[i-1]
}

// wakeReaders is called with the log's lock held.
func (sh *shard) wakeReaders() {
	if sh.grown != nil {
		close(sh.grown)
		sh.grown = nil
	}
}
