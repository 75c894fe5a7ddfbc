package state

import (
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"

	"github.com/millrace-sql/millrace/storage/kv"
)

// chunksPerCommit makes commits of 8 MiB: a sync costs as much as writing some megabytes, and what waits for it is kept
// in memory.
const chunksPerCommit = 32

// writeState stores the state of all operators.
func (s *Store) writeState(job string, c Checkpoint) ([]operator, error) {
	var out []operator
	w := &chunkWriter{db: s.db, job: job, epoch: c.Epoch, limit: s.batch}
	for i, name := range slices.Sorted(maps.Keys(c.State)) {
		w.operator, w.chunks = i, nil
		_, err := c.State[name].WriteTo(w)
		if err == nil {
			err = w.endChunk()
		}
		if err != nil {
			return nil, fmt.Errorf("operator %q: %w", name, err)
		}
		out = append(out, operator{name: name, chunks: w.chunks})
	}
	return out, w.commit()
}

// chunkWriter cuts what is written to it into chunks and stores them, many to a commit.
type chunkWriter struct {
	db       Database
	job      string
	epoch    uint64
	operator int
	chunks   []chunk

	buf   []byte   // the chunk that is being filled
	batch kv.Batch // those that are full
	full  [][]byte // their memory
	spare [][]byte // memory of those committed
	limit int      // chunks of one commit
}

// Write implements io.Writer; the operators write through it.
func (w *chunkWriter) Write(p []byte) (int, error) {
	written := 0
	for len(p) > 0 {
		if w.buf == nil {
			w.buf = w.memory()
		}
		n := min(len(p), chunkBytes-len(w.buf))
		w.buf = append(w.buf, p[:n]...)
		p = p[n:]
		if len(w.buf) == chunkBytes {
			if err := w.endChunk(); err != nil {
				return written, err
			}
		}
		written += n
	}
	return written, nil
}

func (w *chunkWriter) memory() []byte {
	n := len(w.spare)
	if n == 0 {
		return make([]byte, 0, chunkBytes)
	}
	out := w.spare[n-1]
	w.spare = w.spare[:n-1]
	return out
}

// endChunk lets the next byte begin a new chunk.
func (w *chunkWriter) endChunk() error {
	if len(w.buf) == 0 {
		return nil
	}
	w.batch.Put(chunkKey(w.job, w.epoch, w.operator, len(w.chunks)), w.buf)
	w.chunks = append(w.chunks, chunk{uint32(len(w.buf)), crc32.Checksum(w.buf, castagnoli)})
	w.full, w.buf = append(w.full, w.buf), nil
	if w.batch.Len() < w.limit {
		return nil
	}
	return w.commit()
}

// commit stores the full chunks: together, or one by one where the database cannot hold as many in one commit, and then
// it gets fewer the next time.
func (w *chunkWriter) commit() error {
	err := w.db.Commit(&w.batch)
	if errors.Is(err, kv.ErrTooLarge) && w.batch.Len() > 1 {
		w.limit = max(1, w.batch.Len()/2)
		err = nil
		w.batch.Each(func(key, value []byte, _ bool) {
			if err == nil {
				var b kv.Batch
				b.Put(key, value)
				err = w.db.Commit(&b)
			}
		})
	}
	if err != nil {
		return err
	}
	w.batch.Reset()
	for _, buf := range w.full {
		w.spare = append(w.spare, buf[:0])
	}
	w.full = w.full[:0]
	return nil
}
