package kv

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
)

// limited opens a database on a disk with as much free space as the number says.
func limited(t testing.TB, dir string, free *atomic.Int64) (*DB, error) {
	return Open(dir, Options{ReserveBytes: 1 << 20, SegmentBytes: 1 << 20, Free: func() (int64, error) { return free.Load(), nil }})
}

func TestNoSpace(t *testing.T) {
	var free atomic.Int64
	free.Store(1 << 40)
	dir := t.TempDir()
	db, err := limited(t, dir, &free)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	put(t, db, "a", "1")
	var b Batch
	b.Put([]byte("b"), []byte("2"))
	for _, n := range []int64{0, 1 << 20, 1<<20 + int64(b.Bytes()) - 1} {
		free.Store(n)
		err := db.Commit(&b)
		if !errors.Is(err, ErrNoSpace) || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), fmt.Sprintf(" %d bytes free", n)) {
			t.Errorf("with %d bytes free: %v", n, err)
		}
	}
	if got := keys(t, db, "", "a"); len(got) != 1 {
		t.Errorf("keys %q after refused commits", got)
	}
	// What gives space back may go further, and readers do not care.
	free.Store(1 << 19)
	var gone Batch
	gone.Delete([]byte("a"))
	if err := db.Commit(&gone); !errors.Is(err, ErrNoSpace) {
		t.Errorf("error is %v", err)
	}
	free.Store(1<<19 - 1)
	if err := db.DropPrefix([]byte("a")); !errors.Is(err, ErrNoSpace) {
		t.Errorf("error is %v", err)
	}
	free.Store(1<<19 + 1000)
	if err := errors.Join(db.Commit(&gone), db.DropPrefix([]byte("x"))); err != nil {
		t.Error(err)
	}
	free.Store(1<<20 + int64(b.Bytes()))
	if err := db.Commit(&b); err != nil {
		t.Error(err)
	}
	if got := keys(t, db, "", "a"); len(got) != 1 || got[0] != "b" {
		t.Errorf("keys are %q", got)
	}
}

func TestOpenWithoutSpace(t *testing.T) {
	var free atomic.Int64
	if _, err := limited(t, t.TempDir(), &free); !errors.Is(err, ErrNoSpace) {
		t.Errorf("error is %v", err)
	}
	own := errors.New("own")
	if _, err := Open(t.TempDir(), Options{Free: func() (int64, error) { return 0, own }}); !errors.Is(err, own) {
		t.Errorf("error is %v", err)
	}
	for _, o := range []Options{{ReserveBytes: -1, Free: func() (int64, error) { return 0, nil }}, {ReserveBytes: 1}, {}} {
		db, err := Open(t.TempDir(), o)
		if err != nil {
			t.Fatal(err)
		}
		put(t, db, "a", "b")
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestInterceptor(t *testing.T) {
	var seen []string
	own := errors.New("own")
	db, err := Open("", Options{Intercept: func(w Write) error {
		if w.Batch == nil {
			seen = append(seen, fmt.Sprintf("drop %q", w.Prefixes))
			return w.Do()
		}
		var err error
		w.Batch.Each(func(k, v []byte, remove bool) {
			seen = append(seen, fmt.Sprint(string(k), string(v), remove))
			if string(v) == "bad" {
				err = own
			}
		})
		if err != nil {
			return err
		}
		return w.Do()
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	seen = nil // without the format's record
	put(t, db, "a", "1")
	var b Batch
	b.Delete([]byte("a"))
	b.Put([]byte("b"), []byte("bad"))
	if err := db.Commit(&b); err != own {
		t.Errorf("error is %v", err)
	}
	if got := keys(t, db, "", "a"); len(got) != 1 || got[0] != "a" {
		t.Errorf("keys are %q", got)
	}
	if err := db.DropPrefix([]byte("a")); err != nil {
		t.Error(err)
	}
	if got, want := fmt.Sprint(seen), `[a1false atrue bbadfalse drop ["a"]]`; got != want {
		t.Errorf("seen %s, want %s", got, want)
	}
}

func TestKeysDoNotReadValues(t *testing.T) {
	db := open(t, t.TempDir())
	put(t, db, "a1", "123", "a2", strings.Repeat("v", 5000), "b", "")
	var got []string
	err := db.Keys([]byte("a"), nil, func(k []byte, n int64) error {
		got = append(got, string(k))
		if want := map[string]int64{"a1": 3, "a2": 5000}[string(k)]; n < want-10 || n > want+10 {
			t.Errorf("value of %s has %d bytes", k, n)
		}
		return nil
	})
	if err != nil || fmt.Sprint(got) != "[a1 a2]" {
		t.Errorf("keys are %q, %v", got, err)
	}
}
