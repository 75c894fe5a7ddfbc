package exec

import "sync/atomic"

// OpStats is the account of one operator, over all its instances: In = Passed +
// Absorbed + Filtered + Late + Rejected.
type OpStats struct {
	Name     string
	In, Out  int64
	Passed   int64
	Absorbed int64
	Filtered int64
	Late     int64
	Rejected int64
	// Waiting is rows absorbed and not yet released: Absorbed = Waiting + Released.
	Waiting, Released int64
	// Failed is results that could not be computed when they were due, as a group whose
	// sum does not fit: no row that came in, whose fates are those above.
	Failed int64
}

// JobStats is the account of a job.
type JobStats struct {
	// In is the records and rows read, bad ones included; Out the rows written; Rejected
	// what error_stream has of the job: rows, and results that failed.
	In, Out                           int64
	Filtered, Late, Rejected, Waiting int64
	Operators                         []OpStats
}

// counters is OpStats under construction; written by tasks, read at any time.
type counters struct {
	name                              string
	in, out, passed, absorbed         atomic.Int64
	filtered, late, rejected, waiting atomic.Int64
	released, failed                  atomic.Int64
}

func (c *counters) stats() OpStats {
	return OpStats{
		Name: c.name, In: c.in.Load(), Out: c.out.Load(), Passed: c.passed.Load(), Absorbed: c.absorbed.Load(),
		Filtered: c.filtered.Load(), Late: c.late.Load(), Rejected: c.rejected.Load(), Waiting: c.waiting.Load(),
		Released: c.released.Load(), Failed: c.failed.Load(),
	}
}

// each calls f with every figure and its name in checkpoints.
func (c *counters) each(f func(name string, v *atomic.Int64)) {
	for name, v := range map[string]*atomic.Int64{
		"in": &c.in, "out": &c.out, "passed": &c.passed, "absorbed": &c.absorbed, "filtered": &c.filtered,
		"late": &c.late, "rejected": &c.rejected, "waiting": &c.waiting, "released": &c.released,
		"failed": &c.failed,
	} {
		f(c.name+"/"+name, v)
	}
}
