package lake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// fullDisk has no space while full is set: writing fails with the error of the operating system, the rest works.
type fullDisk struct {
	Bucket
	full bool
}

func noSpace(op, key string) error { return &fs.PathError{Op: op, Path: key, Err: syscall.ENOSPC} }

func (f *fullDisk) PutIfAbsent(ctx context.Context, key string, write func(io.Writer) error) error {
	if !f.full {
		return f.Bucket.PutIfAbsent(ctx, key, write)
	}
	return f.Bucket.PutIfAbsent(ctx, key, func(w io.Writer) error {
		return errors.Join(write(&shortWriter{w: w}), noSpace("write", key))
	})
}

func (f *fullDisk) Link(ctx context.Context, from, to string) error {
	if f.full {
		return noSpace("link", to)
	}
	return link(ctx, f.Bucket, from, to)
}

// The disk is full during every call of every epoch. It fails with ErrNoSpace, and is repeated with success once there is
// room: nothing is lost or doubled, and no temporary file stays.
func TestFullDisk(t *testing.T) {
	ctx := context.Background()
	root := t.TempDir()
	dir, err := OpenDir(root)
	if err != nil {
		t.Fatal(err)
	}
	disk := &fullDisk{Bucket: dir}
	r := newRun(t, disk, "t")
	o := r.options()
	o.BufferBytes = 40 << 10
	w := mustWriter(t, mustOpen(t, disk, "t", o), testWriter)
	failed := map[string]int{}
	// call tries with a full disk first, as often as a patient driver would.
	call := func(name string, do func() error) {
		t.Helper()
		disk.full = true
		for range 3 {
			if err = do(); err == nil {
				break
			}
			failed[name]++
			if !errors.Is(err, ErrNoSpace) || !errors.Is(err, syscall.ENOSPC) {
				t.Fatalf("%s: %v", name, err)
			}
		}
		disk.full = false
		if err != nil {
			err = do()
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	for e := uint64(1); e <= runEpochs; e++ {
		rec := newRecord(r.mem, daySchema, runRows(e)...)
		call("append", func() error { return w.Append(ctx, rec, nil) })
		rec.Release()
		r.clock += 1_000_000
		if e == runEpochs {
			w.Finish()
		}
		call("prepare", func() (err error) {
			r.root.token, err = w.Prepare(ctx, e)
			return err
		})
		call("commit", func() error { return w.Commit(ctx, e, r.root.token) })
		r.check(e, true)
	}
	got, _ := mustScan(t, mustOpen(t, dir, "t", Options{}), ScanOptions{Schema: daySchema, Mem: r.mem}, 100)
	slices.Sort(got)
	wantLines(t, got, runLines(runEpochs)...)
	for _, name := range []string{"append", "prepare", "commit"} {
		if failed[name] < 3 {
			t.Errorf("%s failed %d times", name, failed[name])
		}
	}
	if err := w.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(filepath.Join(root, stagingFolder)); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("left over %v, %v", left, err)
	}
}

// A bucket of files leaves no temporary file and no empty folder behind when a write fails.
func TestFailedPutLeavesNothing(t *testing.T) {
	root := filepath.Join(t.TempDir(), "lake")
	b, err := OpenDir(root)
	if err != nil {
		t.Fatal(err)
	}
	err = b.PutIfAbsent(context.Background(), "a/b/c", func(w io.Writer) error {
		_, err := fmt.Fprint(w, "half of it")
		return errors.Join(err, noSpace("write", "c"))
	})
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(root)
	if err != nil || len(entries) > 0 {
		t.Fatal(entries, err)
	}
}
