package millrace

import (
	"context"
	"encoding/binary"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/millrace-sql/millrace/connectors/stream"
	"github.com/millrace-sql/millrace/storage/kv"
	"github.com/millrace-sql/millrace/storage/kvfault"
)

// TestPlantedFaults holds that the test finds what it is there to find: with each
// fault planted into the engine it reports something, and nothing without it.
func TestPlantedFaults(t *testing.T) {
	for _, c := range []struct {
		name    string
		planted planted
		says    string // "" = nothing
	}{
		{"none", planted{write: synced, saved: true}, ""},
		{"rows written again are not recognised", planted{write: synced, sink: freshIncarnation}, "copied k0"},
		{"the same behind a checkpoint", planted{write: synced, sink: freshIncarnation, saved: true}, "ordinal does not continue its lane"},
		{"the root record comes before its chunks", planted{write: rootFirst(), saved: true}, "corrupt checkpoint"},
		{"nothing is synced", planted{write: unsynced}, "was acknowledged and is not there"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				err := c.planted.run(t, dir)
				if (c.says != "") != (err != nil) || err != nil && !strings.Contains(err.Error(), c.says) {
					t.Errorf("the check says %v, want %q", err, c.says)
				}
			})
		})
	}
}

// planted is a fault of the engine.
type planted struct {
	sink  func(*stream.SinkConfig)
	write func(kvfault.Write) kvfault.Fault
	saved bool // it takes effect behind a checkpoint that has rows
}

func synced(kvfault.Write) kvfault.Fault   { return kvfault.None }
func unsynced(kvfault.Write) kvfault.Fault { return kvfault.SkipSync }

// run is a life that writes rows behind its last checkpoint and dies by a power
// failure, and what the check says of the next one.
func (p planted) run(t *testing.T, dir string) error {
	t.Helper()
	c := newCrashes(dir)
	if err := c.live(nil); err != nil {
		t.Fatal(err)
	}
	c.sink = p.sink
	f := kvfault.New(p.write)
	stop := func(context.Context, *DB) error {
		f.Stop()
		return nil
	}
	steps := []step{c.put(4), pass(50 * time.Millisecond)}
	if p.saved {
		steps = append(steps, checkpoint, c.put(2), pass(50*time.Millisecond))
	}
	err := c.live(f, append(steps, stop)...)
	if err := unplanned(err); err != nil {
		t.Fatal(err)
	}
	store, err := kv.Open(dir, kv.Options{SegmentBytes: 1 << 20, ReserveBytes: -1})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.PowerFail(store); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return c.check()
}

// freshIncarnation makes every sink that is opened a stranger to the log.
func freshIncarnation(c *stream.SinkConfig) { c.Incarnation = uuid.New() }

// rootFirst loses the chunks of a checkpoint, and the process dies when its root record
// is stored: as if that had been written first.
func rootFirst() func(kvfault.Write) kvfault.Fault {
	lost := false
	return func(w kvfault.Write) kvfault.Fault {
		switch kind := checkpointKey(w.Key); {
		case w.Drop:
		case kind == 'c':
			lost = true
			return kvfault.Lose
		case kind == 'r' && lost:
			return kvfault.StopAfter
		}
		return kvfault.None
	}
}

// checkpointKey is what storage/state keeps under a key: 'r' for a root record, 'c' for
// a chunk, 0 for another key (its format.md).
func checkpointKey(key []byte) byte {
	if len(key) < 3 || key[0] != 's' {
		return 0
	}
	kind := 3 + int(binary.BigEndian.Uint16(key[1:])) + 8
	if kind >= len(key) {
		return 0
	}
	return key[kind]
}
