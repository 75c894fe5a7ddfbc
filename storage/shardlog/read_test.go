package shardlog

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/kv"
)

func TestLanes(t *testing.T) {
	dir := t.TempDir()
	db := openDB(t, dir)
	l := openLog(t, db, Options{})
	create(t, l, "s", 3)
	inc := [16]byte{9}
	ctx := context.Background()
	last := func(want uint64) {
		t.Helper()
		if got, err := l.LastOrdinal("s", inc, 4); err != nil || got != want {
			t.Errorf("last ordinal is %d, %v; want %d", got, err, want)
		}
	}
	last(0)
	if _, err := l.Append(ctx, "s", records(10, "%d"), &Lane{inc, 4, 0}); err != nil {
		t.Fatal(err)
	}
	last(10)
	for _, wrong := range []uint64{0, 9, 11} {
		if _, err := l.Append(ctx, "s", records(1, "%d"), &Lane{inc, 4, wrong}); !errors.Is(err, ErrLane) {
			t.Errorf("ordinal %d: %v", wrong, err)
		}
	}
	appendAll(t, l, "s", records(5, "%d")) // of no lane
	if _, err := l.Append(ctx, "s", records(1, "%d"), &Lane{inc, 5, 0}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append(ctx, "s", records(7, "%d"), &Lane{inc, 4, 10}); err != nil {
		t.Fatal(err)
	}
	last(17)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = openLog(t, db, Options{})
	last(17)
	if _, err := l.Append(ctx, "s", records(1, "%d"), &Lane{inc, 4, 17}); err != nil {
		t.Fatal(err)
	}
	var inLanes, outside int
	for sh := range 3 {
		r, err := l.Reader("s", sh, Oldest())
		if err != nil {
			t.Fatal(err)
		}
		for b, err := r.TryNext(); !errors.Is(err, ErrNoMore); b, err = r.TryNext() {
			if err != nil {
				t.Fatal(err)
			}
			if lane, ok := b.Lane(); ok && lane.Incarnation == inc {
				inLanes += b.Len()
			} else {
				outside += b.Len()
			}
		}
	}
	if inLanes != 19 || outside != 5 {
		t.Errorf("%d records in lanes, %d outside", inLanes, outside)
	}
}

func TestPositions(t *testing.T) {
	c := &fakeClock{}
	l := openLog(t, openDB(t, ""), Options{Now: c.now, HeadBytes: 1, BlockBytes: 60})
	create(t, l, "s", 1)
	for i := range 40 { // sequence i+1 arrives at 100*(i/2)
		c.at = types.Time(100 * (i / 2))
		appendAll(t, l, "s", []Record{{"k", binary.BigEndian.AppendUint64(nil, uint64(i))}})
	}
	appendAll(t, l, "s", records(30, "%d")) // 41 to 70 arrive together, in several blocks
	for _, p := range []struct {
		from  Position
		first uint64
	}{
		{Oldest(), 1}, {Position{}, 1}, {After(0), 1}, {After(1), 2}, {After(50), 51}, {After(69), 70},
		{At(-5), 1}, {At(0), 1}, {At(1), 3}, {At(100), 3}, {At(101), 5}, {At(1899), 39}, {At(1900), 39}, {At(types.MinTime), 1},
	} {
		got := readAll(t, l, "s", 0, p.from)
		if len(got) != int(71-p.first) || got[0].sequence != p.first {
			t.Errorf("%+v reads %d records, want those from %d on", p.from, len(got), p.first)
		}
	}
	for _, p := range []Position{Latest(), After(70), At(1901)} {
		if got := readAll(t, l, "s", 0, p); len(got) != 0 {
			t.Errorf("%+v reads %d records", p, len(got))
		}
	}
	if _, err := l.Reader("s", 0, After(71)); !errors.Is(err, ErrPosition) {
		t.Errorf("error is %v", err)
	}
	future, err := l.Reader("s", 0, At(5000))
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []types.Time{4999, 5000} {
		c.at = at
		appendAll(t, l, "s", records(1, "%d"))
	}
	if b, err := future.TryNext(); err != nil || b.FirstSequence() != 72 || b.Len() != 1 {
		t.Errorf("reading from a future time: %v", err)
	}
}

func TestRetainedBlockStaysValid(t *testing.T) {
	l := openLog(t, openDB(t, ""), Options{HeadBytes: 1, BlockBytes: 50})
	create(t, l, "s", 1)
	appendAll(t, l, "s", records(30, "payload %d"))
	r, err := l.Reader("s", 0, Oldest())
	if err != nil {
		t.Fatal(err)
	}
	var kept []*Block
	for b, err := r.TryNext(); !errors.Is(err, ErrNoMore); b, err = r.TryNext() {
		if err != nil {
			t.Fatal(err)
		}
		b.Retain()
		kept = append(kept, b)
	}
	n := 0
	for _, b := range kept {
		for i := range b.Len() {
			if k, d := b.Record(i); string(k) != fmt.Sprintf("key-%d", n) || string(d) != fmt.Sprintf("payload %d", n) {
				t.Errorf("record %d has become %q, %q", n, k, d)
			}
			n++
		}
	}
	if n != 30 || len(kept) < 5 {
		t.Errorf("%d records in %d blocks", n, len(kept))
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	l := openLog(t, openDB(t, ""), Options{})
	create(t, l, "s", 1)
	// The committer is kept busy, so the append waits in the queue.
	release, held := make(chan struct{}), make(chan struct{})
	task := make(chan error, 1)
	go func() { task <- l.do(func() error { close(held); <-release; return nil }) }()
	<-held
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		_, err := l.Append(ctx, "s", records(1, "%d"), nil)
		done <- err
	}()
	for queued := 0; queued == 0; {
		l.mu.Lock()
		queued = len(l.queue)
		l.mu.Unlock()
		runtime.Gosched()
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("append: %v", err)
	}
	close(release)
	if err := <-task; err != nil {
		t.Error(err)
	}
	if got := readAll(t, l, "s", 0, Oldest()); len(got) != 0 {
		t.Errorf("%d records of the withdrawn append are there", len(got))
	}
	if _, err := l.Append(ctx, "s", records(1, "%d"), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("append: %v", err)
	}
	r, err := l.Reader("s", 0, Oldest())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("next: %v", err)
	}
}

func TestAppendsAreRefusedAfterAFailedWrite(t *testing.T) {
	db := openDB(t, "")
	l := openLog(t, db, Options{})
	create(t, l, "s", 1)
	appendAll(t, l, "s", records(2, "%d"))
	r, err := l.Reader("s", 0, Oldest())
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got, err := l.Append(context.Background(), "s", records(2, "%d"), nil); !errors.Is(err, kv.ErrClosed) || len(got) != 0 {
			t.Errorf("%d receipts, error %v", len(got), err)
		}
	}
	if b, err := r.TryNext(); err != nil || b.Len() != 2 {
		t.Errorf("what is in memory cannot be read: %v", err)
	}
	if _, err := r.TryNext(); !errors.Is(err, ErrNoMore) {
		t.Errorf("records that were not stored can be read: %v", err)
	}
}

func TestCloseWakesEverybodyAndLeavesNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	db, err := kv.Open(t.TempDir(), kv.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := Open(db, Options{})
	if err != nil {
		t.Fatal(err)
	}
	create(t, l, "s", 1)
	r, err := l.Reader("s", 0, Oldest())
	if err != nil {
		t.Fatal(err)
	}
	waiting := make(chan error, 1)
	go func() {
		_, err := r.Next(context.Background())
		waiting <- err
	}()
	if err := errors.Join(l.Close(), l.Close()); err != nil {
		t.Fatal(err)
	}
	if err := <-waiting; !errors.Is(err, ErrClosed) {
		t.Errorf("the reader got %v", err)
	}
	if _, err := l.Append(context.Background(), "s", records(1, "%d"), nil); !errors.Is(err, ErrClosed) {
		t.Errorf("append: %v", err)
	}
	if err := l.CreateStream("t", 1); !errors.Is(err, ErrClosed) {
		t.Errorf("create: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(5 * time.Second)
	for runtime.NumGoroutine() > before {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines before, %d after", before, runtime.NumGoroutine())
		}
		time.Sleep(time.Millisecond)
	}
}

// A reader of stored blocks goes on while its stream grows and another goes, and
// it does not keep the database from closing.
func TestReadingStoredBlocks(t *testing.T) {
	db := openDB(t, t.TempDir())
	l := openLog(t, db, Options{HeadBytes: 1, BlockBytes: 200})
	create(t, l, "s", 1)
	create(t, l, "other", 1)
	appendAll(t, l, "s", records(100, "record %d"))
	appendAll(t, l, "other", records(100, "record %d"))
	r, err := l.Reader("s", 0, Oldest())
	if err != nil {
		t.Fatal(err)
	}
	next := uint64(1)
	read := func(upTo uint64) {
		t.Helper()
		for next <= upTo {
			b, err := r.TryNext()
			if err != nil {
				t.Fatalf("record %d: %v", next, err)
			}
			if b.FirstSequence() != next {
				t.Fatalf("block begins at %d, want %d", b.FirstSequence(), next)
			}
			next += uint64(b.Len())
		}
	}
	read(30)
	appendAll(t, l, "s", records(100, "record %d")) // behind the reader's snapshot
	read(150)
	if err := l.DropStream("other"); err != nil {
		t.Fatal(err)
	}
	read(200)
	if _, err := r.TryNext(); !errors.Is(err, ErrNoMore) {
		t.Errorf("error is %v", err)
	}
	appendAll(t, l, "s", records(1, "%d"))
	read(201)
	r.Close()
	if r, err = l.Reader("s", 0, Oldest()); err != nil {
		t.Fatal(err)
	}
	next = 1
	read(1) // and is left where it is
	if err := l.DropStream("s"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.TryNext(); !errors.Is(err, ErrNoStream) {
		t.Errorf("error is %v", err)
	}
}
