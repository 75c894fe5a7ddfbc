package exec

import (
	"context"
	"fmt"

	"github.com/millrace-sql/millrace/sql/plan"
)

// output ends the lanes.
func (b *builder) output(ctx context.Context, root plan.Node, lanes []*lane, out Output) error {
	name := b.name("Output")
	b.job.write = b.job.counter(name)
	if out.Sink != nil {
		for i, l := range lanes {
			sink, err := out.Sink(ctx, i)
			if err != nil {
				return err
			}
			end := &sinkEnd{key: fmt.Sprintf("%s/%d", name, i), sink: sink, count: b.job.write, turn: newTurn()}
			b.job.sinks = append(b.job.sinks, end)
			*l.tail = end
			if err := b.recommit(ctx, end); err != nil {
				return err
			}
		}
		return nil
	}
	lanes, err := b.ordered(lanes, root.Schema().RowTime)
	if err != nil {
		return err
	}
	if out.Rows != nil {
		*lanes[0].tail = &rowsEnd{rows: out.Rows, count: b.job.write}
		return nil
	}
	b.job.env.Coordinator.join(b.job, out.Stream)
	in := out.Stream.attach(b.job.name)
	b.job.inputs = append(b.job.inputs, in)
	end := &streamEnd{edge: edge{in: out.Stream.in, input: in.input, permits: b.job.permits}, count: b.job.write}
	*lanes[0].tail = end
	for _, src := range lanes[0].sources {
		src.ahead = append(src.ahead, func() bool { return out.Stream.meet.ahead(in.input) })
	}
	return nil
}

// recommit repeats the commit of the last epoch: a no-op unless the process died
// between the checkpoint and the commit.
func (b *builder) recommit(ctx context.Context, end *sinkEnd) error {
	if b.job.restore == nil {
		return nil
	}
	token, ok := b.job.restore.Tokens[end.key]
	if !ok {
		return nil
	}
	return end.sink.Commit(ctx, b.job.restore.Epoch, token)
}
