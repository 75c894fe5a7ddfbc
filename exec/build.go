package exec

import (
	"context"
	"fmt"
	"hash/fnv"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/exec/op"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
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

// seed is for chance that must be the same whenever the job runs.
func (b *builder) seed() uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%d", b.job.env.Seed, b.nodes)
	return h.Sum64()
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

// node builds a node, and notes whose the accounts are that it opened.
func (b *builder) node(ctx context.Context, n plan.Node) ([]*lane, error) {
	before := len(b.job.counts)
	lanes, err := b.operator(ctx, plan.AtStart(n, b.job.start))
	for _, c := range b.job.counts[before:] {
		if b.job.nodes[c] == nil {
			b.job.nodes[c] = n
		}
	}
	return lanes, err
}

// operator is the one type switch from plan to operators.
func (b *builder) operator(ctx context.Context, n plan.Node) ([]*lane, error) {
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
	case *plan.TableCall:
		return b.each(ctx, n.Input, "TableCall", func() (flow.Operator, error) { return op.NewTableCall(n, b.job.env.Mem) })
	case *plan.Lookup:
		return b.lookup(ctx, n)
	case *plan.Aggregate:
		return b.aggregate(ctx, n)
	case *plan.EventTime:
		return b.eventTime(ctx, n)
	case *plan.TimeSort:
		return b.single(ctx, n.Input, "TimeSort", func() (flow.Operator, error) { return op.NewTimeSort(n, b.job.env.Mem), nil })
	case *plan.Promote:
		return b.single(ctx, n.Input, "Promote", func() (flow.Operator, error) { return op.NewPromote(n, b.job.env.Mem), nil })
	case *plan.WindowLimit:
		return b.single(ctx, n.Input, "WindowLimit", func() (flow.Operator, error) { return op.NewWindowLimit(n), nil })
	case *plan.Forest:
		return b.single(ctx, n.Input, "Forest", func() (flow.Operator, error) { return op.NewForest(n, b.seed(), b.job.env.Mem), nil })
	case *plan.StreamDistinct:
		return b.single(ctx, n.Input, "Distinct", func() (flow.Operator, error) { return op.NewDistinct(n, b.job.env.Mem), nil })
	case *plan.StreamSort:
		return b.single(ctx, n.Input, "Sort", func() (flow.Operator, error) { return op.NewStreamSort(n, b.job.env.Mem) })
	case *plan.SortWithin:
		return b.single(ctx, n.Input, "SortWithin", func() (flow.Operator, error) { return op.NewSortWithin(n, b.job.env.Mem) })
	case *plan.Exchange:
		return b.exchange(ctx, n)
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
	s := &step{op: o, count: count, key: key, wm: types.MinTime, last: types.MinTime}
	j := b.job
	if c, ok := o.(clocked); ok && c.ReadsClock() {
		s.clock = func() { c.SetNow(j.env.Now()) }
	}
	s.held = j.env.Budget.hold(fmt.Sprintf("operator %s of %s", key, j.name), j.fail)
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
	t := newGather(name, len(lanes), s, b.job)
	t.flush = rejectors{s.rejects}
	b.job.gathers = append(b.job.gathers, t)
	for i, l := range lanes {
		*l.tail = &edge{in: t.in, input: i, permits: b.job.permits}
		for _, src := range l.sources {
			src.ahead = append(src.ahead, func() bool { return t.meet.ahead(i) })
		}
	}
	b.job.task(name, t.run)
	return []*lane{{tail: &s.next, flush: &t.flush, sources: sourcesOf(lanes)}}, nil
}

// eventTime checks the rows shard by shard and then puts them into log order.
func (b *builder) eventTime(ctx context.Context, n *plan.EventTime) ([]*lane, error) {
	lanes, err := b.each(ctx, n.Input, "EventCheck", func() (flow.Operator, error) { return op.NewEventCheck(n, b.job.env.Mem) })
	if err != nil {
		return nil, err
	}
	clock := func() (flow.Operator, error) { return op.NewEventTime(n, b.job.env.Mem), nil }
	if len(lanes) == 1 {
		return b.onLanes(lanes, "EventTime", clock)
	}
	return b.gather(lanes, "EventTime", clock)
}

// aggregate groups shard by shard and combines the partial groups, or directly
// where there is one lane.
func (b *builder) aggregate(ctx context.Context, n *plan.Aggregate) ([]*lane, error) {
	lanes, err := b.node(ctx, n.Input)
	if err != nil {
		return nil, err
	}
	if n.Window != nil && n.Window.Change {
		if lanes, err = b.ordered(lanes, n.Input.Schema().RowTime); err != nil {
			return nil, err
		}
		return b.onLanes(lanes, "Aggregate", func() (flow.Operator, error) { return op.NewAggregateChange(n, b.job.env.Mem) })
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
