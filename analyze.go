package millrace

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/millrace-sql/millrace/exec"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/plan"
)

// explain shows the plan of a statement without running it, or of a pump; with
// ANALYZE with the account of each operator: of a running pump as it is, of a
// finite query after it has run.
func (db *DB) explain(ctx context.Context, s *ast.Explain, names *scope) (*Rows, error) {
	var text string
	var err error
	switch {
	case s.Statement == nil:
		text, err = db.explainPump(s)
	case s.Analyze:
		text, err = db.analyze(ctx, s, names)
	default:
		text, err = explainText(s.Statement, names)
	}
	if err != nil {
		return nil, positioned(err)
	}
	l := newListing("plan")
	for _, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		l.add(line)
	}
	return l.result(db), nil
}

func (db *DB) explainPump(s *ast.Explain) (string, error) {
	p, err := db.pumpAt(s.Pump)
	if err != nil {
		return "", err
	}
	b := plan.Binder{Catalog: &scope{db: db}}
	ins, err := b.Insert(p.insert, true)
	if err != nil {
		return "", err
	}
	text := plan.Explain(ins.Root)
	if s.Analyze {
		job := p.running()
		if job == nil {
			return "", errorAt(s.Pump.Position(), p.name, "pump %s is stopped: it has no figures", p.name).hint("ALTER PUMP %s START", p.name)
		}
		text = analyzed(job)
	}
	return fmt.Sprintf("Pump into %s\n%s%s", ins.Into, text, db.readersOf(ins.Into)), nil
}

// readersOf is a line that names the pumps which read what another one writes, "" where
// there are none.
func (db *DB) readersOf(into *plan.Relation) string {
	names := &scope{db: db}
	var readers []string
	for _, p := range db.pumpsIf(func(*pump) bool { return true }) {
		reads := false
		names.eachRelation(p.insert.Query, func(r *plan.Relation) { reads = reads || recordsOf(r) == recordsOf(into) })
		if reads {
			readers = append(readers, "pump "+p.name)
		}
	}
	if len(readers) == 0 {
		return ""
	}
	return fmt.Sprintf("%s is read by %s\n", into, strings.Join(readers, ", "))
}

// analyze runs a finite query, drops its rows and shows what each operator did.
func (db *DB) analyze(ctx context.Context, s *ast.Explain, names *scope) (string, error) {
	sel, ok := s.Statement.(*ast.SelectStatement)
	if !ok {
		return "", errorAt(s.Pos, "ANALYZE", "EXPLAIN ANALYZE takes a SELECT, which it runs, or a pump").hint("EXPLAIN ANALYZE PUMP name")
	}
	b := plan.Binder{Catalog: names}
	q, err := b.Query(sel.Query)
	if err != nil {
		return "", err
	}
	if q.Streaming {
		return "", errorAt(s.Pos, "ANALYZE", "EXPLAIN ANALYZE runs a query to its end, a streaming one has none").
			hint("without STREAM it reads what is there; EXPLAIN ANALYZE PUMP shows a running pump")
	}
	var left rejectCount
	env := db.env(sourceMode{db: db}, func(string, int) (exec.Rejector, error) { return counting{&left}, nil })
	drop := func(context.Context, flow.Batch) error { return nil }
	job, err := exec.NewJob(ctx, "analyze/"+uuid.NewString(), q.Root, exec.Output{Rows: drop}, env)
	if err != nil {
		return "", err
	}
	if err := db.adhoc(ctx, job); err != nil {
		return "", err
	}
	defer db.forget(job)
	if err := job.Wait(); err != nil {
		return "", err
	}
	return analyzed(job), nil
}

// analyzed is a job's plan with the figures of its operators.
func analyzed(job *exec.Job) string {
	return plan.ExplainWith(job.Root(), func(n plan.Node) string {
		var b strings.Builder
		for _, f := range job.Figures(n) {
			fmt.Fprintf(&b, "  [%s: in %d, out %d", afterNumber(f.Name), f.In, f.Out)
			for _, part := range []struct {
				name string
				rows int64
			}{{"absorbed", f.Absorbed}, {"filtered", f.Filtered}, {"late", f.Late}, {"rejected", f.Rejected}, {"failed", f.Failed}, {"waiting", f.Waiting}} {
				if part.rows != 0 {
					fmt.Fprintf(&b, ", %s %d", part.name, part.rows)
				}
			}
			b.WriteString("]")
		}
		return b.String()
	})
}
