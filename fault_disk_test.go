package millrace

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"errors"
	"github.com/millrace-sql/millrace/storage/kv"
)

// TestFullDisk fills the disk for a while: producers and pumps wait and say for what,
// and go on when there is room.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := newCrashes(dir)
		c.every = time.Second
		disk := newDisk(c)
		err := c.live(nil, c.put(4), pass(50*time.Millisecond), func(ctx context.Context, db *DB) error {
			disk.fill()
			done := make(chan error, 1)
			go func() { done <- c.put(20)(ctx, db) }()
			_ = pass(5*time.Second)(ctx, db)
			select {
			case err := <-done:
				t.Errorf("on a full disk Put says %v", err)
			default:
			}
			wantWaiting(t, db, "copy")
			disk.empty()
			return <-done
		}, pass(2*time.Second), func(_ context.Context, db *DB) error {
			for _, held := range []error{db.log.Paused(), db.coord.Held()} {
				if held != nil {
					t.Errorf("with room again something waits: %v", held)
				}
			}
			return nil
		}, c.put(2))
		if err != nil {
			t.Error(err)
		}
		if len(c.acked) != faultProducers*(4+20+2) {
			t.Errorf("%d records were acknowledged", len(c.acked))
		}
		if err := c.check(); err != nil {
			t.Error(err)
		}
	})
}

// TestCloseOnFullDisk: Close does not wait for room.
func TestCloseOnFullDisk(t *testing.T) {
	for name, every := range map[string]time.Duration{"before a checkpoint": -1, "during one": time.Second} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				c := newCrashes(dir)
				c.every = every
				disk := newDisk(c)
				done := make(chan error, 1)
				var began time.Time
				err := c.live(nil, c.put(4), pass(1500*time.Millisecond), c.put(4), func(ctx context.Context, db *DB) error {
					disk.fill()
					go func() { done <- c.put(4)(ctx, db) }()
					_ = pass(3*time.Second)(ctx, db)
					began = time.Now()
					return nil
				})
				if took := time.Since(began); took > haltPatience+time.Second {
					t.Errorf("Close took %s", took)
				}
				if err != nil && !errors.Is(err, kv.ErrNoSpace) {
					t.Errorf("Close says %v", err)
				}
				if err := <-done; err == nil {
					t.Error("a Put that never happened says nothing")
				}
				disk.empty()
				if err := c.check(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// disk is as full as the test says.
type disk struct{ full atomic.Bool }

func newDisk(c *crashes) *disk {
	d := &disk{}
	c.free = func() (int64, error) {
		if d.full.Load() {
			return 0, nil
		}
		return 1 << 30, nil
	}
	return d
}

func (d *disk) fill()  { d.full.Store(true) }
func (d *disk) empty() { d.full.Store(false) }

// wantWaiting is that SHOW WHY names the disk as what a pump waits for.
func wantWaiting(t *testing.T, db *DB, pump string) {
	t.Helper()
	why, err := lines(context.Background(), db, "SHOW WHY "+pump)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range why {
		if strings.HasPrefix(line, "waiting for | disk") && strings.Contains(line, kv.ErrNoSpace.Error()) {
			return
		}
	}
	t.Errorf("SHOW WHY %s says %q", pump, why)
}
