package exec

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/millrace-sql/millrace/sql/types"
)

// TestNothingBehindTheEnd: who waits for a turn, or finds a message, when its context
// has ended does nothing more. A job that stops at a checkpoint would else go on behind
// it with what the others of its set send: seed 703174 of TestMetamorphic lost rows so.
func TestNothingBehindTheEnd(t *testing.T) {
	for range 100 { // a select takes either way
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			held, got := newTurn(), make(chan error)
			held.await()
			go func() { got <- held.take(ctx) }()
			synctest.Wait()
			cancel()
			held.leave()
			if err := <-got; !errors.Is(err, context.Canceled) {
				t.Errorf("the turn is taken: %v", err)
			}
			if !held.try() {
				t.Error("the turn is lost")
			}
		})
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	in := newInbox()
	in.ch <- message{wm: types.MaxTime}
	if m, err := in.next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a message %v behind the end: %v", m.wm, err)
	}
}
