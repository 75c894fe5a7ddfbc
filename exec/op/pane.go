package op

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/agg"
	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/exec/window"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// shape is what Aggregate and Combine share: the columns of a grouping and how a
// pane of it looks from outside.
type shape struct {
	keys     []types.Type // the grouping keys without the window
	calls    []plan.AggregateCall
	assigner assigner // nil where the windows end on change
	windowed bool
	place    int // of the window among the keys
	result   *arrow.Schema
	tumble   window.Tumble
	partial  *arrow.Schema
	states   []int         // how many state columns each call has
	spare    *pane         // emptied, nil = none
	columns  []arrow.Array // scratch of the records
	ids      []uint32      // scratch of merge
}

// newShape reads a plan node.
func newShape(n *plan.Aggregate, mem memory.Allocator) (*shape, error) {
	s := &shape{calls: n.Calls, place: -1, result: n.Schema().Arrow()}
	if n.Window != nil {
		if err := s.window(n.Window, mem); err != nil {
			return nil, err
		}
	}
	instant := types.Of(types.Timestamp).Arrow()
	fields := []arrow.Field{{Name: "window_start", Type: instant}, {Name: "window_end", Type: instant}}
	for i, k := range n.Keys {
		if i != s.place {
			s.keys = append(s.keys, k.Type())
			fields = append(fields, arrow.Field{Name: "key", Type: k.Type().Arrow(), Nullable: true})
		}
	}
	// The state columns are known by asking an empty state for them.
	funcs, err := s.newFuncs()
	if err != nil {
		return nil, err
	}
	for _, f := range funcs {
		columns := f.State(0, mem)
		s.states = append(s.states, len(columns))
		for _, c := range columns {
			fields = append(fields, arrow.Field{Name: "state", Type: c.DataType(), Nullable: true})
			c.Release()
		}
	}
	s.partial = arrow.NewSchema(fields, nil)
	return s, nil
}

// assigner says which span a row at t belongs to; spans do not overlap.
type assigner interface {
	Assign(t types.Time) window.Span
}

func (s *shape) window(w *plan.Window, mem memory.Allocator) (err error) {
	s.windowed = true
	switch {
	case w.Change:
	case w.Of != nil:
		s.assigner, err = newSpanSearch(w.Of, mem)
	default:
		s.place, s.tumble = w.Key, window.Tumble{Step: w.Step, Ceil: w.Ceil}
		s.assigner = s.tumble
	}
	return err
}

func (s *shape) newFuncs() ([]agg.Func, error) {
	out := make([]agg.Func, len(s.calls))
	for i, c := range s.calls {
		var err error
		if out[i], err = newFunc(c); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// pane is the groups of one span.
type pane struct {
	span   window.Span
	groups *agg.Groups
	funcs  []agg.Func
	rows   int64
}

// bytes is the memory held.
func (p *pane) bytes() int64 {
	n := p.groups.Bytes()
	for _, f := range p.funcs {
		n += f.Bytes()
	}
	return n
}

// newPane takes the spare pane, if there is one: growing table and states again
// for each window costs more than filling them.
func (s *shape) newPane(span window.Span) (*pane, error) {
	if p := s.spare; p != nil {
		s.spare = nil
		p.span = span
		return p, nil
	}
	funcs, err := s.newFuncs()
	if err != nil {
		return nil, err
	}
	kinds := make([]arrow.DataType, len(s.keys))
	for i, k := range s.keys {
		kinds[i] = k.Arrow()
	}
	return &pane{span: span, groups: agg.NewGroups(kinds), funcs: funcs}, nil
}

// recycle empties a pane and keeps it for the next span, unless a snapshot needs
// what is in it.
func (s *shape) recycle(p *pane) {
	if p.groups.Frozen() {
		return
	}
	p.groups.Reset()
	for _, f := range p.funcs {
		f.Reset()
	}
	p.rows = 0
	s.spare = p
}

// resultRecord is the finished rows of a pane in the layout of the plan node, and the
// aggregates that have no value.
func (s *shape) resultRecord(p *pane, mem memory.Allocator) (arrow.Record, []expr.RowError) {
	n := p.groups.Len()
	columns := append(s.columns[:0], p.groups.Columns(mem)...)
	if s.place >= 0 {
		columns = slices.Insert(columns, s.place, timestamps(s.tumble.Key(p.span), n, mem))
	}
	var bad []expr.RowError
	for i, f := range p.funcs {
		col, over := f.Result(n, mem)
		columns = append(columns, col)
		for _, g := range over {
			bad = append(bad, noValue(f, g, s.calls[i]))
		}
	}
	if s.windowed {
		columns = append(columns, timestamps(p.span.RowTime(), n, mem))
	}
	s.columns = columns
	return newRecord(s.result, columns, n), bad
}

// partialRecord is the states of a pane, for Combine.
func (s *shape) partialRecord(p *pane, mem memory.Allocator) arrow.Record {
	n := p.groups.Len()
	columns := append(s.columns[:0], timestamps(p.span.Start, n, mem), timestamps(p.span.End, n, mem))
	columns = append(columns, p.groups.Columns(mem)...)
	for _, f := range p.funcs {
		columns = append(columns, f.State(n, mem)...)
	}
	s.columns = columns
	return newRecord(s.partial, columns, n)
}

// spanOfPartial is the window that a batch of partial groups belongs to.
func (s *shape) spanOfPartial(rec arrow.Record) window.Span {
	b := flow.Batch{Rec: rec}
	return window.Span{Start: types.Time(b.Times(0)[0]), End: types.Time(b.Times(1)[0])}
}

// merge adds a batch of partial groups to a pane.
func (s *shape) merge(p *pane, rec arrow.Record) {
	columns := rec.Columns()[2:]
	rows := expr.All(int(rec.NumRows()))
	if cap(s.ids) < len(rows) {
		s.ids = make([]uint32, len(rows))
	}
	ids := s.ids[:len(rows)]
	p.groups.Assign(columns[:len(s.keys)], rows, ids)
	states := columns[len(s.keys):]
	for i, f := range p.funcs {
		f.Merge(p.groups.Len(), ids, states[:s.states[i]])
		states = states[s.states[i]:]
	}
}

// newRecord takes over the references to columns.
func newRecord(schema *arrow.Schema, columns []arrow.Array, n int) arrow.Record {
	rec := array.NewRecord(schema, columns, int64(n))
	for _, c := range columns {
		c.Release()
	}
	return rec
}
