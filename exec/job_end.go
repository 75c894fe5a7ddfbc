package exec

import "errors"

// close releases operators, sinks and tables after the tasks have ended.
func (j *Job) close() error {
	var errs []error
	for _, s := range j.steps {
		errs = append(errs, s.op.Close())
		s.held.close()
	}
	for _, s := range j.sinks {
		errs = append(errs, s.sink.Close())
	}
	j.leave(j.err())
	return errors.Join(errs...)
}

// Discard gives up a job that was built and never started.
func (j *Job) Discard() {
	for _, s := range j.steps {
		_ = s.op.Close() // its state is in the checkpoint
		s.held.close()
	}
	for _, s := range j.sinks {
		_ = s.sink.Close() // has written nothing
	}
	j.leave(errDiscarded)
	if j.env.Coordinator != nil {
		j.env.Coordinator.remove(j)
	}
}

// leave gives up what the job has of others: tables, and its places in streams.
func (j *Job) leave(why error) {
	for _, t := range j.tables {
		t.Release()
	}
	for _, h := range j.held {
		h.close()
	}
	undone := j.env.Coordinator != nil && j.undone()
	for _, in := range j.inputs {
		in.leave(why, undone)
	}
	// A sender may have found room in an inbox after its task had gone; now nobody
	// sends any more.
	for _, t := range j.gathers {
		t.in.drain()
	}
	for _, in := range j.lanes {
		in.drain()
	}
}

// errDiscarded is why a job that never ran has left its streams.
var errDiscarded = errors.New("job discarded")
