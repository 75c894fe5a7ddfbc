package shardlog

import "github.com/millrace-sql/millrace/sql/types"

// The stored lead runs this far ahead of the clock, so that it is written about once a second at most.
const leadTime = types.Second

// clock hands out arrivals and horizons. Both only grow. The stored lead is never below what was announced or committed,
// so a restart that goes on from the lead cannot contradict a promise. Guarded by the log's lock.
type clock struct {
	now      func() types.Time
	last     types.Time // the greatest horizon announced or arrival committed; at most lead
	lead     types.Time // what is stored; MaxTime when nothing needs to be
	inFlight bool
	first    types.Time // the lowest arrival in flight
	stamped  types.Time // the greatest arrival in flight
}

// stamp returns the arrival of the next append of a commit; until the commit ends, no horizon rises above it.
func (c *clock) stamp() types.Time {
	now := c.now()
	if !c.inFlight {
		c.inFlight, c.first = true, max(c.last, now)
		c.stamped = c.first
	}
	c.stamped = max(c.stamped, now)
	return c.stamped
}

// nextLead is the lead to store with a commit: unchanged while it covers everything handed out.
func (c *clock) nextLead() types.Time {
	if !c.inFlight || c.lead >= c.stamped {
		return c.lead
	}
	return c.stamped + leadTime
}

// settle ends a commit that stored the lead along with the arrivals in flight.
func (c *clock) settle(lead types.Time) {
	c.lead = lead
	if c.inFlight {
		c.last, c.inFlight = max(c.last, c.stamped), false
	}
}

// retract ends a commit that stored nothing: its arrivals were never given.
func (c *clock) retract() { c.inFlight = false }

// horizon announces the time below which nothing will be committed any more; renew asks for a new lead to be stored,
// because this one is used up or soon will be. A used-up lead holds the horizon back until then.
func (c *clock) horizon() (h types.Time, renew bool) {
	if c.inFlight {
		c.last = max(c.last, min(c.first, c.lead))
		return c.last, false
	}
	now := c.now()
	c.last = max(c.last, min(now, c.lead))
	// Not lead-leadTime: before anything was stored the lead is the least time there is.
	return c.last, c.lead < types.MaxTime && now+leadTime/2 > c.lead
}
