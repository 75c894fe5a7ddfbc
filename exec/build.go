package exec

import (
	"context"
	"fmt"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/exec/op"
	"github.com/millrace-sql/millrace/sql/plan"
)

// maxPartials is how many shards aggregate on their own; more are merged first
// (DESIGN §6).
const maxPartials = 64

// builder turns plan nodes into steps and tasks. nodes numbers them, in the
// order of the plan, for names that hold over restarts.
type builder struct {
	job   *Job
	nodes int
	lanes int // of rejected rows
}

func (b *builder) name(kind string) string {
	b.nodes++
	return fmt.Sprintf("%d:%s", b.nodes, kind)
}

// rejector opens the lane of rejected rows of an operator's instance.
func (b *builder) rejector(operator string) (Rejector, error) {
	r, err := b.job.env.Rejects(operator, b.lanes)
	if err != nil {
		return nil, err
	}
	key := fmt.Sprintf("rejects/%d", b.lanes)
	b.lanes++
	b.job.rejects[key] = r
	if b.job.restore != nil && b.job.restore.Tokens[key] != nil {
		err = r.Restore(b.job.restore.Tokens[key])
	}
	return r, err
}

// node is the one type switch from plan to operators.
func (b *builder) node(ctx context.Context, n plan.Node) ([]*lane, error) {
	switch n := n.(type) {
	case *plan.Scan:
		return b.scan(ctx, n)
	case *plan.Values:
		return b.values(n)
	case *plan.Filter:
		kind := "Filter"
		if n.Having {
			kind = "Having"
		}
		return b.each(ctx, n.Input, kind, func() (flow.Operator, error) { return op.NewFilter(n) })
	case *plan.Project:
		return b.each(ctx, n.Input, "Project", func() (flow.Operator, error) { return op.NewProject(n, b.job.env.Mem) })
	case *plan.Lookup:
		return b.lookup(ctx, n)
	case *plan.Aggregate:
		return b.aggregate(ctx, n)
	case *plan.Sort:
		return b.single(ctx, n.Input, "Sort", func() (flow.Operator, error) { return op.NewSort(n, b.job.env.Mem) })
	case *plan.Limit:
		return b.single(ctx, n.Input, "Limit", func() (flow.Operator, error) { return op.NewLimit(n), nil })
	case *plan.Union:
		return b.union(ctx, n)
	}
	return nil, fmt.Errorf("plan node %T has no operator", n)
}

// each puts an operator of its own on every lane of the input.
func (b *builder) each(ctx context.Context, input plan.Node, kind string, make func() (flow.Operator, error)) ([]*lane, error) {
	lanes, err := b.node(ctx, input)
	if err != nil {
		return nil, err
	}
	return b.onLanes(lanes, kind, make)
}

func (b *builder) onLanes(lanes []*lane, kind string, make func() (flow.Operator, error)) ([]*lane, error) {
	name := b.name(kind)
	count := b.job.counter(name)
	for i, l := range lanes {
		s, err := b.step(make, count, fmt.Sprintf("%s/%d", name, i))
		if err != nil {
			return nil, err
		}
		lanes[i] = l.then(s)
	}
	return lanes, nil
}

func (b *builder) step(make func() (flow.Operator, error), count *counters, key string) (*step, error) {
	o, err := make()
	if err != nil {
		return nil, err
	}
	s := &step{op: o, count: count, key: key}
	b.job.steps = append(b.job.steps, s)
	s.rejects, err = b.rejector(key)
	return s, err
}

// single puts one operator behind the ordered whole of the input.
func (b *builder) single(ctx context.Context, input plan.Node, kind string, make func() (flow.Operator, error)) ([]*lane, error) {
	lanes, err := b.node(ctx, input)
	if err != nil {
		return nil, err
	}
	if lanes, err = b.ordered(lanes, input.Schema().RowTime); err != nil {
		return nil, err
	}
	return b.onLanes(lanes, kind, make)
}

// ordered merges lanes into one: by rowtime on a stream, one after the other on
// a finite relation.
func (b *builder) ordered(lanes []*lane, rowtime int) ([]*lane, error) {
	if len(lanes) == 1 {
		return lanes, nil
	}
	if rowtime < 0 {
		return b.gather(lanes, "Concat", func() (flow.Operator, error) { return op.NewConcat(), nil })
	}
	return b.gather(lanes, "Merge", func() (flow.Operator, error) { return op.NewMerge(rowtime, b.job.env.Mem), nil })
}

// gather ends lanes in a task that drives one operator with all of them.
func (b *builder) gather(lanes []*lane, kind string, make func() (flow.Operator, error)) ([]*lane, error) {
	name := b.name(kind)
	s, err := b.step(make, b.job.counter(name), name)
	if err != nil {
		return nil, err
	}
	t := newGather(len(lanes), s, b.job.permits)
	t.flush = rejectors{s.rejects}
	b.job.inboxes = append(b.job.inboxes, t.in)
	for i, l := range lanes {
		*l.tail = &edge{in: t.in, input: i, permits: b.job.permits}
	}
	b.job.task(name, t.run)
	return []*lane{{tail: &s.next, flush: &t.flush}}, nil
}

// aggregate groups shard by shard and combines the partial groups, or directly
// where there is one lane.
func (b *builder) aggregate(ctx context.Context, n *plan.Aggregate) ([]*lane, error) {
	lanes, err := b.node(ctx, n.Input)
	if err != nil {
		return nil, err
	}
	if len(lanes) > maxPartials {
		if lanes, err = b.ordered(lanes, n.Input.Schema().RowTime); err != nil {
			return nil, err
		}
	}
	partial := len(lanes) > 1
	lanes, err = b.onLanes(lanes, "Aggregate", func() (flow.Operator, error) {
		return op.NewAggregate(n, partial, b.job.env.Mem)
	})
	if err != nil || !partial {
		return lanes, err
	}
	return b.gather(lanes, "Combine", func() (flow.Operator, error) { return op.NewCombine(n, b.job.env.Mem) })
}

func (b *builder) union(ctx context.Context, n *plan.Union) ([]*lane, error) {
	var all []*lane
	for _, branch := range n.Branches {
		lanes, err := b.node(ctx, branch)
		if err != nil {
			return nil, err
		}
		all = append(all, lanes...)
	}
	return b.ordered(all, n.Schema().RowTime)
}

// lookup loads the table before anything runs: it is a snapshot as of the start
// (kda-sql.md §11.4, §16.4).
func (b *builder) lookup(ctx context.Context, n *plan.Lookup) ([]*lane, error) {
	var batches []flow.Batch
	defer func() {
		for _, batch := range batches {
			batch.Release()
		}
	}()
	env := b.job.env
	env.Checkpoints, env.Parallelism = nil, 0
	load, err := NewJob(ctx, b.job.name, n.Table, Output{Rows: func(_ context.Context, batch flow.Batch) error {
		batches = append(batches, batch.Keep())
		return nil
	}}, env)
	if err != nil {
		return nil, err
	}
	load.Start(ctx)
	if err := load.Wait(); err != nil {
		return nil, err
	}
	table, err := op.BuildTable(n, batches, env.Mem)
	if err != nil {
		return nil, err
	}
	b.job.tables = append(b.job.tables, table)
	return b.each(ctx, n.Input, "Join", func() (flow.Operator, error) { return op.NewLookup(n, table, env.Mem) })
}

// scan starts one task per shard, or subscribes to an in-application stream.
func (b *builder) scan(ctx context.Context, n *plan.Scan) ([]*lane, error) {
	name := b.name("Scan " + n.Relation.String())
	count := b.job.counter(name)
	b.job.reads = append(b.job.reads, count)
	if n.Relation.Stream && n.Relation.Connector == plan.InApplication {
		return b.subscribe(n, name, count)
	}
	source, err := b.job.env.OpenSource(ctx, n)
	if err != nil {
		return nil, err
	}
	shards, err := source.Shards(ctx)
	if err != nil {
		return nil, err
	}
	lanes := make([]*lane, len(shards))
	for i, shard := range shards {
		t := &sourceTask{
			key: fmt.Sprintf("%s/%s", name, shard.ID), source: source, shard: shard.ID, scan: scanOf(n),
			finite: n.Schema().RowTime < 0, rows: b.job.env.BatchRows, count: count, permits: b.job.permits,
		}
		if b.job.restore != nil {
			t.from = b.job.restore.Offsets[t.key]
		}
		if t.rejects, err = b.rejector(t.key); err != nil {
			return nil, err
		}
		t.flush = rejectors{t.rejects}
		lanes[i] = &lane{tail: &t.next, flush: &t.flush}
		b.job.sources = append(b.job.sources, t)
		b.job.task(t.key, t.run)
	}
	return lanes, nil
}

func scanOf(n *plan.Scan) flow.Scan {
	s := flow.Scan{Columns: n.Columns}
	for _, r := range n.Ranges {
		s.Ranges = append(s.Ranges, flow.Range{Column: r.Column, Low: r.Low, High: r.High})
	}
	return s
}

// subscribe reads an in-application stream from now on.
func (b *builder) subscribe(n *plan.Scan, name string, count *counters) ([]*lane, error) {
	stream, err := b.job.env.Stream(n.Relation.Name)
	if err != nil {
		return nil, err
	}
	pick, err := b.step(func() (flow.Operator, error) { return op.NewPick(n.Schema(), n.Columns), nil }, count, name)
	if err != nil {
		return nil, err
	}
	t := newGather(1, pick, b.job.permits)
	t.flush = rejectors{pick.rejects}
	b.job.inboxes = append(b.job.inboxes, t.in)
	b.job.inputs = append(b.job.inputs, stream.subscribe(t.in))
	b.job.task(name, t.run)
	return []*lane{{tail: &pick.next, flush: &t.flush}}, nil
}

// values is a source of the rows written in the statement.
func (b *builder) values(n *plan.Values) ([]*lane, error) {
	name := b.name("Values")
	t := &sourceTask{
		key: name, source: &valuesSource{n: n, mem: b.job.env.Mem}, shard: "0", finite: true,
		rows: b.job.env.BatchRows, count: b.job.counter(name), permits: b.job.permits,
	}
	b.job.reads = append(b.job.reads, t.count)
	var err error
	if t.rejects, err = b.rejector(name); err != nil {
		return nil, err
	}
	t.flush = rejectors{t.rejects}
	b.job.task(name, t.run)
	return []*lane{{tail: &t.next, flush: &t.flush}}, nil
}

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
			end := &sinkEnd{key: fmt.Sprintf("%s/%d", name, i), sink: sink, count: b.job.write}
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
	in := out.Stream.attach()
	b.job.inputs = append(b.job.inputs, in)
	end := &streamEnd{edge: edge{in: out.Stream.in, input: in.input, permits: b.job.permits}, count: b.job.write}
	*lanes[0].tail = end
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
