package millrace

import (
	"context"
	"fmt"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// sourceMode says how a job opens what it reads.
type sourceMode struct {
	db *DB
	// ended tells, per stored stream, when nothing more will be written to it; nil:
	// streams are followed for ever.
	ended func(stream string) <-chan struct{}
}

// open opens the relation of a scan.
func (m sourceMode) open(ctx context.Context, s *plan.Scan, start types.Time) (flow.Source, error) {
	env := ConnectorEnv{Mem: m.db.opts.Mem, Start: start, Bounded: s.Bounded}
	if m.ended != nil {
		env.Ended = m.ended(logName(s.Relation))
	}
	if s.Bounded {
		env.Ended = alreadyClosed
	}
	env.Dir = m.db.dirOf(s.Relation)
	c, err := m.db.connector(s.Relation.Connector)
	if err != nil {
		return nil, err
	}
	if c.Source == nil {
		return nil, fmt.Errorf("connector %s cannot be read", s.Relation.Connector)
	}
	return c.Source(ctx, s.Relation, env)
}

var alreadyClosed = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()
