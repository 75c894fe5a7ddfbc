package millrace

import (
	"fmt"
	"strings"

	"github.com/millrace-sql/millrace/exec"
	"github.com/millrace-sql/millrace/exec/window"
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// showWhy is SHOW WHY pump: what a pump is waiting for, for someone who expected
// rows.
func (db *DB) showWhy(s *ast.Show) (*Rows, error) {
	p, err := db.pumpAt(s.In)
	if err != nil {
		return nil, err
	}
	l := newListing("about", "where", "what")
	state, stats, problem := p.state()
	l.add("state", nil, stateText(state, problem))
	l.add("rows", nil, fmt.Sprintf("in %d, out %d, filtered %d, late %d, rejected %d, waiting %d",
		stats.In, stats.Out, stats.Filtered, stats.Late, stats.Rejected, stats.Waiting))
	if job := p.running(); job != nil {
		describeCondition(l, job.Condition())
	}
	for _, held := range []error{db.log.Paused(), db.coord.Held()} {
		if held != nil {
			l.add("waiting for", "disk", held.Error())
		}
	}
	if problem != nil {
		l.add("last error", nil, problem.Error())
	}
	return l.result(db), nil
}

func stateText(state string, problem error) string {
	if problem != nil && state == stateFailed {
		return state + "; ALTER PUMP ... START goes on from the last checkpoint"
	}
	return state
}

func describeCondition(l *listing, c exec.Condition) {
	for _, s := range c.Shards {
		what := "nothing read yet"
		if s.Horizon > types.MinTime {
			what = "no row before " + s.Horizon.String() + " can come any more"
		}
		l.add("watermark", fmt.Sprintf("%s, shard %s", afterNumber(s.Scan), s.Shard), what)
	}
	for _, o := range c.Operators {
		if o.Waiting == 0 && o.Bytes == 0 && o.Oldest == (window.Span{}) {
			continue
		}
		what := fmt.Sprintf("%d rows in %d bytes", o.Waiting, o.Bytes)
		if o.Oldest != (window.Span{}) {
			what += fmt.Sprintf("; the oldest window is %s to %s and closes when its watermark, now %s, has passed that",
				o.Oldest.Start, o.Oldest.End, o.Watermark)
		}
		l.add("rows waiting", afterNumber(o.Name), what)
	}
	for _, b := range c.Blocked {
		l.add("back pressure", nil, b)
	}
	if len(c.Blocked) == 0 {
		l.add("back pressure", nil, "none")
	}
	if c.Epoch == 0 {
		l.add("checkpoint", nil, "none yet")
	} else {
		l.add("checkpoint", nil, fmt.Sprintf("the last one is epoch %d", c.Epoch))
	}
}

// afterNumber is an operator's name without its place in the plan.
func afterNumber(name string) string {
	if _, rest, ok := strings.Cut(name, ":"); ok {
		return rest
	}
	return name
}

// pumpAt finds a pump by its name in a statement.
func (db *DB) pumpAt(name ast.Qualified) (*pump, error) {
	if p := db.pumpNamed(name.Last().Text); p != nil {
		return p, nil
	}
	var names []string
	for _, p := range db.pumpsIf(func(*pump) bool { return true }) {
		names = append(names, p.name)
	}
	return nil, errorAt(name.Position(), name.Last().Text, "no pump %s", name.Last().Text).
		hint("%s", plan.Suggest(name.Last().Text, names))
}

// moment is a time in a listing; NULL where there is none.
func moment(t types.Time) any {
	if s := instant(t); s != nil {
		return *s
	}
	return nil
}
