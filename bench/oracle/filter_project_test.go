package oracle

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/millrace-sql/millrace/connectors/format"
	"github.com/millrace-sql/millrace/exec"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/exec/op"
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/parse"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// filterProjects is queries of one column over the trades. duck is "" where both write
// the column the same.
var filterProjects = []struct{ name, column, duck, where string }{
	{"scan", "price", "", ""},
	{"filter=5%", "price * volume", "", "price > 550 AND volume < 1000"},
	{"filter=45%", "price * volume", "", "price > 500 AND volume < 8200"},
	{"filter=90%", "price * volume", "", "price > 150 AND volume < 9600"},
	{"arithmetic/double", "(price + price_change) * volume / 100", "", ""},
	{"arithmetic/bigint", "trade_id * 3 - volume", "", ""},
	{"equal/0.1%", "price", "", "ticker = 'T000042'"},
	{"equal/50%", "price", "", "side = 'BUY'"},
	{"like/prefix", "price", "", "trader LIKE 'desk-00%'"},
	{"like/contains", "price", "", "trader LIKE '%42-%'"},
	{"upper", "UPPER(trader)", "", ""},
	{"substring", "SUBSTRING(trader FROM 6 FOR 4)", "", ""},
	{"concat", "ticker || '-' || venue", "", ""},
	{"case/double", "CASE WHEN price > 700 THEN price * 2 WHEN price > 300 THEN price ELSE 0 END", "", ""},
	{"case/text", "CASE WHEN price > 700 THEN 'high' WHEN price > 300 THEN 'middle' ELSE 'low' END", "", ""},
	{"cast/double", "CAST(price_text AS DOUBLE)", "", ""},
	{"cast/integer", "CAST(volume_text AS INTEGER)", "", ""},
	{"floor/minute", "FLOOR(event_time TO MINUTE)", "DATE_TRUNC('minute', event_time)", ""},
}

// checksum is what reads every value of a result: rows, and the sum of the floats or
// of the lengths of the texts, or the exclusive or of the whole numbers. In DuckDB these
// are among its cheapest aggregates.
type checksum struct {
	rows, bits int64
	sum        float64
}

// add is the same over a batch of ours.
func (s *checksum) add(b flow.Batch) {
	s.rows += int64(b.Rows())
	switch a := b.Rec.Column(0).(type) {
	case *array.Float64:
		s.sum += sumOf(a.Float64Values(), b.Sel)
	case *array.Int64:
		s.bits ^= xorOf(a.Int64Values(), b.Sel)
	case *array.Timestamp:
		s.bits ^= int64(xorOf(a.TimestampValues(), b.Sel))
	case *array.Int32:
		s.bits ^= int64(xorOf(a.Int32Values(), b.Sel))
	case *array.String:
		s.bits ^= xorLengths(a.ValueOffsets(), b.Sel)
	}
}

// sumOf has four sums, so that no addition waits for the one before.
func sumOf(v []float64, sel []uint32) (out float64) {
	var s [4]float64
	if sel == nil {
		for ; len(v) >= 4; v = v[4:] {
			s[0], s[1], s[2], s[3] = s[0]+v[0], s[1]+v[1], s[2]+v[2], s[3]+v[3]
		}
		for _, x := range v {
			out += x
		}
	}
	for k, i := range sel {
		s[k&3] += v[i]
	}
	return out + s[0] + s[1] + s[2] + s[3]
}

func xorOf[T ~int32 | ~int64](v []T, sel []uint32) (out T) {
	if sel == nil {
		for _, x := range v {
			out ^= x
		}
	}
	for _, i := range sel {
		out ^= v[i]
	}
	return out
}

func xorLengths(offsets []int32, sel []uint32) int64 {
	out := int32(0)
	if sel == nil {
		for i, end := range offsets[1:] {
			out ^= end - offsets[i]
		}
	}
	for _, i := range sel {
		out ^= offsets[i+1] - offsets[i]
	}
	return int64(out)
}

func (s checksum) equal(o checksum) bool {
	return s.rows == o.rows && s.bits == o.bits && math.Abs(s.sum-o.sum) <= 1e-9*math.Abs(s.sum)
}

const batchRows = 4096 // as Options.BatchRows has it

// chain is the operators of a plan, each the Out of the one before; the last one's rows
// go to sink.
type chain struct {
	ops  []flow.Operator
	sink func(flow.Batch)
}

// link is the Out of operator at.
type link struct {
	*chain
	at int
}

func (l link) Emit(b flow.Batch) error {
	if l.at+1 == len(l.ops) {
		l.sink(b)
		return nil
	}
	return l.ops[l.at+1].Process(context.Background(), 0, b, link{l.chain, l.at + 1})
}

func (link) Reject(r flow.Rejected) error { return errors.New(r.Name + ": " + r.Message) }

func (link) Promise(types.Time) error { return nil }

func (link) Count(flow.Fate, int) {}

func (c *chain) run(recs []arrow.Record) error {
	for _, rec := range recs {
		if err := (link{c, -1}).Emit(flow.Batch{Rec: rec}); err != nil {
			return err
		}
	}
	return nil
}

// newChain makes the operators of a query over the trades, and the batches that its
// scan reads, which are released at the end of tb.
func (m *inMemory) newChain(tb testing.TB, query string, sink func(flow.Batch)) (*chain, []arrow.Record) {
	stmt, err := parse.ParseStatement(query)
	if err != nil {
		tb.Fatal(err)
	}
	q, err := (&plan.Binder{Catalog: tradeCatalog{}}).Query(stmt.(*ast.SelectStatement).Query)
	if err != nil {
		tb.Fatal(err)
	}
	c, mem := &chain{sink: sink}, exec.NewPool()
	for n := q.Root; ; n = n.Inputs()[0] {
		var o flow.Operator
		switch n := n.(type) {
		case *plan.Filter:
			o, err = op.NewFilter(n)
		case *plan.Project:
			o, err = op.NewProject(n, mem)
		case *plan.Scan:
			slices.Reverse(c.ops)
			return c, m.read(tb, n)
		default:
			tb.Fatalf("the plan has a %s", n)
		}
		if err != nil {
			tb.Fatal(err)
		}
		c.ops = append(c.ops, o)
	}
}

func (m *inMemory) read(tb testing.TB, n *plan.Scan) []arrow.Record {
	recs := make([]arrow.Record, len(m.recs))
	for i, rec := range m.recs {
		columns := make([]arrow.Array, len(n.Columns))
		for k, c := range n.Columns {
			columns[k] = rec.Column(c)
		}
		recs[i] = array.NewRecord(n.Schema().Arrow(), columns, rec.NumRows())
		tb.Cleanup(recs[i].Release)
	}
	return recs
}

// TestFilterProject compares the rows of the benchmark's queries.
func TestFilterProject(t *testing.T) {
	m := newInMemory(t, 20_000, 1000)
	for _, q := range filterProjects {
		var got []string
		c, recs := m.newChain(t, query(q.column, q.where), func(b flow.Batch) {
			for i := range b.Rows() {
				got = append(got, string(format.AppendText(nil, b.Rec.Column(0), b.Row(i))))
			}
		})
		if err := c.run(recs); err != nil {
			t.Fatal(err)
		}
		want, err := duckRows(m.duck, query(orSame(q.duck, q.column), q.where))
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Errorf("%s: %d rows, DuckDB has %d", q.name, len(got), len(want))
			continue
		}
		for i, w := range want {
			if !equal(got[i], w[0]) {
				t.Errorf("%s: row %d is %s, DuckDB has %s", q.name, i, got[i], w[0])
				break
			}
		}
	}
}

func query(column, where string) string {
	if where != "" {
		where = " WHERE " + where
	}
	return "SELECT " + column + " FROM trades" + where
}

func orSame(duck, ours string) string {
	if duck != "" {
		return duck
	}
	return ours
}

// BenchmarkFilterProject is goal 6 of the performance page: Filter and Project against
// DuckDB with one thread, over a million trades in memory, column by column in
// alternation. Both end in a checksum, so that what is timed is the engine and no rows
// travel; scan is what reading and checksum take by themselves.
func BenchmarkFilterProject(b *testing.B) {
	m := newInMemory(b, 1_000_000, batchRows)
	for _, q := range filterProjects {
		b.Run(q.name, func(b *testing.B) {
			before := runtime.GOMAXPROCS(1)
			defer runtime.GOMAXPROCS(before)
			var sum checksum
			c, recs := m.newChain(b, query(q.column, q.where), func(batch flow.Batch) { sum.add(batch) })
			duck := m.prepare(b, orSame(q.duck, q.column), q.where)
			var ours, theirs []float64
			for b.Loop() {
				want := duck(&theirs)
				sum = checksum{}
				start := time.Now()
				if err := c.run(recs); err != nil {
					b.Fatal(err)
				}
				ours = append(ours, time.Since(start).Seconds())
				if !sum.equal(want) {
					b.Fatalf("checksum %v, DuckDB has %v", sum, want)
				}
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(m.rows)/median(ours)/1e6, "ours-Mrows/s")
			b.ReportMetric(float64(m.rows)/median(theirs)/1e6, "duck-Mrows/s")
			b.ReportMetric(median(theirs)/median(ours), "ratio")
		})
	}
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

// prepare is the query in DuckDB: planned once, each call appends its time.
func (m *inMemory) prepare(b *testing.B, column, where string) func(times *[]float64) checksum {
	ctx := context.Background()
	var kind string
	if err := m.duck.QueryRowContext(ctx, "SELECT TYPEOF("+column+") FROM trades LIMIT 1").Scan(&kind); err != nil {
		b.Fatal(err)
	}
	sum := map[string]string{
		"DOUBLE": "COUNT(*), 0, SUM(%)", "VARCHAR": "COUNT(*), BIT_XOR(STRLEN(%)), 0.0", "TIMESTAMP": "COUNT(*), BIT_XOR(EPOCH_US(%)), 0.0",
		"BIGINT": "COUNT(*), BIT_XOR(%), 0.0", "INTEGER": "COUNT(*), BIT_XOR(%), 0.0",
	}[kind]
	if sum == "" {
		b.Fatalf("no checksum for %s", kind)
	}
	s, err := m.duck.PrepareContext(ctx, query(strings.Replace(sum, "%", column, 1), where))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return func(times *[]float64) (out checksum) {
		var total sql.NullFloat64
		start := time.Now()
		err := s.QueryRowContext(ctx).Scan(&out.rows, &out.bits, &total)
		*times = append(*times, time.Since(start).Seconds())
		if err != nil {
			b.Fatal(err)
		}
		out.sum = total.Float64
		return out
	}
}
