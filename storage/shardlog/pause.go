package shardlog

import (
	"fmt"
	"time"
)

// How often a full disk is looked at again.
const retryAfter = 250 * time.Millisecond

// Paused returns nil, or why appends wait: that the disk is full, which wraps kv.ErrNoSpace. They go on by themselves
// when there is room.
func (l *Log) Paused() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.paused
}

// pause lets appends wait until there is space; called with the lock held.
func (l *Log) pause(err error) {
	l.paused = fmt.Errorf("%w: appends wait", err)
	l.retryAt = time.Now().Add(retryAfter)
	// The next attempt has something to write even if all appends are withdrawn, so it finds out.
	l.renew = true
}

// turn is what the committer has to do next.
type turn struct {
	tasks  []*task
	commit bool
	wait   time.Duration // how long nothing else is due; 0 = until the log is woken
	end    bool          // the log is closed
}

func (l *Log) next() turn {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := turn{tasks: l.tasks, end: l.closed}
	l.tasks = nil
	switch {
	case l.closed:
		l.refuse(t.tasks, ErrClosed)
	case l.failed != nil:
		l.refuse(nil, l.failed)
	case len(l.queue) == 0 && !l.renew:
	default:
		if l.paused != nil {
			t.wait = max(0, time.Until(l.retryAt))
		}
		t.commit = t.wait == 0
	}
	return t
}

// sleep waits until the log is woken or, unless it is 0, the time is over.
func (l *Log) sleep(wait time.Duration) {
	var over <-chan time.Time
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-l.wake:
	case <-over:
	}
}
