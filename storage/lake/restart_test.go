package lake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/types"
)

const runEpochs = 7

// run is a job that writes runEpochs epochs to a table, over as many restarts as it takes.
type run struct {
	t        *testing.T
	base     Bucket // what is there
	bucket   Bucket // what the job sees
	location string
	mem      memory.Allocator
	clock    types.Time
	ahead    int64
	keep     func(epoch uint64) bool // whether the root record of an epoch is saved; the job dies where it is not

	root struct { // the durable checkpoint
		epoch uint64
		token []byte
	}
}

var errNotKept = errors.New("the root record was not saved")

// runRows is what an epoch appends: partitions come and go.
func runRows(e uint64) [][]any {
	day := int(e) / 3
	return [][]any{{day, int(10 * e), "A"}, {0, int(10*e + 1), "A"}, {day, int(10*e + 2), "B"}, {0, int(10*e + 3), "A"}}
}

func runLines(epochs uint64) []string {
	var out []string
	for e := uint64(1); e <= epochs; e++ {
		for _, r := range runRows(e) {
			out = append(out, fmt.Sprintf("1970-01-%02d|%d|%s", r[0].(int)+1, r[1], r[2]))
		}
	}
	slices.Sort(out)
	return out
}

func (r *run) options() Options {
	o := dayOptions()
	o.RollInterval = 3 * time.Second
	o.Now = func() types.Time { return r.clock }
	return o
}

// live is one process: it restores what is saved and goes on to the end.
func (r *run) live() error {
	ctx := context.Background()
	tab, err := Open(r.bucket, r.location, r.options())
	if err != nil {
		return err
	}
	w, err := tab.Writer(testWriter)
	if err != nil {
		return err
	}
	w.aheadBytes = r.ahead
	defer func() { // a dead process holds no memory
		w.wait()
		w.log.close()
	}()
	if r.root.epoch > 0 {
		if err := w.Commit(ctx, r.root.epoch, r.root.token); err != nil {
			return err
		}
	}
	for e := r.root.epoch + 1; e <= runEpochs; e++ {
		if err := r.epoch(ctx, w, e); err != nil {
			return err
		}
	}
	return w.Close(ctx)
}

func (r *run) epoch(ctx context.Context, w *Writer, e uint64) error {
	rec := newRecord(r.mem, daySchema, runRows(e)...)
	defer rec.Release()
	// The second half comes with a selection, which is copied.
	if err := errors.Join(w.Append(ctx, rec, []uint32{0, 1}), w.Append(ctx, rec, []uint32{2, 3})); err != nil {
		return err
	}
	r.clock += 1_000_000
	if e == runEpochs {
		w.Finish()
	}
	token, err := w.Prepare(ctx, e)
	if err != nil {
		return err
	}
	if r.keep != nil && !r.keep(e) {
		return errNotKept
	}
	r.root.epoch, r.root.token = e, token
	err = w.Commit(ctx, e, token)
	r.check(e, err == nil)
	return err
}

// check fails unless a reader sees rows of the epochs so far, each once, in complete files, and nothing is staged that the
// token does not name.
func (r *run) check(epoch uint64, committed bool) {
	r.t.Helper()
	got, _ := mustScan(r.t, mustOpen(r.t, r.base, r.location, Options{}), ScanOptions{Schema: daySchema}, 100)
	all := runLines(epoch)
	for _, line := range got {
		i := slices.Index(all, line)
		if i < 0 {
			r.t.Fatalf("%s: epoch %d shows %v", r.location, epoch, got)
		}
		all = slices.Delete(all, i, i+1)
	}
	for _, k := range keysOf(r.t, r.base, r.location+"/") {
		if strings.HasSuffix(k, parquetSuffix) {
			if _, err := Describe(context.Background(), r.base, k); err != nil {
				r.t.Fatal(err)
			}
		}
	}
	if !committed {
		return
	}
	tok, err := parseToken(r.root.token)
	if err != nil {
		r.t.Fatal(err)
	}
	var want []string
	for _, s := range tok.Segments {
		want = append(want, s.Key)
	}
	slices.Sort(want)
	if staged := keysOf(r.t, r.base, stagingFolder+"/"+r.location+"/"); !slices.Equal(staged, want) {
		r.t.Fatalf("%s: after epoch %d there are staged\n  %v\nnot\n  %v", r.location, epoch, staged, want)
	}
}

// finish lets processes follow each other until one comes to the end, and checks what it leaves.
func (r *run) finish(may ...error) {
	r.t.Helper()
	for try := 0; ; try++ {
		err := r.live()
		if err == nil {
			break
		}
		if try > 3 || !slices.ContainsFunc(may, func(e error) bool { return errors.Is(err, e) }) {
			r.t.Fatalf("%s: %v", r.location, err)
		}
		r.clock += 700_000 // a restart takes its time: files are finished at other epochs than before
	}
	got, _ := mustScan(r.t, mustOpen(r.t, r.base, r.location, Options{}), ScanOptions{Schema: daySchema, Mem: r.mem}, 100)
	slices.Sort(got)
	wantLines(r.t, got, runLines(runEpochs)...)
	if left := keysOf(r.t, r.base, stagingFolder+"/"+r.location+"/"); len(left) > 0 {
		r.t.Fatalf("%s: left over %v", r.location, left)
	}
}

func newRun(t *testing.T, b Bucket, location string) *run {
	return &run{t: t, base: b, bucket: b, location: location, mem: checked(t), clock: 1_600_000_000_000_000}
}

// Every operation fails once, in turn, before or after it takes effect; the process dies there, starts anew, restores its
// last checkpoint and goes on. Nothing is lost, doubled, seen in part or left over.
func TestEveryFaultEveryRestart(t *testing.T) {
	everyFault(t, func(r *run, f *faulty) { r.finish(errFault) })
}

// From every operation on all of them fail, as for a process that dies; the next one finds a bucket that works.
func TestEveryStopEveryRestart(t *testing.T) {
	everyFault(t, func(r *run, f *faulty) {
		f.stop = true
		if err := r.live(); err != nil && !errors.Is(err, errFault) {
			r.t.Fatal(err)
		}
		r.bucket = r.base
		r.finish()
	})
}

// As before, and the root record of every epoch in turn is not saved although its Prepare came through.
func TestEveryStopWithALostToken(t *testing.T) {
	for lost := uint64(1); lost <= runEpochs; lost++ {
		everyFaultIn(t, NewMem(), 5, func(r *run, f *faulty) {
			once := true
			r.keep = func(e uint64) bool {
				keep := e != lost || !once
				once = once && keep
				return keep
			}
			r.location = fmt.Sprint(r.location, "l", lost)
			r.finish(errFault, errNotKept)
		})
	}
}

func everyFault(t *testing.T, test func(r *run, f *faulty)) {
	t.Helper()
	buckets(t, func(t *testing.T, b Bucket) {
		step := 1
		if _, ok := b.(*memBucket); !ok {
			step = 7 // disks are slow
		}
		everyFaultIn(t, b, step, test)
	})
}

func everyFaultIn(t *testing.T, b Bucket, step int, test func(r *run, f *faulty)) {
	t.Helper()
	for _, after := range []bool{false, true} {
		for n := 1; ; n += step {
			f := &faulty{Bucket: b, left: n, after: after}
			r := newRun(t, b, fmt.Sprintf("t%v%d", after, n))
			r.bucket, r.ahead = f, int64(n%2*aheadBytes)
			test(r, f)
			if !f.fired {
				if n < 40 {
					t.Fatalf("only %d operations were reached", n)
				}
				break
			}
		}
	}
}

// A writer goes on after errors of any call, and after tokens that nobody kept.
func TestEveryFaultInOneProcess(t *testing.T) {
	ctx := context.Background()
	for _, after := range []bool{false, true} {
		for n := 1; ; n++ {
			b := NewMem()
			f := &faulty{Bucket: b, left: n, after: after}
			r := newRun(t, b, "t")
			o := r.options()
			o.BufferBytes = 40 << 10 // some rows and files are stored before a Prepare
			w := mustWriter(t, mustOpen(t, f, "t", o), testWriter)
			w.aheadBytes = int64(n % 2 * aheadBytes)
			again := func(do func() error) {
				t.Helper()
				err := do()
				for ; errors.Is(err, errFault); err = do() {
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			for e := uint64(1); e <= runEpochs; e++ {
				rec := newRecord(r.mem, daySchema, runRows(e)...)
				again(func() error { return w.Append(ctx, rec, nil) })
				rec.Release()
				r.clock += 1_000_000
				if e == runEpochs {
					w.Finish()
				}
				for range e%2 + 1 { // the first of two tokens is lost
					again(func() (err error) {
						r.root.token, err = w.Prepare(ctx, e)
						return err
					})
					w.finished = e == runEpochs
				}
				if e%3 == 0 && e < runEpochs {
					continue // this one is lost altogether
				}
				if err := w.Commit(ctx, e, r.root.token); err != nil && e%2 == 0 && e < runEpochs {
					continue // the next Prepare repeats it
				}
				again(func() error { return w.Commit(ctx, e, r.root.token) })
				r.check(e, true)
			}
			got, _ := mustScan(t, mustOpen(t, b, "t", Options{}), ScanOptions{Schema: daySchema, Mem: r.mem}, 100)
			slices.Sort(got)
			wantLines(t, got, runLines(runEpochs)...)
			if err := w.Close(ctx); err != nil {
				t.Fatal(err)
			}
			if !f.fired {
				break
			}
		}
	}
}
