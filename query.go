package millrace

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/google/uuid"

	"github.com/millrace-sql/millrace/exec"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/parse"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// Query runs one statement that has rows: SELECT, VALUES, SHOW, DESCRIBE,
// EXPLAIN or DISCOVER SCHEMA. SELECT STREAM goes on until its streams end, which in an open
// database they do not, until LIMIT, ctx or Rows.Close ends it; a query without
// STREAM reads stored streams and tables as they are now. Nobody waits for a
// reader of an in-application stream: one that does not take its rows in time
// ends with exec.ErrFellBehind.
//
// Rows that cannot be computed are left out and counted, see Rows.Rejected.
func (db *DB) Query(ctx context.Context, sql string) (*Rows, error) {
	stmt, err := parse.ParseStatement(sql)
	if err != nil {
		return nil, positioned(err)
	}
	if err := db.begin(); err != nil {
		return nil, err
	}
	defer db.end()
	return db.query(ctx, stmt, &scope{db: db}, nil)
}

// query starts a statement that has rows. mode decides how streams are read; nil
// = they are followed.
func (db *DB) query(ctx context.Context, stmt ast.Statement, names *scope, mode *sourceMode) (*Rows, error) {
	switch s := stmt.(type) {
	case *ast.SelectStatement:
		b := plan.Binder{Catalog: names}
		q, err := b.Query(s.Query)
		if err != nil {
			return nil, positioned(err)
		}
		rows, err := db.run(ctx, q, mode)
		return rows, at(s.Pos, err)
	case *ast.Show:
		return db.show(s, names)
	case *ast.Describe:
		return db.describe(s, names)
	case *ast.Explain:
		return db.explain(ctx, s, names)
	case *ast.Discover:
		return db.discover(ctx, s, names)
	}
	return nil, errorAt(stmt.Position(), "", "this statement has no rows").hint("run it with Exec or Run")
}

// run starts the job of a query.
func (db *DB) run(ctx context.Context, q *plan.Query, mode *sourceMode) (*Rows, error) {
	if mode == nil {
		mode = &sourceMode{db: db}
	}
	rows := newRows(q.Root.Schema(), q.Streaming, db)
	env := db.env(*mode, func(string, int) (exec.Rejector, error) { return counting{&rows.rejected}, nil })
	env.Backlog = queryBacklog
	job, err := exec.NewJob(ctx, "query/"+uuid.NewString(), q.Root, exec.Output{Rows: rows.take}, env)
	if err != nil {
		return nil, err
	}
	rows.job = job
	if err := db.adhoc(ctx, job); err != nil {
		return nil, err
	}
	go rows.end()
	return rows, nil
}

// rejectCount counts what a query left out and keeps the first reason.
type rejectCount struct {
	mu    sync.Mutex
	rows  int64
	first string
}

func (c *rejectCount) add(r flow.Rejected) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rows++
	if c.first == "" {
		c.first = r.Name + ": " + r.Message
	}
}

// Rows is the result of a query. It is read by one goroutine; Close may be called
// from any. It must be read to its end or closed.
type Rows struct {
	schema    types.Schema
	record    *arrow.Schema
	columns   []int
	streaming bool
	db        *DB
	job       *exec.Job
	rejected  rejectCount

	ch      chan arrow.Record
	closed  chan struct{}
	once    sync.Once
	current arrow.Record
	err     error       // of the job; set before ch is closed
	told    atomic.Bool // Next has returned err
}

// queryBacklog is how many batches of an in-application stream wait for a query
// before it ends with an error: a reader that was forgotten stops nobody.
const queryBacklog = 256

// rowsBuffer is how many batches wait for the reader of a query.
const rowsBuffer = 4

func newRows(schema types.Schema, streaming bool, db *DB) *Rows {
	r := &Rows{columns: schema.Visible(), streaming: streaming, db: db, ch: make(chan arrow.Record, rowsBuffer), closed: make(chan struct{})}
	r.schema = schema.Select(r.columns)
	r.record = r.schema.Arrow()
	return r
}

// Schema is the columns of the result.
func (r *Rows) Schema() types.Schema { return r.schema }

// Streaming tells whether the query was a SELECT STREAM.
func (r *Rows) Streaming() bool { return r.streaming }

// Rejected is how many rows were left out so far because they could not be
// decoded or computed, and why the first one was.
func (r *Rows) Rejected() (rows int64, first string) {
	r.rejected.mu.Lock()
	defer r.rejected.mu.Unlock()
	return r.rejected.rows, r.rejected.first
}

// take is the job's end of the result.
func (r *Rows) take(ctx context.Context, b flow.Batch) error {
	rec := exec.Compact(b, r.record, r.columns, r.db.opts.Mem)
	select {
	case r.ch <- rec:
		return nil
	case <-r.closed:
		rec.Release()
		return flow.ErrEnough
	case <-ctx.Done():
		rec.Release()
		return ctx.Err()
	}
}

// end waits for the job and tells the reader.
func (r *Rows) end() {
	r.err = r.job.Wait()
	r.db.forget(r.job)
	close(r.ch)
}

// Next returns the next batch of rows, at least one, or io.EOF at the end or after
// Close. It blocks until there is one. The record is valid until the next call of Next or
// Close; retain what you keep.
func (r *Rows) Next(ctx context.Context) (arrow.Record, error) {
	r.release()
	select {
	case rec, ok := <-r.ch:
		if !ok {
			select {
			case <-r.closed:
				return nil, io.EOF
			default:
			}
			if r.err != nil {
				r.told.Store(true)
				return nil, r.err
			}
			return nil, io.EOF
		}
		r.current = rec
		return rec, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// All iterates over the batches; an error ends the iteration. Records are valid
// for one step. Leaving the loop early closes the rows.
func (r *Rows) All() iter.Seq2[arrow.Record, error] {
	return func(yield func(arrow.Record, error) bool) {
		for {
			rec, err := r.Next(context.Background())
			if errors.Is(err, io.EOF) {
				return
			}
			if !yield(rec, err) || err != nil {
				_ = r.Close() // the loop was left: what the rest would say is not asked
				return
			}
		}
	}
}

func (r *Rows) release() {
	if r.current != nil {
		r.current.Release()
		r.current = nil
	}
}

// Close ends the query, waits for its goroutines and releases what was not read. The
// error is that of the query, if Next has not returned it. Closing twice is fine.
func (r *Rows) Close() error {
	r.once.Do(func() { close(r.closed) })
	var err error
	if r.job != nil {
		err = r.job.Stop()
	}
	for rec := range r.ch {
		rec.Release()
	}
	r.release()
	if err != nil && !r.told.Swap(true) {
		return fmt.Errorf("query: %w", err)
	}
	return nil
}
