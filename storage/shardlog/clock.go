package shardlog

import "github.com/millrace-sql/millrace/sql/types"

// The stored lead runs this far ahead of the clock, so that it is written about once a second at most.
const leadTime = types.Second

// clock hands out arrivals and horizons. Both only grow: last is the greatest handed out so far, and the stored lead is
// never below it, so a restart that goes on from the lead cannot contradict a promise. Guarded by the log's lock.
type clock struct {
	now      func() types.Time
	last     types.Time
	lead     types.Time // what is stored; MaxTime when nothing needs to be
	inFlight bool
	first    types.Time // the lowest arrival in flight
}

// stamp returns the arrival of the next append of a commit; until settle, no horizon rises above it.
func (c *clock) stamp() types.Time {
	c.last = max(c.last, c.now())
	if !c.inFlight {
		c.inFlight, c.first = true, c.last
	}
	return c.last
}

func (c *clock) settle() { c.inFlight = false }

// horizon announces the time below which nothing will be committed any more; renew asks for a new lead to be stored,
// because this one is used up or soon will be. A used-up lead holds the horizon back until then.
func (c *clock) horizon() (h types.Time, renew bool) {
	if c.inFlight {
		return c.first, false
	}
	now := c.now()
	c.last = max(c.last, min(now, c.lead))
	return c.last, now > c.lead-leadTime/2
}

// nextLead is the lead to store with a commit: unchanged while it covers everything handed out.
func (c *clock) nextLead() types.Time {
	if c.lead >= c.last {
		return c.lead
	}
	return c.last + leadTime
}
