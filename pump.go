package millrace

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/google/uuid"

	"github.com/millrace-sql/millrace/exec"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/plan"
)

// pump is a continuous INSERT: its definition, and its job while it runs.
type pump struct {
	name        string
	sql         string // canonical
	dir         string
	incarnation uuid.UUID
	insert      *ast.Insert
	started     bool

	mu struct {
		sync.Mutex
		job *exec.Job
	}
}

// jobName keys the pump's checkpoints; a pump created anew starts anew.
func (p *pump) jobName() string { return "pump/" + p.name + "/" + p.incarnation.String() }

// build binds the pump and makes its job, ready to start.
func (db *DB) build(ctx context.Context, p *pump, mode sourceMode) (*exec.Job, error) {
	b := plan.Binder{Catalog: &scope{db: db}}
	ins, err := b.Insert(p.insert, true)
	if err != nil {
		return nil, positioned(err)
	}
	env := db.env(mode, db.rejectsOf(p.name, p.incarnation))
	env.Coordinator, env.Seed = db.coord, p.name
	return db.insertJob(ctx, p.jobName(), p.name, p.incarnation, ins, env)
}

// insertJob is a job that writes into a relation.
func (db *DB) insertJob(ctx context.Context, job, name string, incarnation uuid.UUID, ins *plan.Insert, env exec.Env) (*exec.Job, error) {
	var out exec.Output
	if ins.Into.Stream && ins.Into.Connector == plan.InApplication {
		stream, err := db.inApplication(ins.Into.Name)
		if err != nil {
			return nil, err
		}
		out.Stream = stream
	} else {
		c, err := db.connector(ins.Into.Connector)
		if err != nil {
			return nil, err
		}
		if c.Sink == nil {
			return nil, fmt.Errorf("%s: connector %s cannot be written", ins.Into, ins.Into.Connector)
		}
		out.Sink = func(ctx context.Context, lane int) (flow.Sink, error) {
			return c.Sink(ctx, ins.Into, ConnectorEnv{Mem: db.opts.Mem, Dir: db.dirOf(ins.Into)}, Lane{
				Incarnation: incarnation, Pump: name, Number: lane, Schema: ins.Root.Schema(), Key: ins.Key,
			})
		}
	}
	return exec.NewJob(ctx, job, ins.Root, out, env)
}

func (p *pump) setJob(job *exec.Job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mu.job = job
}

// start runs pumps until they are stopped or their input ends, and with them the started
// pumps that are joined with them and do not run: after a failure, or in a directory
// that has just been opened. Rows on their way from one to another are nowhere else.
func (db *DB) start(ctx context.Context, pumps ...*pump) error {
	if err := db.awaitEnding(ctx); err != nil {
		return err
	}
	set := map[*pump]bool{}
	for _, p := range pumps {
		maps.Copy(set, db.joined(p))
	}
	return db.startAll(ctx, db.pumpsIf(func(o *pump) bool {
		state, _, _ := o.state()
		return state != stateRunning && set[o] && (o.started || slices.Contains(pumps, o))
	}))
}

// joined is the pumps that in-application streams connect with p, itself among them.
func (db *DB) joined(p *pump) map[*pump]bool {
	byStream := map[string][]*pump{}
	streams := map[*pump][]string{}
	names := &scope{db: db}
	for _, o := range db.pumpsIf(func(*pump) bool { return true }) {
		note := func(r *plan.Relation) {
			if r.Stream && r.Connector == plan.InApplication {
				byStream[key(r)] = append(byStream[key(r)], o)
				streams[o] = append(streams[o], key(r))
			}
		}
		if into, err := names.Relation(o.insert.Into); err == nil {
			note(into)
		}
		names.eachRelation(o.insert.Query, note)
	}
	out := map[*pump]bool{p: true}
	for next := []*pump{p}; len(next) > 0; next = next[1:] {
		for _, name := range streams[next[0]] {
			for _, o := range byStream[name] {
				if !out[o] {
					out[o] = true
					next = append(next, o)
				}
			}
		}
	}
	return out
}

// stop ends the pump's job at a checkpoint, if it runs, and reports the error it
// had already ended with. Its tables show every row, also if it was stopped before
// by an interrupt. Where the checkpoint fails, so does the pump.
func (db *DB) stop(ctx context.Context, p *pump) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	job := p.mu.job
	if job == nil {
		return db.finish(ctx, p)
	}
	if err := db.coord.Finish(ctx, job); err != nil {
		return fmt.Errorf("pump %s: %w", p.name, err)
	}
	err := job.Wait()
	p.mu.job = nil
	if err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("pump %s: %w", p.name, err)
	}
	return nil
}

// finish shows the rows that a pump which does not run has left beside a table.
func (db *DB) finish(ctx context.Context, p *pump) error {
	saved, err := checkpoints{db.state}.Latest(p.jobName())
	if err != nil || saved == nil {
		return err
	}
	b := plan.Binder{Catalog: &scope{db: db}}
	ins, err := b.Insert(p.insert, true)
	if err != nil || ins.Into.Connector != lakeConnector {
		return nil // what it wrote is seen already, or nobody can name it any more
	}
	job, err := db.build(ctx, p, sourceMode{db: db})
	if err != nil {
		return fmt.Errorf("pump %s: %w", p.name, err)
	}
	return db.coord.Finish(ctx, job)
}

// running is the pump's job, nil for none.
func (p *pump) running() *exec.Job {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mu.job
}

// What SHOW PUMPS says of a pump.
const (
	stateStopped = "stopped"
	stateRunning = "running"
	stateFailed  = "failed"
	stateEnded   = "ended"
)

// state is what SHOW PUMPS says, and the account so far.
func (p *pump) state() (string, exec.JobStats, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mu.job == nil {
		return stateStopped, exec.JobStats{}, nil
	}
	stats := p.mu.job.Stats()
	select {
	case <-p.mu.job.Done():
	default:
		return stateRunning, stats, nil
	}
	err := p.mu.job.Wait()
	if err != nil && !errors.Is(err, context.Canceled) {
		return stateFailed, stats, err
	}
	return stateEnded, stats, nil
}
