package exec

import (
	"context"
	"errors"
	"maps"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// checkpoint commits the end of input: sinks prepare, one record is saved, which
// is the commit point, then sinks commit (DESIGN §3, step 7).
func (j *Job) checkpoint(ctx context.Context) error {
	c := &Checkpoint{
		Epoch: 1, Offsets: map[string]flow.Offset{}, Released: map[string]types.Time{}, Tokens: map[string][]byte{},
	}
	if j.restore != nil {
		c.Epoch = j.restore.Epoch + 1
		maps.Copy(c.Released, j.restore.Released) // of operators that released nothing this time
	}
	for _, s := range j.sources {
		c.Offsets[s.key] = s.offset
	}
	for _, s := range j.steps {
		if r, ok := s.op.(releaser); ok && r.Released() != types.MinTime {
			c.Released[s.key] = r.Released()
		}
	}
	for key, r := range j.rejects {
		if p := r.Position(); p != nil {
			c.Tokens[key] = p
		}
	}
	for _, s := range j.sinks {
		token, err := s.sink.Prepare(ctx, c.Epoch)
		if err != nil {
			return err
		}
		c.Tokens[s.key] = token
	}
	if j.env.Checkpoints != nil {
		if err := j.env.Checkpoints.Save(j.name, c); err != nil {
			return err
		}
	}
	for _, s := range j.sinks {
		if err := s.sink.Commit(ctx, c.Epoch, c.Tokens[s.key]); err != nil {
			return err
		}
	}
	return nil
}

// close releases operators, sinks and tables after the tasks have ended.
func (j *Job) close() error {
	var errs []error
	for _, s := range j.steps {
		errs = append(errs, s.op.Close())
	}
	for _, s := range j.sinks {
		errs = append(errs, s.sink.Close())
	}
	for _, t := range j.tables {
		t.Release()
	}
	for _, in := range j.inputs {
		in.leave(j.err())
	}
	// A sender may have found room in an inbox after its task had gone; now nobody
	// sends any more.
	for _, in := range j.inboxes {
		in.drain()
	}
	return errors.Join(errs...)
}

// Discard gives up a job that was built and never started.
func (j *Job) Discard() {
	for _, s := range j.steps {
		_ = s.op.Close() // holds nothing yet
	}
	for _, s := range j.sinks {
		_ = s.sink.Close() // has written nothing
	}
	for _, t := range j.tables {
		t.Release()
	}
	for _, in := range j.inputs {
		in.leave(errDiscarded)
	}
	for _, in := range j.inboxes {
		in.drain()
	}
}

// errDiscarded is why a job that never ran has left its streams.
var errDiscarded = errors.New("job discarded")
