package millrace

import (
	"time"
)

// watch reports progress until it is stopped.
func (s *stage) watch(parts []*part, began time.Time) (stop func()) {
	if s.opts.Progress == nil {
		return func() {}
	}
	ticker := time.NewTicker(100 * time.Millisecond)
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-ticker.C:
				for _, p := range parts {
					if p.pump != nil {
						s.opts.Progress(summaryOf(p, time.Since(began)))
					}
				}
			case <-done:
				return
			}
		}
	}()
	return func() {
		ticker.Stop()
		close(done)
		<-ended
	}
}

// summaryOf is the account of this run; Waiting is what there is, whoever brought it.
func summaryOf(p *part, d time.Duration) PumpSummary {
	st, old := p.job.Stats(), p.before
	return PumpSummary{
		Pump: p.name, In: st.In - old.In, Out: st.Out - old.Out, Filtered: st.Filtered - old.Filtered, Late: st.Late - old.Late,
		Rejected: st.Rejected - old.Rejected, Waiting: st.Waiting, Seconds: d.Seconds(),
	}
}

// account adds a stage's figures to the script's.
func (s *stage) account(parts []*part, d time.Duration) {
	for _, p := range parts {
		if p.pump == nil {
			continue
		}
		now, sum := summaryOf(p, d), s.stats[p.name]
		sum.Pump = p.name
		sum.In += now.In
		sum.Out += now.Out
		sum.Filtered += now.Filtered
		sum.Late += now.Late
		sum.Rejected += now.Rejected
		sum.Waiting = now.Waiting
		sum.Seconds += now.Seconds
		s.stats[p.name] = sum
	}
}

// summary is the account of the script, pumps in order of creation.
func (r *runner) summary() *Summary {
	out := &Summary{}
	r.db.mu.Lock()
	defer r.db.mu.Unlock()
	for _, p := range r.db.mu.pumps {
		if s, ran := r.stats[p.name]; ran {
			out.Pumps = append(out.Pumps, s)
		}
	}
	return out
}
