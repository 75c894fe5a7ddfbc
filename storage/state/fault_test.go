package state

import (
	"bytes"
	"errors"
	"io"
	"sync/atomic"
	"testing"

	"github.com/millrace-sql/millrace/storage/kv"
	"github.com/millrace-sql/millrace/storage/kvfault"
)

// stateOf is what the operators of a test have at an epoch.
func stateOf(epoch uint64) map[string][]byte {
	return map[string][]byte{"a": pattern(3, byte(epoch)), "b": pattern(4*chunkBytes+1, byte(epoch)), "c": {}}
}

// small returns a store that makes four commits of that state.
func small(db Database, o Options) *Store {
	s := New(db, o)
	s.batch = 2
	return s
}

func trySave(s *Store, epoch uint64) error {
	c := sample(epoch)
	c.State = map[string]io.WriterTo{}
	for name, b := range stateOf(epoch) {
		c.State[name] = bytes.NewReader(b)
	}
	return s.Save("j", c)
}

// whole reads the latest checkpoint, sees that it is all there, and returns its epoch.
func whole(t *testing.T, s *Store) uint64 {
	t.Helper()
	c, state := latest(t, s, "j")
	for name, want := range stateOf(c.Epoch) {
		if !bytes.Equal(state[name], want) {
			t.Errorf("epoch %d: operator %s has %d bytes, want %d", c.Epoch, name, len(state[name]), len(want))
		}
	}
	return c.Epoch
}

// Whichever write of a Save fails, before or after it takes effect, the latest checkpoint is the old or the new one, whole;
// the new one if Save said so; and saving goes on.
func TestEveryWriteFailsOnce(t *testing.T) {
	for _, fault := range []kvfault.Fault{kvfault.FailBefore, kvfault.FailAfter, kvfault.StopBefore, kvfault.StopAfter} {
		for at := 1; ; at++ {
			f := kvfault.New(nil)
			db, err := kv.Open("", kv.Options{Intercept: f.Intercept})
			if err != nil {
				t.Fatal(err)
			}
			s := small(db, Options{ReclaimBytes: 1}) // each Save drops the epoch before
			if err := errors.Join(trySave(s, 1), trySave(s, 2)); err != nil {
				t.Fatal(err)
			}
			f.Plan(kvfault.At(at, fault))
			err = trySave(s, 3)
			writes := f.Writes()
			if err := f.PowerFail(db); err != nil {
				t.Fatal(err)
			}
			got := whole(t, s)
			if got < 2 || got > 3 || err == nil && got != 3 {
				t.Errorf("fault %d at write %d: the latest is %d, Save said %v", fault, at, got, err)
			}
			if got == 2 {
				err = trySave(s, 3)
			} else {
				err = trySave(s, 4)
			}
			if err != nil || whole(t, s) < 3 {
				t.Errorf("fault %d at write %d, the next Save: %v", fault, at, err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if writes < at {
				if writes < 5 {
					t.Errorf("only %d writes", writes)
				}
				break
			}
		}
	}
}

// With every sync from some write on skipped, a power failure leaves the old checkpoint or the new one, whole.
func TestPowerFailure(t *testing.T) {
	for lies := 1; lies <= 4; lies++ {
		dir := t.TempDir()
		f := kvfault.New(nil)
		db, err := kv.Open(dir, kv.Options{Durability: kv.None, Intercept: f.Intercept})
		if err != nil {
			t.Fatal(err)
		}
		s := small(db, Options{})
		if err := trySave(s, 1); err != nil {
			t.Fatal(err)
		}
		f.Plan(func(w kvfault.Write) kvfault.Fault {
			if w.Ordinal >= lies {
				return kvfault.SkipSync
			}
			return kvfault.None
		})
		if err := errors.Join(trySave(s, 2), db.Close()); err != nil {
			t.Fatal(err)
		}
		db = openDB(t, dir)
		if err := f.PowerFail(db); err != nil {
			t.Fatal(err)
		}
		if got := whole(t, New(db, Options{})); got != 1 && lies < 3 || got > 2 {
			t.Errorf("lies from write %d on: the latest is %d", lies, got)
		}
	}
}

// The fault that the order of writes prevents is found: a root record whose chunks never came.
func TestRootBeforeItsChunks(t *testing.T) {
	f := kvfault.New(nil)
	db, err := kv.Open("", kv.Options{Intercept: f.Intercept})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	s := small(db, Options{})
	f.Plan(func(w kvfault.Write) kvfault.Fault {
		if w.Key[len(w.Key)-1] != 'r' {
			return kvfault.Lose
		}
		return kvfault.StopAfter
	})
	if err := trySave(s, 1); !errors.Is(err, kvfault.ErrStopped) {
		t.Errorf("error is %v", err)
	}
	if _, _, err := s.Latest("j"); !errors.Is(err, ErrCorrupt) {
		t.Errorf("error is %v", err)
	}
}

// A Save that found the disk full, at any of its writes, is repeated with the same epoch, with less state too.
func TestFullDisk(t *testing.T) {
	var commits, full atomic.Int64
	full.Store(1 << 40)
	db, err := kv.Open(t.TempDir(), kv.Options{Durability: kv.None, Free: func() (int64, error) {
		if commits.Add(1) > full.Load() {
			return 0, nil
		}
		return 1 << 40, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	s := small(db, Options{ReclaimBytes: 1})
	if err := trySave(s, 1); err != nil {
		t.Fatal(err)
	}
	epoch := uint64(2)
	for at := int64(0); at < 8; at++ {
		full.Store(commits.Load() + at)
		err := trySave(s, epoch)
		full.Store(1 << 40)
		if err == nil {
			epoch++ // it was full for the removal of older epochs, if at all
			continue
		}
		if !errors.Is(err, kv.ErrNoSpace) {
			t.Fatal(err)
		}
		if got := whole(t, s); got != epoch-1 {
			t.Errorf("full at write %d: the latest is %d", at, got)
		}
		if at%2 == 0 {
			save(t, s, "j", sample(epoch), map[string][]byte{"b": {1}})
			if _, state := latest(t, s, "j"); !bytes.Equal(state["b"], []byte{1}) {
				t.Errorf("full at write %d: %d bytes came back", at, len(state["b"]))
			}
			epoch++
		}
		if err := trySave(s, epoch); err != nil || whole(t, s) != epoch {
			t.Errorf("full at write %d, again: %v", at, err)
		}
		epoch++
	}
	if epoch < 8 {
		t.Errorf("epoch is %d", epoch)
	}
}
