package bench

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/exec/op"
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/parse"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// onlyTrades is a catalog of one stream.
type onlyTrades struct{}

func (onlyTrades) Relation(ast.Qualified) (*plan.Relation, error) {
	return &plan.Relation{Name: "TRADES", Stream: true, Schema: tradeSchema, Connector: plan.StoredStream}, nil
}

func (onlyTrades) Names() []string { return []string{"TRADES"} }

// windowPlan is the grouping of the windowed query.
func windowPlan(b *testing.B) *plan.Aggregate {
	stmt, err := parse.ParseStatement(windowed)
	if err != nil {
		b.Fatal(err)
	}
	binder := plan.Binder{Catalog: onlyTrades{}}
	q, err := binder.Query(stmt.(*ast.SelectStatement).Query)
	if err != nil {
		b.Fatal(err)
	}
	for n := q.Root; ; n = n.Inputs()[0] {
		if a, ok := n.(*plan.Aggregate); ok {
			return a
		}
	}
}

// columns builds the batches that a scan for the plan would bring.
func (t *trades) columns(b *testing.B, schema types.Schema, rows int) []arrow.Record {
	builder := array.NewRecordBuilder(memory.DefaultAllocator, schema.Arrow())
	defer builder.Release()
	var out []arrow.Record
	for i := range t.len() {
		for c, f := range schema.Fields {
			switch f.Name {
			case "TICKER":
				builder.Field(c).(*array.StringBuilder).Append(ticker(t.tickers[i]))
			case "PRICE":
				builder.Field(c).(*array.Float64Builder).Append(t.prices[i])
			case "VOLUME":
				builder.Field(c).(*array.Int32Builder).Append(t.volumes[i])
			case types.RowTimeName:
				builder.Field(c).(*array.TimestampBuilder).Append(arrow.Timestamp(t.arrival(i).Millis()))
			default:
				b.Fatalf("the plan reads column %s", f.Name)
			}
		}
		if (i+1)%rows == 0 || i == t.len()-1 {
			out = append(out, builder.NewRecord())
		}
	}
	return out
}

// tally is an Out that only counts.
type tally struct{ rows int64 }

func (o *tally) Emit(b flow.Batch) error {
	o.rows += int64(b.Rows())
	return nil
}

func (o *tally) Reject(r flow.Rejected) error { return errors.New(r.Name + ": " + r.Message) }

func (o *tally) Promise(types.Time) error { return nil }

func (o *tally) Count(flow.Fate, int) {}

// BenchmarkTumble is the windows alone, one core: batches that lie ready in
// memory, 60 windows of one minute, COUNT, SUM, AVG, MIN and MAX by a string.
// The watermark follows each batch, as behind a stored stream.
func BenchmarkTumble(b *testing.B) {
	for _, keys := range []int{1000, 100_000} {
		for _, batch := range []int{1024, 4096} {
			b.Run(fmt.Sprintf("keys=%d/batch=%d", keys, batch), func(b *testing.B) { benchTumble(b, logTrades[keys](), batch) })
		}
	}
}

func benchTumble(b *testing.B, t *trades, batch int) {
	oneCore(b)
	n := windowPlan(b)
	recs := t.columns(b, n.Input.Schema(), batch)
	groups, rowtime, pool := t.groups(), n.Input.Schema().RowTime, exec.NewPool()
	b.ReportAllocs()
	m := meter{records: t.len()}
	for b.Loop() {
		m.pass(func() {
			if rows := tumble(b, n, recs, rowtime, pool); rows != groups {
				b.Fatalf("%d rows, want %d", rows, groups)
			}
		})
	}
	m.report(b, 0, len(recs))
}

// tumble drives one operator over all batches.
func tumble(b *testing.B, n *plan.Aggregate, recs []arrow.Record, rowtime int, mem memory.Allocator) int64 {
	ctx, out := context.Background(), &tally{}
	o, err := op.NewAggregate(n, false, mem)
	if err != nil {
		b.Fatal(err)
	}
	for i, rec := range recs {
		batch := flow.Batch{Rec: rec}
		err = errors.Join(err, o.Process(ctx, 0, batch, out))
		wm := types.MaxTime
		if i < len(recs)-1 {
			times := batch.Times(rowtime)
			wm = types.Time(times[len(times)-1])
		}
		if _, failed := o.Advance(ctx, wm, out); failed != nil {
			err = errors.Join(err, failed)
		}
	}
	if err := errors.Join(err, o.Close()); err != nil {
		b.Fatal(err)
	}
	return out.rows
}
