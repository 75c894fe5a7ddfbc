package exec

import (
	"context"
	"fmt"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/exec/op"
	"github.com/millrace-sql/millrace/sql/plan"
)

// lookup loads the table before anything runs: it is a snapshot as of the start
// (kda-sql.md §11.4, §16.4). A job that was interrupted has the one it had: the rows
// that it writes again must be the same.
func (b *builder) lookup(ctx context.Context, n *plan.Lookup) ([]*lane, error) {
	key := fmt.Sprintf("table/%d", len(b.job.tables))
	batches, saved, err := b.job.savedTable(key)
	if err == nil && !saved {
		batches, err = b.loadTable(ctx, n)
	}
	defer func() {
		for _, batch := range batches {
			batch.Release()
		}
	}()
	if err != nil {
		return nil, err
	}
	env := b.job.env
	table, err := op.BuildTable(n, batches, env.Mem)
	if err != nil {
		return nil, err
	}
	b.job.tables = append(b.job.tables, table)
	held := env.Budget.hold(fmt.Sprintf("table of the join in %s", b.job.name), b.job.fail)
	b.job.held = append(b.job.held, held)
	if err := held.note(table.Bytes()); err != nil {
		return nil, err
	}
	return b.each(ctx, n.Input, joinName(n.Kind), func() (flow.Operator, error) { return op.NewLookup(n, table, env.Mem) })
}

// joinName is the name of the operator in accounts.
func joinName(k plan.LookupKind) string {
	if k == plan.LookupLeft {
		return "Join"
	}
	return k.String()
}

// loadTable reads the table side of a join; the caller releases the batches, also
// those that come with an error.
func (b *builder) loadTable(ctx context.Context, n *plan.Lookup) (batches []flow.Batch, err error) {
	env := b.job.env
	env.Coordinator, env.Parallelism, env.Start = nil, 0, b.job.start
	load, err := NewJob(ctx, b.job.name, n.Table, Output{Rows: func(_ context.Context, batch flow.Batch) error {
		batches = append(batches, batch.Keep())
		return nil
	}}, env)
	if err != nil {
		return nil, err
	}
	load.Start(ctx)
	return batches, load.Wait()
}

// scan starts one task per shard, or subscribes to an in-application stream.
func (b *builder) scan(ctx context.Context, n *plan.Scan) ([]*lane, error) {
	name := b.name("Scan " + n.Relation.String())
	count := b.job.counter(name)
	b.job.reads = append(b.job.reads, count)
	if n.Relation.Stream && n.Relation.Connector == plan.InApplication {
		return b.subscribe(n, name, count)
	}
	source, err := b.job.env.OpenSource(ctx, n, b.job.start)
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
			finite: n.Schema().RowTime < 0, rows: b.job.env.BatchRows, count: count,
			permits: b.job.permits, gate: &b.job.gate, guard: b.job.guard(fmt.Sprintf("%s/%s", name, shard.ID)),
		}
		if b.job.restore != nil {
			t.offset = b.job.restore.Offsets[t.key]
		}
		if t.rejects, err = b.rejector(t.key); err != nil {
			return nil, err
		}
		t.flush = rejectors{t.rejects}
		lanes[i] = &lane{tail: &t.next, flush: &t.flush, sources: []*sourceTask{t}}
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
	t := newGather(name, 1, pick, b.job)
	if b.job.env.Backlog > 0 {
		t.in = newBacklog(b.job.env.Backlog)
	}
	t.flush = rejectors{pick.rejects}
	b.job.gathers = append(b.job.gathers, t)
	b.job.env.Coordinator.join(b.job, stream)
	b.job.inputs = append(b.job.inputs, stream.subscribe(t.in))
	b.job.task(name, t.run)
	return []*lane{{tail: &pick.next, flush: &t.flush}}, nil
}

// values is a source of the rows written in the statement.
func (b *builder) values(n *plan.Values) ([]*lane, error) {
	name := b.name("Values")
	t := &sourceTask{
		key: name, source: &valuesSource{n: n, mem: b.job.env.Mem}, shard: "0", finite: true,
		rows: b.job.env.BatchRows, count: b.job.counter(name),
		permits: b.job.permits, gate: &b.job.gate, guard: b.job.guard(name),
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
