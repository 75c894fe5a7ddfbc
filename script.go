package millrace

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/google/uuid"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/parse"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/storage/catalog"
)

// RunOptions of Run. nil and the zero value are the defaults.
type RunOptions struct {
	// Path is where the script came from: relative paths in it are relative to its
	// folder, and it is part of the identity of the script's INSERTs.
	Path string
	// Result receives each result of the script: SELECT, SHOW and the like. Several
	// streaming SELECTs of one stage call it at the same time, each on a goroutine
	// of its own. It reads the rows to their end. nil discards them.
	Result func(ctx context.Context, r Result) error
	// Together tells that Result can take several results at the same time. Without
	// it a stage with two streaming SELECTs is an error, before anything starts.
	Together bool
	// Progress, if set, is called now and then with the account so far of the stage
	// that runs; never twice at the same time.
	Progress func(PumpSummary)
	// Notice, if set, is told what happened beside rows: what a crawler found, an
	// INSERT that had been done before.
	Notice func(line string)
	// Again repeats INSERTs that have already taken effect on the data directory.
	Again bool
}

// Result is one result of a script.
type Result struct {
	*Rows
	// Query counts the results of the script from 1, Streaming those that run at the
	// same time in this stage; 0 for a finite result.
	Query, Together int
}

// Summary is the account of a finished script, in order of creation.
type Summary struct{ Pumps []PumpSummary }

// PumpSummary is the account of one pump over all stages of a script. In counts
// records read, bad ones included; Waiting the rows in windows that are still
// open.
type PumpSummary struct {
	Pump                                       string
	In, Out, Filtered, Late, Rejected, Waiting int64
	// Seconds is how long it ran.
	Seconds float64
}

// Run runs a script to its end, in stages: statements up to the next barrier
// (a crawler, a query or INSERT over finite relations) run together, so that
// every pump and every streaming SELECT of a stage sees every row; then the
// barrier runs. A stored stream ends for its readers when everything that writes
// to it has ended. All of the script is parsed and, as far as it does not depend
// on an earlier barrier, bound before anything starts (DESIGN §9).
func (db *DB) Run(ctx context.Context, script string, o *RunOptions) (*Summary, error) {
	stmts, err := parse.Parse(script)
	if err != nil {
		return nil, positioned(err)
	}
	if err := db.begin(); err != nil {
		return nil, err
	}
	defer db.end()
	r, err := db.newRunner(o)
	if err != nil {
		return nil, err
	}
	if err := r.check(stmts); err != nil {
		return nil, positioned(err)
	}
	if err := r.stages(ctx, stmts); err != nil {
		return r.summary(), err
	}
	return r.summary(), nil
}

// runner is one run of a script.
type runner struct {
	db      *DB
	opts    RunOptions
	dir     string
	queries int
	inserts map[string]int // occurrences of each INSERT's text
	stats   map[string]PumpSummary
}

func (db *DB) newRunner(o *RunOptions) (*runner, error) {
	r := &runner{db: db, dir: workingDir(db.opts.Dir), inserts: map[string]int{}, stats: map[string]PumpSummary{}}
	if o != nil {
		r.opts = *o
	}
	if r.opts.Path != "" {
		dir, err := filepath.Abs(filepath.Dir(r.opts.Path))
		if err != nil {
			return nil, fmt.Errorf("script %s: %w", r.opts.Path, err)
		}
		r.dir = dir
	}
	return r, nil
}

// isBarrier tells whether a statement runs alone, after all before it.
func isBarrier(stmt ast.Statement) bool {
	switch s := stmt.(type) {
	case *ast.SelectStatement:
		return !streams(s.Query)
	case *ast.Insert:
		_, values := s.Query.(*ast.Values)
		return !values && !streams(s.Query)
	case *ast.RunCrawler, *ast.Show, *ast.Describe, *ast.Explain, *ast.Drop, *ast.AlterPump:
		return true
	}
	return false
}

// streams tells whether the outermost SELECTs say STREAM.
func streams(q ast.Query) bool {
	switch q := q.(type) {
	case *ast.Select:
		return q.Stream
	case *ast.SetOp:
		return streams(q.L) && streams(q.R)
	}
	return false
}

// check binds the whole script against a draft of what it will create, so that a
// mistake in its last line costs nothing.
func (r *runner) check(stmts []ast.Statement) error {
	s := &scope{db: r.db, draft: map[string]*plan.Relation{}}
	b := plan.Binder{Catalog: s}
	created := map[string]ast.Pos{}
	selects := 0
	for _, stmt := range stmts {
		if isBarrier(stmt) {
			selects = 0
		} else if sel, ok := stmt.(*ast.SelectStatement); ok {
			if selects++; selects > 1 && !r.opts.Together && r.opts.Result != nil {
				return errorAt(sel.Pos, "SELECT", "two streaming SELECTs run at the same time here: their rows would mix").
					hint("the format ndjson tells them apart")
			}
		}
		if err := r.checkOne(stmt, s, b, created); err != nil {
			// What an earlier barrier makes is not there yet.
			if s.later && unknownName(err) {
				continue
			}
			return at(stmt.Position(), err)
		}
		if _, ok := stmt.(*ast.RunCrawler); ok {
			s.later = true
		}
	}
	return nil
}

func unknownName(err error) bool { return errors.Is(err, plan.ErrNotFound) }

func (r *runner) checkOne(stmt ast.Statement, s *scope, b plan.Binder, created map[string]ast.Pos) error {
	once := func(kind, name string, pos ast.Pos) error {
		k := kind + " " + name
		if first, twice := created[k]; twice {
			return errorAt(pos, name, "%s is created twice in this script", k).hint("first at line %d", first.Line)
		}
		created[k] = pos
		return nil
	}
	switch t := stmt.(type) {
	case *ast.CreateStream:
		rel, err := b.CreateStream(t)
		if err != nil {
			return err
		}
		return r.draft(s, rel, t.Pos, once("stream", rel.Name, t.Pos))
	case *ast.CreateTable:
		rel, err := b.CreateTable(t)
		if err != nil {
			return err
		}
		return r.draft(s, rel, t.Pos, once("table", key(rel), t.Pos))
	case *ast.CreatePump:
		if err := once("pump", t.Name.Last().Text, t.Pos); err != nil {
			return err
		}
		_, err := b.Insert(t.Insert, true)
		return err
	case *ast.CreateCrawler:
		return once("crawler", t.Name.Last().Text, t.Pos)
	case *ast.Insert:
		_, err := b.Insert(t, false)
		return err
	case *ast.SelectStatement:
		_, err := b.Query(t.Query)
		return err
	}
	return nil
}

// draft adds a relation that the script is going to create, its options checked.
func (r *runner) draft(s *scope, rel *plan.Relation, pos ast.Pos, err error) error {
	if err != nil {
		return err
	}
	c, err := r.db.connector(rel.Connector)
	if err != nil {
		return errorAt(pos, rel.Connector, "%v", err).hint("%s", plan.Suggest(rel.Connector, r.db.connectorNames()))
	}
	if c.Check != nil {
		if err := c.Check(rel, ConnectorEnv{Mem: r.db.opts.Mem, Dir: r.dir}); err != nil {
			return err
		}
	}
	s.draft[key(rel)] = rel
	return nil
}

// stages cuts the script at its barriers and runs it.
func (r *runner) stages(ctx context.Context, stmts []ast.Statement) error {
	st := &stage{runner: r}
	for _, stmt := range stmts {
		if !isBarrier(stmt) {
			if err := st.add(ctx, stmt); err != nil {
				return at(stmt.Position(), err)
			}
			continue
		}
		if err := st.run(ctx); err != nil {
			return err
		}
		st = &stage{runner: r}
		if err := r.barrier(ctx, stmt); err != nil {
			return at(stmt.Position(), err)
		}
	}
	return st.run(ctx)
}

// barrier runs one statement alone.
func (r *runner) barrier(ctx context.Context, stmt ast.Statement) error {
	switch s := stmt.(type) {
	case *ast.Insert:
		return r.insertOnce(ctx, s)
	case *ast.RunCrawler:
		report, err := r.db.runCrawler(ctx, s)
		if err != nil {
			return err
		}
		for _, line := range report {
			r.notice("%s", line)
		}
		return nil
	case *ast.Drop:
		return r.db.dropStatement(s)
	case *ast.AlterPump:
		return r.alter(s)
	}
	rows, err := r.db.query(ctx, stmt, &scope{db: r.db}, r.finite())
	if err != nil {
		return err
	}
	r.queries++
	return r.result(ctx, Result{Rows: rows, Query: r.queries})
}

// finite is how a barrier reads: what is there.
func (r *runner) finite() *sourceMode {
	return &sourceMode{db: r.db, start: r.db.opts.Now().Millis()}
}

// alter notes a pump's state; it runs, or does not, in the next stage.
func (r *runner) alter(s *ast.AlterPump) error {
	p := r.db.pumpNamed(s.Name.Last().Text)
	if p == nil {
		return errorAt(s.Name.Position(), s.Name.Last().Text, "no pump %s", s.Name.Last().Text)
	}
	d, err := r.db.catalog.Definition(catalog.KindPump, catalog.DefaultDatabase, p.name)
	if err != nil {
		return err
	}
	delete(d.Options, "stopped")
	if !s.Start {
		d.Options["stopped"] = "true"
	}
	p.started = s.Start
	_, err = r.db.catalog.PutDefinition(d)
	return err
}

// result hands rows to the caller and sees that they are closed.
func (r *runner) result(ctx context.Context, res Result) error {
	if r.opts.Result == nil {
		for {
			if _, err := res.Next(ctx); err != nil {
				break
			}
		}
		return res.finish()
	}
	err := r.opts.Result(ctx, res)
	if rows, first := res.Rejected(); rows > 0 {
		r.notice("query %d: %d rows were left out; the first: %s", res.Query, rows, first)
	}
	return errors.Join(err, res.finish())
}

// finish closes rows that were read and reports what ended them.
func (r Result) finish() error {
	if err := r.Close(); err != nil {
		return err
	}
	if r.err != nil && !errors.Is(r.err, context.Canceled) {
		return r.err
	}
	return nil
}

func (r *runner) notice(format string, args ...any) {
	if r.opts.Notice != nil {
		r.opts.Notice(fmt.Sprintf(format, args...))
	}
}

// insertID names an INSERT of a script: its path, its text, and which of equal
// ones it is.
func (r *runner) insertID(s *ast.Insert) uuid.UUID {
	text := s.String()
	r.inserts[text]++
	path := r.opts.Path
	if abs, err := filepath.Abs(path); err == nil && path != "" {
		path = abs
	}
	return uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "millrace:%s\x00%s\x00%d", path, text, r.inserts[text]))
}

// insertOnce runs an INSERT unless it has taken effect on this data directory.
func (r *runner) insertOnce(ctx context.Context, s *ast.Insert) error {
	id := r.insertID(s)
	if r.opts.Again {
		return r.db.insert(ctx, s, uuid.New(), *r.finite())
	}
	done, err := r.db.once(id, false)
	if err != nil {
		return err
	}
	if done {
		r.notice("line %d: INSERT INTO %s was already done on this data directory", s.Line, s.Into.Last().Text)
		return nil
	}
	if err := r.db.insert(ctx, s, id, *r.finite()); err != nil {
		return err
	}
	_, err = r.db.once(id, true)
	return err
}
