package kv

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
)

// viewed is the value that the cursor shows under the key.
func viewed(c *Cursor, key string) (string, error) {
	var out string
	err := c.View([]byte(key), func(v []byte) error {
		out = string(v)
		return nil
	})
	return out, err
}

func assertViewed(t *testing.T, c *Cursor, key, want string) {
	t.Helper()
	if got, err := viewed(c, key); err != nil || got != want {
		t.Errorf("key %s: value of %d bytes, %v; want %d bytes", key, len(got), err, len(want))
	}
}

func TestCursor(t *testing.T) {
	for _, dir := range []string{"", t.TempDir()} {
		db := open(t, dir)
		large := strings.Repeat("v", 5000)
		put(t, db, "a1", "1", "a2", large, "a25", "between", "a3", "", "b1", "other")
		c := db.Cursor([]byte("a"))
		for _, key := range []string{"b1", "a4", "a", ""} {
			if _, err := viewed(c, key); !errors.Is(err, ErrNotFound) {
				t.Errorf("key %q: error is %v", key, err)
			}
		}
		// Forward, the same again, over a key in between, and back.
		for _, step := range [][2]string{{"a1", "1"}, {"a2", large}, {"a2", large}, {"a3", ""}, {"a1", "1"}, {"a25", "between"}} {
			assertViewed(t, c, step[0], step[1])
		}
		own := errors.New("own")
		if err := c.View([]byte("a1"), func([]byte) error { return own }); err != own {
			t.Errorf("error is %v", err)
		}
		// Behind the end of its snapshot it sees what was committed since.
		assertViewed(t, c, "a3", "")
		put(t, db, "a4", "4")
		assertViewed(t, c, "a4", "4")
		c.Close()
		put(t, db, "a4", "newer")
		assertViewed(t, c, "a4", "newer")
		if err := db.DropPrefix([]byte("a4")); err != nil {
			t.Fatal(err)
		}
		if _, err := viewed(c, "a4"); !errors.Is(err, ErrNotFound) {
			t.Errorf("dropped: error is %v", err)
		}
		assertViewed(t, c, "a1", "1")
	}
}

func TestCursorEndsWithTheDatabase(t *testing.T) {
	db, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	put(t, db, "a", "b")
	c := db.Cursor(nil)
	assertViewed(t, c, "a", "b")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := viewed(c, "a"); !errors.Is(err, ErrClosed) {
		t.Errorf("error is %v", err)
	}
	c.Close()
	c.Close()
}

// Snapshots are taken, ended and renewed while other keys come and go.
func TestCursorsBesideDrops(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir)
	const kept = 3 * maxViews
	for i := range kept {
		put(t, db, fmt.Sprintf("keep%06d", i), strings.Repeat("k", 2000+i))
	}
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		readers.Go(func() {
			c := db.Cursor([]byte("keep"))
			for i := 0; ; i++ {
				select {
				case <-stop:
					return // and leaves its snapshot open
				default:
				}
				if got, err := viewed(c, fmt.Sprintf("keep%06d", i%kept)); err != nil || len(got) != 2000+i%kept {
					t.Errorf("value %d has %d bytes: %v", i, len(got), err)
					return
				}
			}
		})
	}
	for round := range 5 {
		for i := range 64 {
			put(t, db, fmt.Sprintf("drop%d-%d", round, i), strings.Repeat("d", 100_000))
		}
		if err := db.DropPrefix(fmt.Appendf(nil, "drop%d-", round)); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	readers.Wait()
	if err := db.DropPrefix([]byte("absent")); err != nil {
		t.Fatal(err)
	}
	// 32 MB were dropped; the file in use may be preallocated to twice its size.
	if used := valueBytes(t, dir); used > kept*8000+16<<20 {
		t.Errorf("%d bytes of value files for %d bytes", used, kept*2400)
	}
}
