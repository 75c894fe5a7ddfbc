package exec

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// ErrMemory ends a job whose state does not fit into the engine's memory budget.
var ErrMemory = errors.New("memory budget exceeded")

// Budget bounds the state that operators and in-application streams hold together.
// The one that holds most gives way when it is exceeded. nil has no bound. It may be
// used from any goroutine.
type Budget struct {
	limit int64
	used  atomic.Int64

	mu      sync.Mutex
	holders map[*holding]bool
}

// NewBudget makes a budget of so many bytes.
func NewBudget(limit int64) *Budget { return &Budget{limit: limit, holders: map[*holding]bool{}} }

// Used is the bytes of state held.
func (b *Budget) Used() int64 {
	if b == nil {
		return 0
	}
	return b.used.Load()
}

// holding is what one operator or stream holds; its owner alone writes it.
type holding struct {
	budget *Budget
	name   string
	fail   func(error) // tells the owner to end; it must not wait for anything
	bytes  atomic.Int64
}

// hold opens a holding; fail ends its owner.
func (b *Budget) hold(name string, fail func(error)) *holding {
	h := &holding{budget: b, name: name, fail: fail}
	if b != nil {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.holders[h] = true
	}
	return h
}

// note says what the owner holds now; the error is for the owner itself.
func (h *holding) note(bytes int64) error {
	before := h.bytes.Swap(bytes)
	if h.budget == nil || bytes <= before {
		if h.budget != nil {
			h.budget.used.Add(bytes - before)
		}
		return nil
	}
	if h.budget.used.Add(bytes-before) <= h.budget.limit {
		return nil
	}
	return h.budget.exceeded(h)
}

// exceeded ends the owner of the greatest holding. The one that has asked goes on if
// it is another: room is coming.
func (b *Budget) exceeded(asks *holding) error {
	b.mu.Lock()
	most := asks
	for h := range b.holders {
		if h.bytes.Load() > most.bytes.Load() {
			most = h
		}
	}
	b.mu.Unlock()
	err := fmt.Errorf("%w: %s holds %s, all state together %s of %s", ErrMemory, most.name, bytesText(most.bytes.Load()), bytesText(b.used.Load()), bytesText(b.limit))
	if most == asks {
		return err
	}
	most.fail(err) // which tells it to end, and does not wait
	return nil
}

// close gives everything back.
func (h *holding) close() {
	if h.budget == nil {
		return
	}
	h.budget.used.Add(-h.bytes.Swap(0))
	h.budget.mu.Lock()
	defer h.budget.mu.Unlock()
	delete(h.budget.holders, h)
}

// bytesText is a size for people.
func bytesText(n int64) string {
	switch {
	case n >= 10<<30:
		return fmt.Sprintf("%d GiB", n>>30)
	case n >= 10<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 10<<10:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}
