package millrace

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"

	"github.com/millrace-sql/millrace/storage/kvfault"
)

// writeFaults is how a write can go wrong: it fails, or the process dies of it,
// before or after it has taken effect.
var writeFaults = []writeFault{
	{"FailBefore", kvfault.FailBefore}, {"FailAfter", kvfault.FailAfter},
	{"StopBefore", kvfault.StopBefore}, {"StopAfter", kvfault.StopAfter},
}

type writeFault struct {
	name  string
	fault kvfault.Fault
}

// eachFault runs the cases in bubbles of their own, side by side.
func eachFault(t *testing.T, faults []writeFault, run func(t *testing.T, dir string, fault kvfault.Fault)) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) { run(t, dir, f.fault) })
		})
	}
}

// TestEveryWriteOfLife goes through the lives of one directory: in the n-th one, the
// n-th write goes wrong, until a life has none left.
func TestEveryWriteOfLife(t *testing.T) {
	eachFault(t, writeFaults, func(t *testing.T, dir string, fault kvfault.Fault) {
		c := newCrashes(dir)
		if err := c.live(nil, c.scripted()...); err != nil {
			t.Fatal(err)
		}
		n := 1
		for ; c.hit(t, n, fault, c.scripted()...); n++ {
		}
		if n < 25 {
			t.Errorf("a life has only %d writes", n)
		}
		if err := c.check(); err != nil {
			t.Errorf("after %d lives: %v", n, err)
		}
		t.Logf("%d writes, %d records acknowledged", n-1, len(c.acked))
	})
}

// TestEveryWriteOfDefinitions lets each write of the first life of a directory go
// wrong; the next life, of the same script, finds what that one had defined. A failure
// that has written something, and a death that has not, leave what the others leave
// from the next write on: those are for long runs.
func TestEveryWriteOfDefinitions(t *testing.T) {
	faults := writeFaults[1:3]
	if os.Getenv(faultRuns) != "" {
		faults = writeFaults
	}
	eachFault(t, faults, func(t *testing.T, dir string, fault kvfault.Fault) {
		n := 1
		for more := true; more; n++ {
			c := newCrashes(filepath.Join(dir, fmt.Sprint(n)))
			more = c.hit(t, n, fault)
			if err := c.check(); err != nil {
				t.Errorf("write %d: %v", n, err)
			}
		}
		t.Logf("%d writes", n-2)
	})
}

// hit is a life whose n-th write goes wrong, and tells whether it had so many. What
// goes wrong in it is that, and nothing else.
func (c *crashes) hit(t *testing.T, n int, fault kvfault.Fault, steps ...step) bool {
	t.Helper()
	f := kvfault.New(kvfault.At(n, fault))
	err := c.live(f, steps...)
	if f.Writes() >= n && err == nil {
		t.Errorf("write %d: nobody was told that it failed", n)
	}
	if err := unplanned(err); err != nil {
		t.Errorf("write %d: %v", n, err)
	}
	if f.Writes() < n && err != nil && !errors.Is(err, kvfault.ErrStopped) {
		t.Errorf("write %d was never made: %v", n, err)
	}
	return f.Writes() >= n
}
