package millrace

import (
	"errors"

	"github.com/millrace-sql/millrace/exec"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/state"
)

// checkpoints keeps the positions of jobs in the state store (exec.Checkpoints).
type checkpoints struct{ store *state.Store }

func (c checkpoints) Latest(job string) (*exec.Checkpoint, error) {
	saved, _, err := c.store.Latest(job)
	if errors.Is(err, state.ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := &exec.Checkpoint{
		Epoch: flow.Epoch(saved.Epoch), Offsets: map[string]flow.Offset{}, Released: saved.Watermarks, Tokens: saved.Tokens,
	}
	for k, v := range saved.Offsets {
		out.Offsets[k] = flow.Offset(v)
	}
	return out, nil
}

func (c checkpoints) Save(job string, p *exec.Checkpoint) error {
	out := state.Checkpoint{
		Epoch: uint64(p.Epoch), Offsets: map[string][]byte{}, Watermarks: map[string]types.Time{}, Tokens: p.Tokens,
	}
	for k, v := range p.Offsets {
		out.Offsets[k] = []byte(v)
	}
	for k, v := range p.Released {
		out.Watermarks[k] = v
	}
	return c.store.Save(job, out)
}
