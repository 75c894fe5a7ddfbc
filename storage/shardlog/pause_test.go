package shardlog

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/kv"
)

// disk is a file system that a test fills and frees.
type disk struct{ free atomic.Int64 }

func newDisk() *disk {
	d := &disk{}
	d.free.Store(1 << 40)
	return d
}

func (d *disk) fill()    { d.free.Store(0) }
func (d *disk) release() { d.free.Store(1 << 40) }

func (d *disk) open(t testing.TB, dir string) *kv.DB {
	t.Helper()
	db, err := kv.Open(dir, kv.Options{SegmentBytes: 1 << 20, Free: func() (int64, error) { return d.free.Load(), nil }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// waitPaused waits until the log has noticed that the disk is full.
func waitPaused(l *Log) error {
	for l.Paused() == nil {
		time.Sleep(time.Millisecond)
	}
	return l.Paused()
}

// Producers with and without lanes, some of large records, wait for a disk that fills again and again; whoever gets its
// receipts gets them once and in order.
func TestFullDiskPausesAppends(t *testing.T) {
	const producers, appends = 4, 30
	d, dir := newDisk(), t.TempDir()
	db := d.open(t, dir)
	l := openLog(t, db, Options{HeadBytes: 1})
	create(t, l, "s", 2)
	var writing sync.WaitGroup
	var mu sync.Mutex
	acked := map[string]Receipt{}
	for p := range producers {
		writing.Go(func() {
			lane := &Lane{ID: uint32(p)}
			for a := range appends {
				var recs []Record
				for i := range 3 {
					data := fmt.Appendf(nil, "%d %d", a, i)
					if a%10 == 9 {
						data = append(data, incompressible(1<<20)...) // more than a value holds
					}
					recs = append(recs, Record{PartitionKey: fmt.Sprint("p", p), Data: data})
				}
				if p%2 == 1 {
					lane = nil
				}
				got, err := l.Append(context.Background(), "s", recs, lane)
				if err != nil {
					t.Error(err)
					return
				}
				if lane != nil {
					lane.FirstOrdinal += uint64(len(recs))
				}
				mu.Lock()
				for i, r := range got {
					acked[fmt.Sprintf("p%d %d %d", p, a, i)] = r
				}
				mu.Unlock()
			}
		})
	}
	ctx, cancel := context.WithCancel(context.Background())
	var reading sync.WaitGroup
	for sh := range 2 {
		reading.Go(func() { followShard(ctx, t, l, sh) })
	}
	for range 3 {
		time.Sleep(20 * time.Millisecond)
		d.fill()
		if err := waitPaused(l); !errors.Is(err, kv.ErrNoSpace) || !strings.Contains(err.Error(), dir) || !strings.HasSuffix(err.Error(), "appends wait") {
			t.Errorf("paused: %v", err)
		}
		stored := len(readAll(t, l, "s", 0, Oldest()))
		time.Sleep(5 * time.Millisecond)
		if n := len(readAll(t, l, "s", 0, Oldest())); n != stored {
			t.Errorf("%d records became %d on a full disk", stored, n)
		}
		d.release()
	}
	writing.Wait()
	cancel()
	reading.Wait()
	if err := l.Paused(); err != nil {
		t.Errorf("still paused: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = openLog(t, db, Options{})
	found := map[string]Receipt{}
	for sh := range 2 {
		for _, r := range readAll(t, l, "s", sh, Oldest()) {
			var a, i int
			if _, err := fmt.Sscanf(r.data, "%d %d", &a, &i); err != nil {
				t.Fatal(err)
			}
			name := fmt.Sprintf("%s %d %d", r.key, a, i)
			if _, twice := found[name]; twice {
				t.Errorf("%s is there twice", name)
			}
			found[name] = Receipt{sh, r.sequence, r.arrival}
		}
	}
	if len(found) != producers*appends*3 || len(acked) != len(found) {
		t.Errorf("%d records are stored, %d acknowledged", len(found), len(acked))
	}
	for name, r := range acked {
		if found[name] != r {
			t.Errorf("%s was acknowledged as %+v, found is %+v", name, r, found[name])
		}
	}
	if next, err := l.LastOrdinal("s", [16]byte{}, 2); err != nil || next != appends*3 {
		t.Errorf("the lane goes on at %d, %v", next, err)
	}
}

func incompressible(n int) []byte {
	out, x := make([]byte, n), uint32(1)
	for i := range out {
		x = x*1664525 + 1013904223
		out[i] = byte(x>>24) | 0x80
	}
	return out
}

// In a paused log an append can be withdrawn, definitions say what is wrong, and Close ends it all.
func TestPausedLog(t *testing.T) {
	d := newDisk()
	db := d.open(t, t.TempDir())
	l := openLog(t, db, Options{})
	create(t, l, "s", 1)
	create(t, l, "gone", 1)
	appendAll(t, l, "s", records(2, "before %d"))
	d.fill()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	put := func(ctx context.Context, data string) {
		_, err := l.Append(ctx, "s", []Record{{"k", []byte(data)}}, nil)
		ended <- err
	}
	go put(ctx, "withdrawn")
	if err := waitPaused(l); err == nil {
		t.Fatal("not paused")
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("withdrawn: %v", err)
	}
	if err := l.CreateStream("new", 1); !errors.Is(err, kv.ErrNoSpace) {
		t.Errorf("CreateStream: %v", err)
	}
	if err := l.DropStream("gone"); !errors.Is(err, kv.ErrNoSpace) {
		t.Errorf("DropStream: %v", err)
	}
	d.free.Store(100 << 20) // not enough to append, enough to give space back
	if err := l.DropStream("gone"); err != nil {
		t.Errorf("DropStream: %v", err)
	}
	go put(context.Background(), "interrupted")
	time.Sleep(5 * time.Millisecond)
	if got := readAll(t, l, "s", 0, Oldest()); len(got) != 2 || got[1].data != "before 1" {
		t.Errorf("read %v", got)
	}
	if err := l.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if err := <-ended; !errors.Is(err, ErrClosed) {
		t.Errorf("interrupted: %v", err)
	}
	// It opens again while the disk is full, reads, and goes on when there is room.
	l = openLog(t, db, Options{})
	if got := readAll(t, l, "s", 0, Oldest()); len(got) != 2 || l.Paused() == nil {
		t.Errorf("read %v, paused: %v", got, l.Paused())
	}
	d.release()
	if got := appendAll(t, l, "s", records(1, "after %d"))[0].Sequence; got != 3 || l.Paused() != nil {
		t.Errorf("appended as %d, paused: %v", got, l.Paused())
	}
}

// The disk is looked at every 250 ms, not more often, whatever is asked of the log.
func TestPauseSleeps(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var looks atomic.Int64
		full := atomic.Bool{}
		db, err := kv.Open(dir, kv.Options{Free: func() (int64, error) {
			looks.Add(1)
			if full.Load() {
				return 0, nil
			}
			return 1 << 40, nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		l, err := Open(db, Options{})
		if err != nil {
			t.Fatal(err)
		}
		create(t, l, "s", 1)
		full.Store(true)
		done := make(chan error, 3)
		for range 3 {
			go func() {
				_, err := l.Append(context.Background(), "s", records(1, "%d"), nil)
				done <- err
			}()
		}
		synctest.Wait()
		before := looks.Load()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if n := looks.Load() - before; n < 35 || n > 40 {
			t.Errorf("%d looks in 10 s", n)
		}
		full.Store(false)
		start := time.Now()
		for range 3 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if waited := time.Since(start); waited > retryAfter {
			t.Errorf("appends went on after %v", waited)
		}
		if err := errors.Join(l.Close(), db.Close()); err != nil {
			t.Error(err)
		}
	})
}

// While the lead cannot be stored the horizon stands at the one that is, and nothing is announced that a restart could
// contradict.
func TestHorizonOnAFullDisk(t *testing.T) {
	d, dir := newDisk(), t.TempDir()
	db := d.open(t, dir)
	c := &lockedClock{at: 1000}
	l := openLog(t, db, Options{Now: c.now})
	create(t, l, "s", 1)
	d.fill()
	c.set(types.Hour)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = l.Append(ctx, "s", records(1, "%d"), nil)
	}()
	_ = waitPaused(l)
	lead := 1000 + leadTime
	for range 50 {
		if h, err := l.Horizon("s", 0); err != nil || h > lead {
			t.Fatalf("horizon is %d, %v; %d is stored", h, err, lead)
		}
		time.Sleep(time.Millisecond)
	}
	cancel()
	<-ended
	c.set(500) // the clock steps back before there is room
	d.release()
	if got := appendAll(t, l, "s", records(1, "%d"))[0].Arrival; got != lead {
		t.Errorf("arrival is %d, %d was announced", got, lead)
	}
}
