package lake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"
)

var errFault = errors.New("injected fault")

// faulty fails its n-th operation: before it does anything, or after it has done it (an answer that gets lost). The error
// is err, or errFault.
type faulty struct {
	Bucket
	mu    sync.Mutex
	left  int
	after bool
	stop  bool // every later operation fails too
	err   error
	fired bool
}

func (f *faulty) hit() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left--
	if f.left == 0 {
		f.fired = true
	}
	return f.left == 0 || f.stop && f.left < 0
}

func (f *faulty) fault() error {
	if f.err != nil {
		return f.err
	}
	return errFault
}

func (f *faulty) do(op func() error) error {
	if !f.hit() {
		return op()
	}
	if f.after {
		return errors.Join(f.fault(), op())
	}
	return f.fault()
}

func (f *faulty) List(ctx context.Context, prefix string) (out []Object, err error) {
	err = f.do(func() (err error) { out, err = f.Bucket.List(ctx, prefix); return err })
	return out, err
}

func (f *faulty) PutIfAbsent(ctx context.Context, key string, write func(io.Writer) error) error {
	if !f.hit() {
		return f.Bucket.PutIfAbsent(ctx, key, write)
	}
	if f.after {
		// What the bucket says is lost with its answer.
		return errors.Join(f.fault(), stripExists(f.Bucket.PutIfAbsent(ctx, key, write)))
	}
	// The writing breaks off in the middle.
	err := f.Bucket.PutIfAbsent(ctx, key, func(w io.Writer) error {
		return write(&shortWriter{w: w})
	})
	return errors.Join(f.fault(), stripExists(err))
}

func stripExists(err error) error {
	if errors.Is(err, ErrExists) {
		return nil
	}
	return err
}

type shortWriter struct{ w io.Writer }

func (s *shortWriter) Write(p []byte) (int, error) {
	n, err := s.w.Write(p[:len(p)/2])
	if err == nil {
		err = errFault
	}
	return n, err
}

func (f *faulty) Link(ctx context.Context, from, to string) error {
	if !f.hit() {
		return link(ctx, f.Bucket, from, to)
	}
	if f.after {
		return errors.Join(f.fault(), stripExists(link(ctx, f.Bucket, from, to)))
	}
	return f.fault()
}

func (f *faulty) Open(ctx context.Context, key string) (out Blob, err error) {
	if f.hit() {
		return nil, f.fault()
	}
	return f.Bucket.Open(ctx, key)
}

func (f *faulty) Delete(ctx context.Context, key string) error {
	return f.do(func() error { return f.Bucket.Delete(ctx, key) })
}

// Prepare and Commit may be repeated by the same writer after an error.
func TestRetryInProcess(t *testing.T) {
	ctx := context.Background()
	mem := checked(t)
	rec := newRecord(mem, daySchema, []any{0, 1, "A"}, []any{1, 2, "B"})
	defer rec.Release()
	for _, after := range []bool{false, true} {
		for n := 1; n < 30; n++ {
			base := NewMem()
			f := &faulty{Bucket: base, left: n, after: after}
			tab := mustOpen(t, f, "t", dayOptions())
			w := mustWriter(t, tab, testWriter)
			if err := w.Append(ctx, rec, nil); err != nil {
				t.Fatal(err)
			}
			w.Finish()
			token, err := w.Prepare(ctx, 1)
			for ; err != nil; token, err = w.Prepare(ctx, 1) {
				if !errors.Is(err, errFault) {
					t.Fatal(err)
				}
			}
			for range 2 {
				for err = w.Commit(ctx, 1, token); err != nil; err = w.Commit(ctx, 1, token) {
					if !errors.Is(err, errFault) {
						t.Fatal(err)
					}
				}
			}
			got, _ := mustScan(t, mustOpen(t, base, "t", Options{}), ScanOptions{Schema: daySchema, Mem: mem}, 10)
			wantLines(t, got, "1970-01-01|1|A", "1970-01-02|2|B")
			if keys := keysOf(t, base, stagingFolder+"/"); len(keys) > 0 {
				t.Fatalf("fault %d, after %v: left over %v", n, after, keys)
			}
		}
	}
}

// Replace, broken off anywhere and repeated, leaves an empty table and no files.
func TestReplaceFaults(t *testing.T) {
	ctx := context.Background()
	mem := checked(t)
	rec := newRecord(mem, daySchema, []any{0, 1, "A"}, []any{1, 2, "B"})
	defer rec.Release()
	for _, after := range []bool{false, true} {
		for n := 1; ; n++ {
			base := NewMem()
			mustCommit(t, mustWriter(t, mustOpen(t, base, "t", dayOptions()), testWriter), 1, rec, nil)
			f := &faulty{Bucket: base, left: n, after: after}
			err := mustOpen(t, f, "t", dayOptions()).Replace(ctx)
			if err == nil {
				break
			}
			got, _ := mustScan(t, mustOpen(t, base, "t", Options{}), ScanOptions{Schema: daySchema, Mem: mem}, 10)
			if len(got) != 0 && len(got) != 2 {
				t.Fatalf("half a table: %v", got)
			}
			if err := mustOpen(t, f, "t", dayOptions()).Replace(ctx); err != nil {
				t.Fatal(err)
			}
			if keys := keysOf(t, base, "t/day=1970-01-01/"); len(keys) > 0 {
				t.Fatal(keys)
			}
		}
	}
}

func TestLanesCommitTogether(t *testing.T) {
	buckets(t, func(t *testing.T, b Bucket) {
		ctx := context.Background()
		const lanes, epochs = 8, 5
		shared := mustOpen(t, b, "t", dayOptions())
		errs := make([]error, lanes)
		var wg sync.WaitGroup
		for lane := range lanes {
			wg.Go(func() {
				tab := shared
				if lane%2 == 1 { // another process
					tab = mustOpen(t, b, "t", dayOptions())
				}
				mem := checked(t)
				w, err := tab.Writer(WriterID{Incarnation: testWriter.Incarnation, Pump: "P", Lane: lane})
				for e := uint64(1); e <= epochs && err == nil; e++ {
					rec := newRecord(mem, daySchema, []any{0, 100*lane + int(e), "A"})
					var token []byte
					if err = w.Append(ctx, rec, nil); err == nil {
						w.Finish()
						if token, err = w.Prepare(ctx, e); err == nil {
							err = errors.Join(w.Commit(ctx, e, token), w.Commit(ctx, e, token))
						}
					}
					rec.Release()
				}
				errs[lane] = err
			})
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		got, _ := mustScan(t, shared, ScanOptions{Schema: daySchema}, 1000)
		slices.Sort(got)
		if got = slices.Compact(got); len(got) != lanes*epochs {
			t.Fatalf("%d rows", len(got))
		}
		if records := keysOf(t, b, "t/_commits/"); len(records) != 1+lanes*epochs {
			t.Fatalf("%d commit records", len(records))
		}
	})
}

func TestPutIfAbsentHasOneWinner(t *testing.T) {
	buckets(t, func(t *testing.T, b Bucket) {
		const keys, racers = 50, 16
		var mu sync.Mutex
		wins := map[string]int{}
		var wg sync.WaitGroup
		for r := range racers {
			wg.Go(func() {
				for k := range keys {
					key := fmt.Sprintf("a/b%d/c", k)
					err := b.PutIfAbsent(context.Background(), key, func(w io.Writer) error {
						_, err := fmt.Fprint(w, r)
						return err
					})
					mu.Lock()
					if err == nil {
						wins[key]++
					} else if !errors.Is(err, ErrExists) {
						t.Error(err)
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		for key, n := range wins {
			if n != 1 {
				t.Errorf("%s has %d winners", key, n)
			}
		}
		if got := keysOf(t, b, ""); len(got) != keys || len(wins) != keys {
			t.Fatalf("%d objects, %d won", len(got), len(wins))
		}
	})
}

// One identity, two histories: the second must not pass for a repetition of the first.
func TestForkedWriterIsAnError(t *testing.T) {
	ctx := context.Background()
	mem := checked(t)
	b := NewMem()
	one := newRecord(mem, daySchema, []any{0, 1, "A"})
	defer one.Release()
	two := newRecord(mem, daySchema, []any{0, 1, "A"}, []any{5, 2, "B"})
	defer two.Release()
	w := mustWriter(t, mustOpen(t, b, "t", dayOptions()), testWriter)
	mustCommit(t, w, 1, one, nil)
	mustCommit(t, w, 2, one, nil)
	fork := mustWriter(t, mustOpen(t, b, "t", dayOptions()), testWriter)
	if err := fork.Append(ctx, two, nil); err != nil {
		t.Fatal(err)
	}
	fork.Finish()
	token, err := fork.Prepare(ctx, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := fork.Commit(ctx, 2, token); !errors.Is(err, ErrConflict) {
		t.Fatalf("got %v", err)
	}
}

func TestBrokenRecordsAndTokens(t *testing.T) {
	ctx := context.Background()
	put := func(b Bucket, key, text string) {
		t.Helper()
		if err := b.PutIfAbsent(ctx, key, func(w io.Writer) error { _, err := io.WriteString(w, text); return err }); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		key, text string
		want      error
	}{
		"version": {"t/_commits/00000000000000000001.json", `{"version":2,"kind":"append"}`, ErrVersion},
		"kind":    {"t/_commits/00000000000000000001.json", `{"version":1,"kind":"rewrite"}`, ErrVersion},
		"json":    {"t/_commits/00000000000000000001.json", `{"version":1`, ErrCorrupt},
		"writer":  {"t/_commits/00000000000000000001.json", `{"version":1,"kind":"append"}`, ErrCorrupt},
		"gap":     {"t/_commits/00000000000000000002.json", `{"version":1,"kind":"open"}`, ErrCorrupt},
	} {
		b := NewMem()
		put(b, c.key, c.text)
		if _, err := mustOpen(t, b, "t", Options{}).Snapshot(ctx, 0); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	b := NewMem()
	put(b, "t/a.parquet", "PAR1 this is no footer PAR1")
	s, err := mustOpen(t, b, "t", Options{}).Scan(ctx, ScanOptions{Schema: daySchema})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Next(ctx, 10); !errors.Is(err, ErrCorrupt) {
		t.Errorf("damaged file: %v", err)
	}
	w := mustWriter(t, mustOpen(t, NewMem(), "t", dayOptions()), WriterID{Incarnation: uuid.New()})
	if err := w.Commit(ctx, 1, []byte("x")); !errors.Is(err, ErrCorrupt) {
		t.Errorf("token: %v", err)
	}
	if err := w.Commit(ctx, 1, []byte(`{"version":9}`)); !errors.Is(err, ErrVersion) {
		t.Errorf("token: %v", err)
	}
	if err := w.Commit(ctx, 1, nil); err != nil {
		t.Errorf("empty token: %v", err)
	}
}
