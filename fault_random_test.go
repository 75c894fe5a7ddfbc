package millrace

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace-sql/millrace/storage/kvfault"
)

const faultRuns = "MILLRACE_FAULT_RUNS"

// TestRandomLives lets lives take random steps and end by random faults. By itself it
// is short; MILLRACE_FAULT_RUNS is how many runs to make, with seeds of the day, and
// MILLRACE_FAULT_SEED the seed of one to be made again.
func TestRandomLives(t *testing.T) {
	seeds := []uint64{1, 2}
	if n, err := strconv.Atoi(os.Getenv(faultRuns)); err == nil {
		seeds = nil
		for range n {
			seeds = append(seeds, rand.Uint64())
		}
	}
	if seed, err := strconv.ParseUint(os.Getenv("MILLRACE_FAULT_SEED"), 10, 64); err == nil {
		seeds = []uint64{seed}
	}
	for _, seed := range seeds {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) { randomRun(t, dir, rand.New(rand.NewPCG(seed, 0))) })
		})
	}
}

func randomRun(t *testing.T, dir string, rng *rand.Rand) {
	c := newCrashes(dir)
	if err := c.live(nil); err != nil {
		t.Fatal(err)
	}
	for life := range 12 {
		c.every = []time.Duration{-1, 30 * time.Millisecond, 200 * time.Millisecond}[rng.IntN(3)]
		fault := []kvfault.Fault{kvfault.FailBefore, kvfault.FailAfter, kvfault.StopBefore, kvfault.StopAfter}[rng.IntN(4)]
		f := kvfault.New(kvfault.At(1+rng.IntN(80), fault))
		if err := unplanned(c.live(f, c.random(rng, 3+rng.IntN(8))...)); err != nil {
			t.Errorf("life %d: %v", life, err)
		}
	}
	if err := c.check(); err != nil {
		t.Error(err)
	}
}

// random is so many steps, some of them two at the same time.
func (c *crashes) random(rng *rand.Rand, n int) []step {
	var out []step
	for range n {
		s := c.randomStep(rng)
		if rng.IntN(3) == 0 {
			s = together(c.put(1+rng.IntN(6)), s)
		}
		out = append(out, s)
	}
	return append(out, resume) // before a pump that was stopped is
}

func (c *crashes) randomStep(rng *rand.Rand) step {
	switch rng.IntN(6) {
	case 0:
		return checkpoint
	case 1:
		return resume
	case 2:
		// Not sum_up: what it misses of an in-application stream while it is stopped is gone.
		pump := []string{"pass", "copy", "bad", "land"}[rng.IntN(4)]
		stop, start := c.stop(pump), c.start(pump)
		return func(ctx context.Context, db *DB) error { return errors.Join(stop(ctx, db), start(ctx, db)) }
	default:
		return pass(time.Duration(rng.IntN(400)) * time.Millisecond)
	}
}

// together takes steps at the same time; one of them at the most puts records.
func together(steps ...step) step {
	return func(ctx context.Context, db *DB) error {
		errs := make([]error, len(steps))
		var wg sync.WaitGroup
		for i, s := range steps {
			wg.Go(func() { errs[i] = s(ctx, db) })
		}
		wg.Wait()
		return errors.Join(errs...)
	}
}
