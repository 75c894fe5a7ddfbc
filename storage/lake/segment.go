package lake

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// segmentSuffix is the usual one of Arrow's stream format.
const segmentSuffix = ".arrows"

// Writes of a segment are gathered up to this size.
const segmentBuffer = 256 << 10

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// store makes the segment durable.
func (s *segment) store(ctx context.Context, b Bucket, schema *arrow.Schema) error {
	err := b.PutIfAbsent(ctx, s.Key, func(out io.Writer) error { return s.write(out, schema) })
	if errors.Is(err, ErrExists) {
		err = nil // an attempt before this one came further than it knew: the key is of this segment alone
		if s.Size == 0 {
			err = s.write(io.Discard, schema)
		}
	}
	return err
}

// write writes the batches as an Arrow IPC stream. It is not compressed: files get compressed, segments are read after a
// crash only and live for minutes.
func (s *segment) write(out io.Writer, schema *arrow.Schema) error {
	sum := &summer{}
	buf := bufio.NewWriterSize(io.MultiWriter(out, sum), segmentBuffer)
	w := ipc.NewWriter(buf, ipc.WithSchema(schema), ipc.WithAllocator(memory.DefaultAllocator))
	for _, b := range s.batches {
		if err := w.Write(b.rec); err != nil {
			return errors.Join(err, w.Close())
		}
	}
	if err := errors.Join(w.Close(), buf.Flush()); err != nil {
		return err
	}
	s.Size, s.CRC = sum.size, sum.crc
	return nil
}

// summer is a writer that keeps the size and the checksum only.
type summer struct {
	size int64
	crc  uint32
}

func (s *summer) Write(p []byte) (int, error) {
	s.size += int64(len(p))
	s.crc = crc32.Update(s.crc, castagnoli, p)
	return len(p), nil
}

// read calls use for every batch, which it lends, and then compares what it has read with what the token says. Errors:
// ErrNotExist, ErrCorrupt, those of use.
func (s *segment) read(ctx context.Context, b Bucket, use func(n int, rec arrow.Record) error) error {
	blob, err := b.Open(ctx, s.Key)
	if err != nil {
		return err
	}
	return fail("segment", s.Key, errors.Join(s.decode(blob, use), blob.Close()))
}

func (s *segment) decode(blob Blob, use func(n int, rec arrow.Record) error) error {
	// Before anything is used: a restored row cannot be taken back.
	sum := &summer{}
	if _, err := io.Copy(sum, io.NewSectionReader(blob, 0, blob.Size())); err != nil {
		return err
	}
	if sum.size != s.Size || sum.crc != s.CRC {
		return fmt.Errorf("%w: %d bytes with checksum %08x, not %d with %08x", ErrCorrupt, sum.size, sum.crc, s.Size, s.CRC)
	}
	in := bufio.NewReaderSize(io.NewSectionReader(blob, 0, blob.Size()), segmentBuffer)
	r, err := ipc.NewReader(in, ipc.WithAllocator(memory.DefaultAllocator))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	defer r.Release()
	n, rows := 0, int64(0)
	for ; r.Next(); n++ {
		rows += r.Record().NumRows()
		if err := use(n, r.Record()); err != nil {
			return err
		}
	}
	if err := r.Err(); err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	if n != s.Batches || rows != s.Rows {
		return fmt.Errorf("%w: %d batches of %d rows, not %d of %d", ErrCorrupt, n, rows, s.Batches, s.Rows)
	}
	return nil
}
