package op

import (
	"context"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// Concat puts the inputs of a finite relation one after the other: shards by id,
// branches of UNION ALL as written. It keeps the rows until all inputs have
// ended, so that which of them is faster does not show.
type Concat struct {
	inputs [][]flow.Batch

	absorbed, gone int64
	held           int64 // bytes
}

// NewConcat makes the operator.
func NewConcat() *Concat { return &Concat{} }

// Process keeps b.
func (c *Concat) Process(_ context.Context, input int, b flow.Batch, out flow.Out) error {
	for len(c.inputs) <= input {
		c.inputs = append(c.inputs, nil)
	}
	c.inputs[input] = append(c.inputs[input], b.Keep())
	c.absorbed += int64(b.Rows())
	c.held += recordBytes(b)
	out.Count(flow.Absorbed, b.Rows())
	return nil
}

// Advance emits everything at the end of input.
func (c *Concat) Advance(_ context.Context, wm types.Time, out flow.Out) (types.Time, error) {
	if wm != types.MaxTime {
		return wm, nil
	}
	for _, batches := range c.inputs {
		for _, b := range batches {
			if err := out.Emit(b); err != nil {
				return wm, err
			}
			c.gone += int64(b.Rows())
		}
	}
	return wm, c.Close()
}

// Held is how many rows wait, and how many were let go.
func (c *Concat) Held() (waiting, released int64) { return c.absorbed - c.gone, c.gone }

// Bytes is the memory of the rows.
func (c *Concat) Bytes() int64 { return c.held }

// Close releases the rows held.
func (c *Concat) Close() error {
	c.held = 0
	for _, batches := range c.inputs {
		for _, b := range batches {
			b.Release()
		}
	}
	c.inputs = nil
	return nil
}
