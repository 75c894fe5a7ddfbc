package state

import (
	"io"
	"os"
	"strconv"
	"testing"

	"github.com/millrace-sql/millrace/storage/kv"
)

// benchBytes is the size of the state, 64 MB unless STATE_BENCH_MB says otherwise.
func benchBytes() int64 {
	if mb, err := strconv.ParseInt(os.Getenv("STATE_BENCH_MB"), 10, 64); err == nil {
		return mb << 20
	}
	return 64 << 20
}

// generated writes that many bytes as an operator does: in pieces, and not compressible.
func generated(n int64) io.WriterTo {
	return writerTo(func(w io.Writer) error {
		piece, x := make([]byte, 64<<10), uint32(1)
		for i := range piece {
			x = x*1664525 + 1013904223
			piece[i] = byte(x >> 24)
		}
		for left := n; left > 0; left -= int64(len(piece)) {
			piece[0]++
			if _, err := w.Write(piece[:min(left, int64(len(piece)))]); err != nil {
				return err
			}
		}
		return nil
	})
}

func benchDB(b *testing.B, dir string) *kv.DB {
	db, err := kv.Open(dir, kv.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return db
}

// BenchmarkSave saves one checkpoint after the other, durably; what it superseded is dropped as it comes together.
func BenchmarkSave(b *testing.B) {
	db := benchDB(b, b.TempDir())
	defer db.Close()
	s := New(db, Options{})
	b.SetBytes(benchBytes())
	for epoch := uint64(1); b.Loop(); epoch++ {
		if err := s.Save("job", Checkpoint{Epoch: epoch, State: map[string]io.WriterTo{"op": generated(benchBytes())}}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRestart opens the database, finds the latest checkpoint and reads all its state.
func BenchmarkRestart(b *testing.B) {
	dir := b.TempDir()
	db := benchDB(b, dir)
	if err := New(db, Options{}).Save("job", Checkpoint{Epoch: 1, State: map[string]io.WriterTo{"op": generated(benchBytes())}}); err != nil {
		b.Fatal(err)
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(benchBytes())
	for b.Loop() {
		db := benchDB(b, dir)
		_, r, err := New(db, Options{}).Latest("job")
		if err != nil {
			b.Fatal(err)
		}
		in, size := r.Open("op")
		if n, err := io.Copy(io.Discard, in); err != nil || n != size {
			b.Fatal(n, err)
		}
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
