package exec

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/millrace-sql/millrace/sql/types"
)

// aheadRows is how many rows of one input may wait for the others before its
// sources pause: shards and pumps of different speed then cost no more memory
// than this, however long the log is.
const aheadRows = 1 << 18

// meeting is where inputs wait for each other. Its tasks write it, sources read it.
type meeting struct {
	grow   sync.Mutex
	inputs atomic.Pointer[[]*progress] // replaced when there are more
	least  atomic.Int64                // what all inputs have promised
}

// progress is one input: its rows that wait, and what it has promised.
type progress struct{ rows, wm atomic.Int64 }

func newMeeting(inputs int) *meeting {
	m := &meeting{}
	m.least.Store(int64(types.MinTime))
	m.inputs.Store(&[]*progress{})
	m.extend(inputs)
	return m
}

// input is the state of input i, made if it is new.
func (m *meeting) input(i int) *progress {
	if all := *m.inputs.Load(); i < len(all) {
		return all[i]
	}
	return m.extend(i + 1)[i]
}

// extend makes the inputs n at least.
func (m *meeting) extend(n int) []*progress {
	m.grow.Lock()
	defer m.grow.Unlock()
	all := slices.Clone(*m.inputs.Load())
	for len(all) < n {
		p := &progress{}
		p.wm.Store(int64(types.MinTime))
		all = append(all, p)
	}
	m.inputs.Store(&all)
	return all
}

// ahead tells that input i has many rows waiting for others that are behind it. The
// one that is furthest behind is never ahead, so somebody always goes on.
func (m *meeting) ahead(i int) bool {
	p := m.input(i)
	return p.rows.Load() > aheadRows && p.wm.Load() > m.least.Load()
}

// wait holds a source up while it is ahead of others at any meeting that its rows go
// to.
func wait(ctx context.Context, ahead []func() bool) error {
	for _, is := range ahead {
		for is() {
			select {
			case <-time.After(2 * time.Millisecond):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	return nil
}
