package exec

import "context"

// turn is a lock that is held for long: the end of a context gives up waiting for it.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

// take waits for the turn. Errors: that of ctx.
func (t turn) take(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case t <- struct{}{}:
		// Who waited for a checkpoint that was to be its end does no more.
		if err := ctx.Err(); err != nil {
			t.leave()
			return err
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// await is take without an end.
func (t turn) await() { t <- struct{}{} }

func (t turn) try() bool {
	select {
	case t <- struct{}{}:
		return true
	default:
		return false
	}
}

func (t turn) leave() { <-t }
