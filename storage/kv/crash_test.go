package kv

import (
	"os"
	"path/filepath"
	"testing"
)

// TestOpenAfterCrash: a process may be killed right after it has made a file. The
// database opens, and what was there is there.
func TestOpenAfterCrash(t *testing.T) {
	dir := t.TempDir()
	for _, empty := range []string{"", "00001.mem", "00042.mem", "000042.vlog"} {
		if empty != "" {
			path := filepath.Join(dir, empty)
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		db, err := Open(dir, Options{})
		if err != nil {
			t.Fatalf("with an empty %s: %v", empty, err)
		}
		if empty != "" {
			if v, err := db.Get([]byte("k")); err != nil || string(v) != "v" {
				t.Errorf("with an empty %s: %q, %v", empty, v, err)
			}
		}
		var b Batch
		b.Put([]byte("k"), []byte("v"))
		if err := db.Commit(&b); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
