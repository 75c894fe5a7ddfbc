package expr

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// RowError is a live row whose value could not be computed. Name is a class of
// package flow, Message the detail.
type RowError struct {
	Row           uint32
	Name, Message string
}

// Evaluator computes one expression. Make it with Compile; use it on one
// goroutine.
type Evaluator struct {
	root node
	of   types.Type
	col  int // the input column it simply is, else -1
	live bool
	// batch is what the evaluators of one CompileAll share; the first of them begins a
	// new one.
	batch *batch
	first bool
	c     call
	out   selection
}

// batch counts the batches that a list of evaluators has seen.
type batch struct{ number uint64 }

// node is a compiled expression. eval computes the rows of c.sel; its result is
// valid until the next eval.
type node interface{ eval(c *call) *vec }

// call is one evaluation: the batch, the rows that live, and what went wrong.
type call struct {
	rec  arrow.Record
	n    int      // rows of rec
	sel  []uint32 // never nil
	top  []uint32 // sel as it was for the whole expression
	errs []RowError
	now  types.Time
}

// most tells that so many of n rows are alive that computing the dead ones as well is
// cheaper than going from one to the next: for kernels that cannot fail, and whose
// operands have a value of some kind in every row.
func (c *call) most() bool { return most(c.sel, c.n) }

func most(sel []uint32, n int) bool { return 2*len(sel) >= n }

func (c *call) fail(row uint32, name, message string) {
	c.errs = append(c.errs, RowError{row, name, message})
}

// Compile turns an expression into kernels. It fails only where the plan asks
// for one that does not exist, which is a defect of the engine.
func Compile(e plan.Expr) (*Evaluator, error) {
	list, err := CompileAll([]plan.Expr{e})
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

// CompileAll is Compile for expressions over the same rows, which then share work: a
// line of a log is parsed once for all fields. Each evaluator is called once for a
// batch, the first one first, with the same selection.
func CompileAll(list []plan.Expr) ([]*Evaluator, error) {
	k := &compiler{records: map[string]*record{}, batch: &batch{}}
	out := make([]*Evaluator, len(list))
	for i, e := range list {
		root, err := k.compile(e)
		if err != nil {
			return nil, err
		}
		out[i] = &Evaluator{root: root, of: e.Type(), col: -1, live: plan.ReadsClock(e), batch: k.batch, first: i == 0}
		if c, ok := e.(*plan.Column); ok {
			out[i].col = c.Index
		}
	}
	return out, nil
}

// ReadsClock tells whether SetNow has an effect.
func (e *Evaluator) ReadsClock() bool { return e.live }

// SetNow gives the time that CURRENT_ROW_TIMESTAMP is until the next call.
func (e *Evaluator) SetNow(now types.Time) { e.c.now = now }

// Column is the input column that the expression is, or -1 if it computes.
func (e *Evaluator) Column() int { return e.col }

// Array evaluates over the live rows of rec; sel nil = all. The column is as
// long as rec, in the layout of the expression's type; dead and failed rows hold
// anything. The caller releases it. The errors, at most one per row and in row
// order, are valid until the next call.
func (e *Evaluator) Array(rec arrow.Record, sel []uint32, mem memory.Allocator) (arrow.Array, []RowError) {
	e.begin()
	if e.col >= 0 {
		a := rec.Column(e.col)
		a.Retain()
		return a, nil
	}
	land := e.land(int(rec.NumRows()), mem)
	v := e.run(rec, sel)
	return store(v, e.of, e.c.n, e.c.sel, e.landed(v, land), mem), e.errors()
}

// Select is the live rows of rec for which a boolean expression is TRUE, valid
// until the next call.
func (e *Evaluator) Select(rec arrow.Record, sel []uint32) ([]uint32, []RowError) {
	e.begin()
	e.start(rec, sel)
	return e.out.pick(e.root, &e.c), e.errors()
}

func (e *Evaluator) begin() {
	if e.first {
		e.batch.number++
	}
}

func (e *Evaluator) run(rec arrow.Record, sel []uint32) *vec {
	e.start(rec, sel)
	return e.root.eval(&e.c)
}

func (e *Evaluator) start(rec arrow.Record, sel []uint32) {
	e.c.rec, e.c.n, e.c.errs = rec, int(rec.NumRows()), e.c.errs[:0]
	if sel == nil {
		sel = All(e.c.n)
	}
	e.c.sel, e.c.top = sel, sel
}

// errors is the first error of each row.
func (e *Evaluator) errors() []RowError {
	if len(e.c.errs) < 2 {
		return e.c.errs
	}
	slices.SortStableFunc(e.c.errs, func(a, b RowError) int { return int(a.Row) - int(b.Row) })
	e.c.errs = slices.CompactFunc(e.c.errs, func(a, b RowError) bool { return a.Row == b.Row })
	return e.c.errs
}
