package millrace

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// progConfig is how a program is run: none of it may show in what comes out.
type progConfig struct {
	batch, parallel int
	disk            bool // a data directory instead of memory
	apart           bool // one Exec per statement
	replay          bool // the pumps are made when everything has been put, and run to the end of input
	interrupts      []int
	together        int // percent of records of one time that are put with the one before
	steps           []progStep
}

// progStep happens before a record is put.
type progStep struct {
	before int
	do     string // settle, yield, checkpoint, crash, cut, halt, resume, reopen, stop, start, clock
	arg    int
}

func (c progConfig) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "batch=%d parallel=%d disk=%v apart=%v replay=%v interrupts=%v together=%d%%", c.batch, c.parallel, c.disk, c.apart, c.replay, c.interrupts, c.together)
	for _, s := range c.steps {
		fmt.Fprintf(&b, "\n  before record %d: %s %d", s.before, s.do, s.arg)
	}
	return b.String()
}

// reference is the plainest way to run a program.
var reference = progConfig{batch: 1024, parallel: 1}

// newConfig is a random way to run a program.
func newConfig(p *program, variant int) progConfig {
	g := &progGen{rand.New(rand.NewPCG(p.seed, uint64(variant))), p}
	c := progConfig{
		batch: pick(g, 1, 2, 3, 7, 64, 1024, 4096), parallel: pick(g, 1, 2, 3, 0), disk: g.chance(8), apart: g.chance(50),
		replay: g.chance(15), together: pick(g, 0, 50, 100),
	}
	if c.replay {
		for range g.IntN(3) {
			c.interrupts = append(c.interrupts, g.IntN(400))
		}
		return c
	}
	stops := []int{}
	for i, u := range p.pumps {
		if u.stops {
			stops = append(stops, i)
		}
	}
	calm := pick(g, 2, 10, 40) // percent of records with something before them
	for i := range len(p.records) + 1 {
		if !g.chance(calm) {
			continue
		}
		do := pick(g, "settle", "settle", "yield", "yield", "checkpoint", "checkpoint", "crash", "cut", "halt", "resume", "resume", "reopen", "stop", "start", "clock")
		arg := g.IntN(50)
		if do == "stop" || do == "start" {
			if len(stops) == 0 {
				continue
			}
			arg = stops[arg%len(stops)]
		}
		c.steps = append(c.steps, progStep{i, do, arg})
	}
	return c
}
