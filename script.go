package millrace

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/parse"
	"github.com/millrace-sql/millrace/sql/plan"
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
	// Producers put records into stored streams while the script's first stage runs. A
	// stream ends for its readers when its producers have ended; ctx ends them, and
	// with it the stage ends at a checkpoint.
	Producers []Producer
	// Again repeats INSERTs that have already taken effect on the data directory.
	Again bool
}

// Producer puts records into a stored stream, which the script may create, until it
// has no more or ctx ends. Its error ends the run.
type Producer struct {
	Stream string
	Run    func(ctx context.Context, s *Stream) error
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
	c := r.newChecker()
	for _, stmt := range stmts {
		if _, err := c.check(stmt); err != nil {
			return nil, positioned(err)
		}
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
	fed     bool           // the producers have run
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
		var err error
		if r.feeds(stmt) {
			err = st.add(ctx, stmt)
		} else {
			err = r.barrier(ctx, stmt)
		}
		if err != nil {
			return at(stmt.Position(), err)
		}
	}
	return st.run(ctx)
}

// feeds tells that a barrier opens the stage behind it: its rows go into an
// in-application stream, which keeps none for those who come later.
func (r *runner) feeds(stmt ast.Statement) bool {
	ins, ok := stmt.(*ast.Insert)
	if !ok {
		return false
	}
	into, err := (&scope{db: r.db}).Relation(ins.Into)
	return err == nil && into.Stream && into.Connector == plan.InApplication
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
		r.notice("query %d: rows left out: %d; the first: %s", res.Query, rows, first)
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
