package shardlog

import (
	"context"
	"errors"
	"fmt"
	"math/rand"
	"sync"
	"testing"

	"github.com/millrace-sql/millrace/sql/types"
)

func TestArrivalsStandStillWhileTheClockIsBack(t *testing.T) {
	c := &fakeClock{}
	l := openLog(t, openDB(t, ""), Options{Now: c.now})
	create(t, l, "s", 1)
	for i, step := range []struct{ clock, want types.Time }{{100, 100}, {300, 300}, {50, 300}, {299, 300}, {301, 301}} {
		c.at = step.clock
		if got := appendAll(t, l, "s", records(1, "%d"))[0].Arrival; got != step.want {
			t.Errorf("append %d at clock %d arrived at %d, want %d", i, step.clock, got, step.want)
		}
	}
}

func TestHorizonRaisesTheFloor(t *testing.T) {
	c := &fakeClock{at: 1000}
	l := openLog(t, openDB(t, ""), Options{Now: c.now})
	create(t, l, "s", 2)
	if h, err := l.Horizon("s", 1); err != nil || h != 1000 {
		t.Fatalf("horizon is %d, %v", h, err)
	}
	c.at = 400
	if h, err := l.Horizon("s", 0); err != nil || h != 1000 {
		t.Errorf("horizon fell to %d, %v", h, err)
	}
	if got := appendAll(t, l, "s", records(1, "%d"))[0].Arrival; got != 1000 {
		t.Errorf("arrival %d is below the horizon", got)
	}
	if _, err := l.Horizon("s", 2); !errors.Is(err, ErrNoShard) {
		t.Errorf("error is %v", err)
	}
}

func TestHorizonStaysAtTheCommitInFlight(t *testing.T) {
	now := types.Time(10)
	c := clock{now: func() types.Time { return now }, last: types.MinTime, lead: types.MaxTime}
	if a := c.stamp(); a != 10 {
		t.Errorf("arrival %d", a)
	}
	now = 20
	if h, _ := c.horizon(); h != 10 {
		t.Errorf("horizon %d is above the arrival in flight", h)
	}
	if a := c.stamp(); a != 20 {
		t.Errorf("second arrival %d", a)
	}
	now = 30
	if h, _ := c.horizon(); h != 10 {
		t.Errorf("horizon %d is above the first arrival in flight", h)
	}
	c.settle(types.MaxTime)
	if h, _ := c.horizon(); h != 30 {
		t.Errorf("horizon %d after the commit", h)
	}
}

// The lead bounds what may be promised until a higher one is stored.
func TestHorizonWaitsForTheStoredLead(t *testing.T) {
	now := types.Time(0)
	c := clock{now: func() types.Time { return now }, last: 0, lead: types.Second}
	for _, step := range []struct {
		now, want types.Time
		renew     bool
	}{
		{100, 100, false},
		{types.Second*3/4 + 1, types.Second*3/4 + 1, true},
		{5 * types.Second, types.Second, true},
	} {
		now = step.now
		if h, renew := c.horizon(); h != step.want || renew != step.renew {
			t.Errorf("at %d the horizon is %d, %v; want %d, %v", now, h, renew, step.want, step.renew)
		}
	}
}

func TestHorizonCatchesUpAfterAJump(t *testing.T) {
	c := &lockedClock{at: 1000}
	l := openLog(t, openDB(t, t.TempDir()), Options{Now: c.now})
	create(t, l, "s", 1)
	c.set(types.Hour)
	for range 1000 {
		h, err := l.Horizon("s", 0)
		if err != nil || h > types.Hour {
			t.Fatalf("horizon is %d, %v", h, err)
		}
		if h == types.Hour {
			return
		}
		// The committer stores the lead; an empty task is over when it has had its turn.
		if err := l.do(func() error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	t.Error("the horizon never reached the clock")
}

type lockedClock struct {
	mu sync.Mutex
	at types.Time
}

func (c *lockedClock) now() types.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *lockedClock) set(t types.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = t
}

// Producers, a clock that jumps both ways, and readers that hold every horizon against everything they read later.
func TestConcurrentProducersKeepOrderAndPromises(t *testing.T) {
	const producers, appends, shards = 8, 60, 3
	var c lockedClock
	rnd := rand.New(rand.NewSource(1))
	l := openLog(t, openDB(t, t.TempDir()), Options{HeadBytes: 2000, BlockBytes: 400, Now: func() types.Time {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.at += types.Time(rnd.Intn(2000) - 700)
		return c.at
	}})
	create(t, l, "s", shards)
	ctx, cancel := context.WithCancel(context.Background())
	var writing, reading sync.WaitGroup
	for p := range producers {
		writing.Go(func() {
			for a := range appends {
				var recs []Record
				for i := range 1 + a%5 {
					recs = append(recs, Record{PartitionKey: fmt.Sprint("p", p), Data: fmt.Appendf(nil, "%d %d", a, i)})
				}
				if _, err := l.Append(context.Background(), "s", recs, nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for sh := range shards {
		reading.Go(func() { followShard(ctx, t, l, sh) })
	}
	writing.Wait()
	total := 0
	for sh := range shards {
		total += len(readAll(t, l, "s", sh, Oldest()))
	}
	if want := producers * appends / 5 * (1 + 2 + 3 + 4 + 5); total != want {
		t.Errorf("%d records are stored, want %d", total, want)
	}
	cancel()
	reading.Wait()
}

// followShard checks what it reads: sequence numbers without gaps, arrivals and horizons that never decrease, and the
// order of each producer.
func followShard(ctx context.Context, t *testing.T, l *Log, shard int) {
	r, err := l.Reader("s", shard, Oldest())
	if err != nil {
		t.Error(err)
		return
	}
	n := 0
	promised, last := types.MinTime, map[string][2]int{}
	for {
		h := r.Horizon()
		if h < promised {
			t.Errorf("shard %d: the horizon fell from %d to %d", shard, promised, h)
		}
		promised = h
		b, err := r.Next(ctx)
		if errors.Is(err, context.Canceled) {
			return
		}
		if err != nil {
			t.Error(err)
			return
		}
		for i := range b.Len() {
			n++
			if b.Sequence(i) != uint64(n) {
				t.Errorf("shard %d: record %d has sequence number %d", shard, n, b.Sequence(i))
			}
			if b.Arrival(i) < promised {
				t.Errorf("shard %d: arrival %d is below the promise %d", shard, b.Arrival(i), promised)
			}
			promised = max(promised, b.Arrival(i))
			k, d := b.Record(i)
			var at [2]int
			if _, err := fmt.Sscanf(string(d), "%d %d", &at[0], &at[1]); err != nil {
				t.Error(err)
			}
			if old, ok := last[string(k)]; ok && (at[0] < old[0] || at[0] == old[0] && at[1] != old[1]+1) {
				t.Errorf("shard %d: %s: %v after %v", shard, k, at, old)
			}
			last[string(k)] = at
		}
	}
}
