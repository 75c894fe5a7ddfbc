package exec

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/parse"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// numbers is a stream of N BIGINT in memory: shard i brings rows[i], one a page,
// each at the rowtime it says in seconds.
type numbers struct {
	rows [][]row
	fail error // after the last row of shard 0
	stop int   // > 0: a shard is quiet after so many rows, and does not end
	mem  memory.Allocator
}

type row struct{ at, n int64 }

func (s *numbers) Shards(context.Context) ([]flow.Shard, error) {
	out := make([]flow.Shard, len(s.rows))
	for i := range out {
		out[i].ID = flow.ShardID(fmt.Sprint(i))
	}
	return out, nil
}

func (s *numbers) Open(_ context.Context, id flow.ShardID, from flow.Offset, scan flow.Scan) (flow.Reader, error) {
	var shard, at int
	if _, err := fmt.Sscan(string(id), &shard); err != nil {
		return nil, err
	}
	if from != "" {
		if _, err := fmt.Sscan(string(from), &at); err != nil {
			return nil, err
		}
	}
	return &numbersReader{s: s, shard: shard, at: at, columns: scan.Columns}, nil
}

type numbersReader struct {
	s         *numbers
	shard, at int
	columns   []int
	rec       arrow.Record
}

func (r *numbersReader) Read(ctx context.Context, _ int) (flow.Page, error) {
	r.release()
	rows := r.s.rows[r.shard]
	if r.s.stop > 0 && r.at >= r.s.stop {
		<-ctx.Done()
		return flow.Page{}, ctx.Err()
	}
	if r.at == len(rows) {
		if r.shard == 0 && r.s.fail != nil {
			return flow.Page{}, r.s.fail
		}
		return flow.Page{}, io.EOF
	}
	one := rows[r.at]
	r.at++
	schema := numbersRelation().Schema.Select(r.columns)
	b := array.NewRecordBuilder(r.s.mem, schema.Arrow())
	defer b.Release()
	for i, c := range r.columns {
		if c == 0 {
			b.Field(i).(*array.Int64Builder).Append(one.n)
		} else {
			b.Field(i).(*array.TimestampBuilder).Append(arrow.Timestamp(types.Time(one.at) * types.Second))
		}
	}
	r.rec = b.NewRecord()
	return flow.Page{
		Rows: flow.Batch{Rec: r.rec}, Next: flow.Offset(fmt.Sprint(r.at)), Horizon: types.Time(one.at) * types.Second,
	}, nil
}

func (r *numbersReader) release() {
	if r.rec != nil {
		r.rec.Release()
		r.rec = nil
	}
}

func (r *numbersReader) Close() error {
	r.release()
	return nil
}

func numbersRelation() *plan.Relation {
	return &plan.Relation{
		Name: "NUMBERS", Stream: true, Connector: "test", Schema: types.StreamSchema(types.Field{Name: "N", Type: types.Of(types.BigInt)}),
	}
}

// one is a catalog of one relation.
type one struct{ r *plan.Relation }

func (o one) Relation(ast.Qualified) (*plan.Relation, error) { return o.r, nil }
func (o one) Names() []string                                { return []string{o.r.Name} }

func planOf(t *testing.T, r *plan.Relation, sql string) plan.Node {
	t.Helper()
	stmt, err := parse.ParseStatement(sql)
	if err != nil {
		t.Fatal(err)
	}
	q, err := (&plan.Binder{Catalog: one{r}}).Query(stmt.(*ast.SelectStatement).Query)
	if err != nil {
		t.Fatal(err)
	}
	return q.Root
}

// noted keeps rejected rows.
type noted struct{ names *[]string }

func (n noted) Reject(_ context.Context, r flow.Rejected) error {
	*n.names = append(*n.names, r.Name)
	return nil
}
func (noted) Flush(context.Context) error { return nil }
func (noted) Position() []byte            { return nil }
func (noted) Restore([]byte) error        { return nil }

// runJob runs a query over the source and gives its rows as text.
func runJob(t *testing.T, src *numbers, sql string, env Env) (lines, rejected []string, job *Job, err error) {
	t.Helper()
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	src.mem, env.Mem = mem, mem
	env.OpenSource = func(context.Context, *plan.Scan, types.Time) (flow.Source, error) { return src, nil }
	env.Rejects = func(string, int) (Rejector, error) { return noted{&rejected}, nil }
	root := planOf(t, numbersRelation(), sql)
	job, err = NewJob(context.Background(), "job", root, Output{Rows: func(_ context.Context, b flow.Batch) error {
		for i := range b.Rows() {
			lines = append(lines, b.Rec.Column(0).ValueStr(b.Row(i)))
		}
		return nil
	}}, env)
	if err != nil {
		t.Fatal(err)
	}
	job.Start(context.Background())
	err = job.Wait()
	return lines, rejected, job, err
}

func threeShards() *numbers {
	return &numbers{rows: [][]row{
		{{1, 10}, {4, 11}, {9, 12}},
		{{1, 20}, {2, 21}},
		{{3, 30}, {4, 31}, {5, 0}},
	}}
}

// TestMergeOrder: rows of several shards come by rowtime, ties by shard, whatever
// the parallelism.
func TestMergeOrder(t *testing.T) {
	for _, parallel := range []int{0, 1, 3} {
		lines, _, _, err := runJob(t, threeShards(), "SELECT STREAM n FROM numbers", Env{Parallelism: parallel})
		if got := strings.Join(lines, " "); err != nil || got != "10 20 21 30 11 31 0 12" {
			t.Errorf("parallelism %d: rows %s, error %v", parallel, got, err)
		}
	}
}

// TestAccounts: every row in has one fate, rejected rows included, and the job's
// totals are those of its ends.
func TestAccounts(t *testing.T) {
	lines, rejected, job, err := runJob(t, threeShards(), "SELECT STREAM 60 / n FROM numbers WHERE n < 30", Env{})
	if err != nil || len(lines) != 5 || strings.Join(rejected, " ") != flow.DivideByZero {
		t.Fatalf("rows %v, rejected %v, error %v", lines, rejected, err)
	}
	s := job.Stats()
	if s.In != 8 || s.Out != 5 || s.Filtered != 2 || s.Rejected != 1 || s.Waiting != 0 {
		t.Errorf("account %+v", s)
	}
	for _, o := range s.Operators {
		if o.In != o.Passed+o.Absorbed+o.Filtered+o.Late+o.Rejected {
			t.Errorf("operator %+v", o)
		}
	}
}

// TestSourceError: an error of one shard ends the job with it, and nothing stays
// behind in merges and edges.
func TestSourceError(t *testing.T) {
	src := threeShards()
	src.fail = errors.New("disk on fire")
	for _, sql := range []string{
		"SELECT STREAM n FROM numbers",
		"SELECT STREAM COUNT(*) FROM numbers GROUP BY FLOOR(numbers.ROWTIME TO MINUTE)",
	} {
		if _, _, _, err := runJob(t, src, sql, Env{}); !errors.Is(err, src.fail) {
			t.Errorf("%s: error %v", sql, err)
		}
	}
}

// TestLimitStopsInput: LIMIT ends a job whose sources would go on.
func TestLimitStopsInput(t *testing.T) {
	src := &numbers{rows: make([][]row, 3)}
	for i := range src.rows {
		for k := range int64(1000) {
			src.rows[i] = append(src.rows[i], row{k, int64(i)})
		}
	}
	lines, _, job, err := runJob(t, src, "SELECT STREAM n FROM numbers LIMIT 4", Env{Parallelism: 1})
	if err != nil || strings.Join(lines, " ") != "0 1 2 0" {
		t.Errorf("rows %v, error %v", lines, err)
	}
	if in := job.Stats().In; in >= 3000 {
		t.Errorf("the sources were read to their ends: %d rows", in)
	}
}

// TestPanicIsAnError: a defect of one operator ends its job, with a name.
func TestPanicIsAnError(t *testing.T) {
	src := threeShards()
	src.rows[1] = []row{{-1, 1}}
	bad := func(context.Context, flow.Batch) error { panic("a defect") }
	env := Env{
		Mem:        memory.NewGoAllocator(),
		OpenSource: func(context.Context, *plan.Scan, types.Time) (flow.Source, error) { return src, nil },
		Rejects:    func(string, int) (Rejector, error) { return noted{new([]string)}, nil },
	}
	src.mem = env.Mem
	job, err := NewJob(context.Background(), "job", planOf(t, numbersRelation(), "SELECT STREAM n FROM numbers"), Output{Rows: bad}, env)
	if err != nil {
		t.Fatal(err)
	}
	job.Start(context.Background())
	if err := job.Wait(); err == nil || !strings.Contains(err.Error(), "internal error: a defect") || !strings.Contains(err.Error(), "job/") {
		t.Errorf("error %v", err)
	}
}

// TestCheckpoint: a second run goes on behind the first, and knows which windows
// were released.
func TestCheckpoint(t *testing.T) {
	env := Env{Coordinator: NewCoordinator(newMemoryStore(), CoordinatorOptions{})}
	src := &numbers{rows: [][]row{{{1, 1}, {61, 2}}}}
	const sql = "SELECT STREAM SUM(n) FROM numbers GROUP BY FLOOR(numbers.ROWTIME TO MINUTE)"
	if lines, _, _, err := runJob(t, src, sql, env); err != nil || strings.Join(lines, " ") != "1 2" {
		t.Fatalf("first run: %v, %v", lines, err)
	}
	// 62 s is in the window that the end of the first run released; 120 s is not.
	src.rows[0] = append(src.rows[0], row{62, 100}, row{120, 3})
	for range 2 {
		lines, rejected, _, err := runJob(t, src, sql, env)
		if err != nil || strings.Join(lines, " ") != "3" || strings.Join(rejected, " ") != flow.LateRow {
			t.Errorf("later run: rows %v, rejected %v, error %v", lines, rejected, err)
		}
		src.rows[0] = append(src.rows[0], row{121, 100}, row{180, 3})
	}
}

// TestStreamSeal: rows pushed before a seal reach readers before their end, rows
// below the one before are rejected, a sealed stream refuses.
func TestStreamSeal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
		defer mem.AssertSize(t, 0)
		ctx := context.Background()
		var refused []string
		s := NewStream(StreamConfig{
			Name: "S", Schema: numbersRelation().Schema, Mem: mem, Now: func() types.Time { return 0 }, Rejects: noted{&refused},
		})
		r := numbersRelation()
		r.Connector = plan.InApplication
		var got []string
		job, err := NewJob(ctx, "reader", planOf(t, r, "SELECT STREAM n FROM s"), Output{Rows: func(_ context.Context, b flow.Batch) error {
			for i := range b.Rows() {
				got = append(got, b.Rec.Column(0).ValueStr(b.Row(i)))
			}
			return nil
		}}, Env{
			Mem: mem, Stream: func(string) (*Stream, error) { return s, nil },
			Rejects: func(string, int) (Rejector, error) { return noted{&refused}, nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		job.Start(ctx)
		for _, one := range []row{{5, 1}, {7, 2}, {6, 3}, {7, 4}} {
			if err := pushRow(ctx, s, mem, one); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Seal(ctx); err != nil {
			t.Fatal(err)
		}
		if err := job.Wait(); err != nil || strings.Join(got, " ") != "1 2 4" || strings.Join(refused, " ") != flow.OutOfOrder {
			t.Errorf("rows %v, refused %v, error %v", got, refused, err)
		}
		if err := pushRow(ctx, s, mem, row{9, 9}); !errors.Is(err, ErrSealed) {
			t.Errorf("a push into a sealed stream says %v", err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestForgottenReader: a reader that nobody waits for does not hold up writers; it
// gets the rows before the gap, then the error. One that is waited for gets all.
func TestForgottenReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
		defer mem.AssertSize(t, 0)
		ctx := context.Background()
		s := NewStream(StreamConfig{
			Name: "S", Schema: numbersRelation().Schema, Mem: mem, Now: func() types.Time { return 0 }, Rejects: noted{new([]string)},
		})
		r := numbersRelation()
		r.Connector = plan.InApplication
		read := func(backlog int, rows func() error) *Job {
			job, err := NewJob(ctx, "reader", planOf(t, r, "SELECT STREAM n FROM s"), Output{Rows: func(context.Context, flow.Batch) error {
				return rows()
			}}, Env{
				Mem: mem, Stream: func(string) (*Stream, error) { return s, nil }, Backlog: backlog,
				Rejects: func(string, int) (Rejector, error) { return noted{new([]string)}, nil },
			})
			if err != nil {
				t.Fatal(err)
			}
			job.Start(ctx)
			return job
		}
		stuck, late, seen := make(chan struct{}), 0, 0
		forgotten := read(8, func() error {
			<-stuck
			late++
			return nil
		})
		awaited := read(0, func() error {
			seen++
			return nil
		})
		for i := range int64(100) {
			if err := pushRow(ctx, s, mem, row{i, i}); err != nil {
				t.Fatal(err)
			}
		}
		close(stuck)
		if err := forgotten.Wait(); !errors.Is(err, ErrFellBehind) || late == 0 || late >= 100 {
			t.Errorf("the forgotten reader got %d rows and says %v", late, err)
		}
		if err := s.Seal(ctx); err != nil {
			t.Fatal(err)
		}
		if err := awaited.Wait(); err != nil || seen != 100 {
			t.Errorf("the awaited reader got %d rows and says %v", seen, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

func pushRow(ctx context.Context, s *Stream, mem memory.Allocator, one row) error {
	b := array.NewRecordBuilder(mem, s.Schema.Arrow())
	defer b.Release()
	b.Field(0).(*array.Int64Builder).Append(one.n)
	b.Field(1).(*array.TimestampBuilder).Append(arrow.Timestamp(types.Time(one.at) * types.Second))
	rec := b.NewRecord()
	defer rec.Release()
	return s.Push(ctx, rec)
}

// TestPool: blocks come back, keep their content over Reallocate, and are 64-byte
// aligned.
func TestPool(t *testing.T) {
	p := NewPool()
	b := p.Allocate(100)
	if len(b) != 100 || cap(b) != 128 {
		t.Fatalf("100 bytes are %d of %d", len(b), cap(b))
	}
	copy(b, "kept")
	first := &b[0]
	b = p.Reallocate(120, b)
	if &b[0] != first || string(b[:4]) != "kept" {
		t.Error("a block with room was moved")
	}
	b = p.Reallocate(1000, b)
	if string(b[:4]) != "kept" || len(b) != 1000 {
		t.Error("a grown block lost its content")
	}
	if again := p.Allocate(65); &again[0] != first {
		t.Error("a freed block was not used again")
	}
	p.Free(b)
	if p.Allocate(0) != nil {
		t.Error("nothing is something")
	}
	big := p.Allocate(1 << 28)
	p.Free(big)
	p.Free(make([]byte, 100)) // not ours: its size is no class of ours
}
