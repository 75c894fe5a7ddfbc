package kv

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// verify returns what is counted and reported.
func verify(t testing.TB, db *DB) (Counts, []Problem) {
	t.Helper()
	var out []Problem
	n, err := db.Verify(context.Background(), func(p Problem) { out = append(out, p) })
	if err != nil {
		t.Fatal(err)
	}
	return n, out
}

func TestVerify(t *testing.T) {
	for _, dir := range []string{"", t.TempDir()} {
		db := open(t, dir)
		put(t, db, "l1", "small", "s1", strings.Repeat("v", 5000), "c", "")
		if n, got := verify(t, db); len(got) != 0 || n.Keys != 4 || n.Bytes != int64(len("l1smalls1c")+5000+len(formatKey)+len(formatName+formatVersion)) {
			t.Errorf("%+v, %v", n, got)
		}
		put(t, db, "x1", "y")
		if _, got := verify(t, db); len(got) != 1 || got[0].Where != "key 7831" || !strings.Contains(got[0].String(), "it is ignored") {
			t.Errorf("problems are %v", got)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := db.Verify(ctx, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v", err)
		}
	}
}

// A byte of a table is flipped on disk.
func TestVerifyFindsDamagedTables(t *testing.T) {
	dir := t.TempDir()
	db, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	put(t, db, "l0000", "small", "l0001", strings.Repeat("v", 5000))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.sst"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	if err := flipByte(files[0]); err != nil {
		t.Fatal(err)
	}
	if _, got := verify(t, open(t, dir)); len(got) != 1 || got[0].Where != "tables of the database" {
		t.Errorf("problems are %v", got)
	}
}

func flipByte(name string) error {
	b, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	b[20] ^= 1
	return os.WriteFile(name, b, 0o600)
}
