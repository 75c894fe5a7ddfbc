package kvfault

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/millrace-sql/millrace/storage/kv"
)

func open(t *testing.T, dir string, f *Faults) *kv.DB {
	t.Helper()
	o := kv.Options{SegmentBytes: 1 << 20}
	if f != nil {
		o.Intercept = f.Intercept
	}
	db, err := kv.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func put(db *kv.DB, key, value string) error {
	var b kv.Batch
	b.Put([]byte(key), []byte(value))
	return db.Commit(&b)
}

// content is all pairs but the database's own.
func content(t *testing.T, db *kv.DB) string {
	t.Helper()
	var out []string
	err := db.Scan(nil, []byte{1}, func(k, v []byte) error {
		out = append(out, string(k)+"="+string(v))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, " ")
}

func TestFaults(t *testing.T) {
	for _, c := range []struct {
		fault Fault
		errs  [3]error
		want  string
	}{
		{None, [3]error{}, "a=1 b=2 c=3"},
		{FailBefore, [3]error{1: ErrFault}, "a=1 c=3"},
		{FailAfter, [3]error{1: ErrFault}, "a=1 b=2 c=3"},
		{StopBefore, [3]error{1: ErrStopped, 2: ErrStopped}, "a=1"},
		{StopAfter, [3]error{1: ErrStopped, 2: ErrStopped}, "a=1 b=2"},
		{SkipSync, [3]error{}, "a=1 b=2 c=3"},
		{Lose, [3]error{}, "a=1 c=3"},
	} {
		f := New(nil)
		db := open(t, "", f)
		f.Plan(At(2, c.fault))
		for i, key := range []string{"a", "b", "c"} {
			if err := put(db, key, fmt.Sprint(i+1)); !errors.Is(err, c.errs[i]) {
				t.Errorf("fault %d: write %s: %v, want %v", c.fault, key, err, c.errs[i])
			}
		}
		if got := content(t, db); got != c.want {
			t.Errorf("fault %d: %s, want %s", c.fault, got, c.want)
		}
		if f.Stopped() != (c.errs[2] != nil) {
			t.Errorf("fault %d: stopped is %v", c.fault, f.Stopped())
		}
	}
}

func TestPlanSeesEveryWrite(t *testing.T) {
	var seen []string
	f := New(nil)
	db := open(t, "", f)
	f.Plan(func(w Write) Fault {
		seen = append(seen, fmt.Sprintf("%d %s %v", w.Ordinal, w.Key, w.Drop))
		return None
	})
	if err := errors.Join(put(db, "a", ""), db.DropPrefix([]byte("b"), []byte("c"))); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(seen); got != "[1 a false 2 b true]" || f.Writes() != 2 {
		t.Errorf("seen %s", got)
	}
}

// What was not synced is gone after a power failure, as if it had never been written.
func TestPowerFail(t *testing.T) {
	dir := t.TempDir()
	f := New(nil)
	db := open(t, dir, f)
	skip := func(Write) Fault { return SkipSync }
	if err := errors.Join(put(db, "a", "1"), put(db, "b", "1")); err != nil {
		t.Fatal(err)
	}
	f.Plan(skip)
	if err := put(db, "a", "2"); err != nil {
		t.Fatal(err)
	}
	f.Plan(nil)
	if err := put(db, "c", "1"); err != nil { // syncs the one before too
		t.Fatal(err)
	}
	f.Plan(skip)
	var both kv.Batch
	both.Delete([]byte("b"))
	both.Put([]byte("d"), []byte("1"))
	if err := errors.Join(put(db, "a", "3"), db.Commit(&both), put(db, "a", "4")); err != nil {
		t.Fatal(err)
	}
	if got := content(t, db); got != "a=4 c=1 d=1" {
		t.Errorf("before: %s", got)
	}
	f.Stop()
	if err := put(db, "a", "5"); !errors.Is(err, ErrStopped) {
		t.Errorf("error is %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = open(t, dir, nil)
	if err := f.PowerFail(db); err != nil {
		t.Fatal(err)
	}
	if got := content(t, db); got != "a=2 b=1 c=1" {
		t.Errorf("after: %s", got)
	}
}
