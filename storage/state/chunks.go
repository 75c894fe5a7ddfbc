package state

import (
	"fmt"
	"hash/crc32"
	"io"
)

// chunkBytes is the size of all chunks of an operator but the last.
const chunkBytes = 256 << 10

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// operator is what the root record says of one operator's state. Its place in the list is its number in the chunk keys.
type operator struct {
	name   string
	chunks []chunk
}

type chunk struct {
	length uint32
	crc    uint32
}

// Reader reads the operators' state of one checkpoint. It is valid until the job's next Save or Drop.
type Reader struct {
	db        Database
	job       string
	epoch     uint64
	operators []operator
}

// Names returns the operators that have state, sorted.
func (r *Reader) Names() []string {
	names := make([]string, len(r.operators))
	for i, op := range r.operators {
		names[i] = op.name
	}
	return names
}

// Open returns the state of one operator and its size, or nil and 0 when it has none. Reading gives ErrCorrupt for a
// damaged chunk. Different operators may be read at the same time.
func (r *Reader) Open(name string) (io.Reader, int64) {
	for i, op := range r.operators {
		if op.name != name {
			continue
		}
		var size int64
		for _, c := range op.chunks {
			size += int64(c.length)
		}
		return &chunkReader{of: r, operator: i, chunks: op.chunks}, size
	}
	return nil, 0
}

// check finds out whether all chunks are there, without reading them.
func (r *Reader) check() error {
	for i, op := range r.operators {
		for k, c := range op.chunks {
			err := r.db.View(chunkKey(r.job, r.epoch, i, k), func(v []byte) error {
				if len(v) != int(c.length) {
					return fmt.Errorf("it has %d bytes, not %d", len(v), c.length)
				}
				return nil
			})
			if err != nil {
				return fmt.Errorf("%w: chunk %d of operator %q: %w", ErrCorrupt, k, op.name, err)
			}
		}
	}
	return nil
}

type chunkReader struct {
	of       *Reader
	operator int
	chunks   []chunk
	at       int    // number of the chunk to load next
	buf      []byte // of the one before
	rest     []byte
}

func (r *chunkReader) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.at == len(r.chunks) {
			return 0, io.EOF
		}
		if err := r.load(); err != nil {
			return 0, jobError(r.of.job, r.of.epoch, err)
		}
		r.at++
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func (r *chunkReader) load() error {
	err := r.of.db.View(chunkKey(r.of.job, r.of.epoch, r.operator, r.at), func(v []byte) error {
		r.buf = append(r.buf[:0], v...)
		return nil
	})
	if err != nil {
		return fmt.Errorf("%w: chunk %d of operator %q: %w", ErrCorrupt, r.at, r.of.operators[r.operator].name, err)
	}
	if c := r.chunks[r.at]; len(r.buf) != int(c.length) || crc32.Checksum(r.buf, castagnoli) != c.crc {
		return fmt.Errorf("%w: chunk %d of operator %q: checksum does not match", ErrCorrupt, r.at, r.of.operators[r.operator].name)
	}
	r.rest = r.buf
	return nil
}
