package kv

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func open(t testing.TB, dir string) *DB {
	t.Helper()
	db, err := Open(dir, Options{SegmentBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func put(t testing.TB, db *DB, pairs ...string) {
	t.Helper()
	var b Batch
	for i := 0; i < len(pairs); i += 2 {
		b.Put([]byte(pairs[i]), []byte(pairs[i+1]))
	}
	if err := db.Commit(&b); err != nil {
		t.Fatal(err)
	}
}

func keys(t testing.TB, db *DB, prefix, from string) []string {
	t.Helper()
	var out []string
	err := db.Scan([]byte(prefix), []byte(from), func(k, _ []byte) error {
		out = append(out, string(k))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestReadAndWrite(t *testing.T) {
	for _, dir := range []string{"", t.TempDir()} {
		db := open(t, dir)
		put(t, db, "b2", "x", "a", "1", "b1", "", "b", strings.Repeat("v", 5000), "c", "3")
		if v, err := db.Get([]byte("b")); err != nil || len(v) != 5000 {
			t.Errorf("%d bytes, %v", len(v), err)
		}
		if v, err := db.Get([]byte("b1")); err != nil || len(v) != 0 {
			t.Errorf("%q, %v", v, err)
		}
		if _, err := db.Get([]byte("bb")); !errors.Is(err, ErrNotFound) {
			t.Errorf("error is %v", err)
		}
		if got := keys(t, db, "b", ""); !slices.Equal(got, []string{"b", "b1", "b2"}) {
			t.Errorf("keys %q", got)
		}
		if got := keys(t, db, "b", "b0"); !slices.Equal(got, []string{"b1", "b2"}) {
			t.Errorf("keys %q", got)
		}
		var b Batch
		b.Delete([]byte("b1"))
		b.Delete([]byte("nothing"))
		b.Put([]byte("b3"), []byte("y"))
		if err := db.Commit(&b); err != nil {
			t.Fatal(err)
		}
		if got := keys(t, db, "b", ""); !slices.Equal(got, []string{"b", "b2", "b3"}) {
			t.Errorf("keys %q", got)
		}
		own := errors.New("own")
		if err := db.View([]byte("a"), func([]byte) error { return own }); err != own {
			t.Errorf("error is %v", err)
		}
		n := 0
		if err := db.Scan([]byte("b"), nil, func(_, _ []byte) error { n++; return ErrStop }); err != nil || n != 1 {
			t.Errorf("%d keys, %v", n, err)
		}
		if err := db.Scan([]byte("b"), nil, func(_, _ []byte) error { return own }); err != own {
			t.Errorf("error is %v", err)
		}
	}
}

func TestLast(t *testing.T) {
	for _, dir := range []string{"", t.TempDir()} {
		db := open(t, dir)
		put(t, db, "a", "", "p", "", "p1", "", "p3", "", "p\xff", "", "q", "", "\xff\xff1", "")
		for _, c := range []struct{ prefix, upTo, want string }{
			{"p", "", "p\xff"}, {"p", "p3", "p3"}, {"p", "p2", "p1"}, {"p", "p", "p"}, {"p", "p\xff\xff", "p\xff"},
			{"p", "o", ""}, {"p", "q", "p\xff"}, {"a", "", "a"}, {"b", "", ""}, {"p2", "", ""}, {"\xff", "", "\xff\xff1"}, {"\xff\xff", "", "\xff\xff1"},
		} {
			var upTo []byte
			if c.upTo != "" {
				upTo = []byte(c.upTo)
			}
			got := ""
			err := db.Last([]byte(c.prefix), upTo, func(k, _ []byte) error { got = string(k); return nil })
			if got != c.want || (c.want == "") != errors.Is(err, ErrNotFound) {
				t.Errorf("last of %q up to %q is %q, %v; want %q", c.prefix, c.upTo, got, err, c.want)
			}
		}
	}
}

func TestBatchIsAtomicAndLimited(t *testing.T) {
	for _, dir := range []string{"", t.TempDir()} {
		db := open(t, dir)
		var b Batch
		for i := 0; b.Bytes() < db.MaxBatch()-1000; i++ {
			b.Put(fmt.Appendf(nil, "fits%06d", i), bytes.Repeat([]byte{1}, 500))
		}
		if err := db.Commit(&b); err != nil {
			t.Errorf("%d entries of %d bytes do not fit: %v", b.Len(), b.Bytes(), err)
		}
		b.Reset()
		for i := range 100_000 {
			b.Put(fmt.Appendf(nil, "much%06d", i), []byte("value"))
		}
		if err := db.Commit(&b); !errors.Is(err, ErrTooLarge) {
			t.Errorf("error is %v", err)
		}
		b.Reset()
		b.Put([]byte("much"), nil)
		b.Put([]byte("value"), make([]byte, db.MaxValue()+1))
		if err := db.Commit(&b); !errors.Is(err, ErrTooLarge) {
			t.Errorf("error is %v", err)
		}
		if got := keys(t, db, "much", ""); len(got) != 0 {
			t.Errorf("%d keys of a refused batch", len(got))
		}
		put(t, db, "largest", strings.Repeat("x", db.MaxValue()))
		if v, err := db.Get([]byte("largest")); err != nil || len(v) != db.MaxValue() {
			t.Errorf("%d bytes, %v", len(v), err)
		}
		if err := db.Commit(&Batch{}); err != nil {
			t.Error(err)
		}
	}
}

func TestDirectoryIsExclusive(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir)
	_, err := Open(dir, Options{})
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), dir) {
		t.Errorf("error is %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, dir)
}

func TestUnusableDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file, Options{}); !errors.Is(err, syscall.ENOTDIR) {
		t.Errorf("error is %v", err)
	}
	if _, err := Open(filepath.Join(file, "below"), Options{}); !errors.Is(err, syscall.ENOTDIR) {
		t.Errorf("error is %v", err)
	}
	// A permission error keeps its identity and loses the path that the message names already.
	err := reason(&os.PathError{Op: "open", Path: "x", Err: syscall.EACCES})
	if !errors.Is(err, fs.ErrPermission) || strings.Contains(err.Error(), "x:") {
		t.Errorf("error is %v", err)
	}
}

func TestFormatVersion(t *testing.T) {
	dir := t.TempDir()
	reopen := func() error {
		db, err := Open(dir, Options{})
		if err != nil {
			return err
		}
		return db.Close()
	}
	if err := errors.Join(reopen(), reopen()); err != nil {
		t.Fatal(err)
	}
	change := func(fn func(b *Batch)) {
		db, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var b Batch
		fn(&b)
		if err := errors.Join(db.Commit(&b), db.Close()); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile("testdata/FORMAT")
	if err != nil {
		t.Fatal(err)
	}
	change(func(b *Batch) {
		if got := formatName + formatVersion; got != string(golden) {
			t.Errorf("written: %q, want %q", got, golden)
		}
		b.Put(formatKey, golden)
	})
	if err := reopen(); err != nil {
		t.Error(err)
	}
	change(func(b *Batch) { b.Put(formatKey, []byte("millrace 2")) })
	if err := reopen(); !errors.Is(err, ErrVersion) || !strings.Contains(err.Error(), "found 2, this program reads 1") {
		t.Errorf("error is %v", err)
	}
	dir = t.TempDir()
	change(func(b *Batch) { b.Put(formatKey, []byte("other 1")) })
	if err := reopen(); !errors.Is(err, ErrFormat) {
		t.Errorf("error is %v", err)
	}
	dir = t.TempDir()
	change(func(b *Batch) { b.Delete(formatKey); b.Put([]byte("x"), []byte("y")) })
	if err := reopen(); !errors.Is(err, ErrFormat) {
		t.Errorf("error is %v", err)
	}
}

func TestCloseStopsEverything(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, dir := range []string{"", t.TempDir()} {
		db, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		put(t, db, "a", "b")
		if err := errors.Join(db.Close(), db.Close()); err != nil {
			t.Fatal(err)
		}
		var b Batch
		b.Put([]byte("a"), nil)
		_, err = db.Get([]byte("a"))
		for _, err := range []error{err, db.Commit(&b), db.DropPrefix([]byte("a")), db.Scan(nil, nil, nil), db.Last(nil, nil, nil)} {
			if !errors.Is(err, ErrClosed) {
				t.Errorf("error is %v", err)
			}
		}
	}
	deadline := time.Now().Add(5 * time.Second)
	for runtime.NumGoroutine() > before {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines before, %d after", before, runtime.NumGoroutine())
		}
		time.Sleep(time.Millisecond)
	}
}

// Commits go on while prefixes are dropped, and the space comes back.
func TestDropPrefix(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir)
	var others sync.WaitGroup
	stop := make(chan struct{})
	written := 0
	others.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			var b Batch
			b.Put(fmt.Appendf(nil, "keep%06d", written), bytes.Repeat([]byte("k"), 2000))
			if err := db.Commit(&b); err != nil {
				t.Error(err)
				return
			}
			written++
		}
	})
	for round := range 10 {
		for i := range 64 {
			put(t, db, fmt.Sprintf("drop%d-%d", round, i), strings.Repeat("d", 100_000))
		}
		if err := db.DropPrefix(fmt.Appendf(nil, "drop%d-", round), []byte("absent")); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	others.Wait()
	if got := keys(t, db, "drop", ""); len(got) != 0 {
		t.Errorf("%d keys are left", len(got))
	}
	if got := keys(t, db, "keep", ""); len(got) != written {
		t.Errorf("%d other keys of %d are left", len(got), written)
	}
	// 64 MB were dropped; the file in use may be preallocated to twice its size.
	if used := valueBytes(t, dir); used > int64(written)*4000+16<<20 {
		t.Errorf("%d bytes of value files for %d bytes", used, written*2000)
	}
}

func valueBytes(t *testing.T, dir string) int64 {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.vlog"))
	if err != nil {
		t.Fatal(err)
	}
	var sum int64
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			t.Fatal(err)
		}
		sum += info.Size()
	}
	return sum
}

func TestDurabilityNames(t *testing.T) {
	if Always.String() != "always" || None.String() != "none" || (Options{}).Durability != Always {
		t.Error("durability is misnamed")
	}
}
