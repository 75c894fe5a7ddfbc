package millrace

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/plan"
)

// graph is who writes which stored stream in a stage: a reader ends when its
// stream's writers have.
type graph struct {
	target map[string]string // pump -> stored stream it writes
	mu     sync.Mutex
	open   map[string]int // stored stream -> writers not yet done
	end    map[string]chan struct{}
}

func (s *stage) graph() (*graph, error) {
	g := &graph{target: map[string]string{}, open: map[string]int{}, end: map[string]chan struct{}{}}
	names := &scope{db: s.db}
	b := plan.Binder{Catalog: names}
	next := flows{}
	for _, p := range s.pumps() {
		ins, err := b.Insert(p.insert, true)
		if err != nil {
			return nil, fmt.Errorf("pump %s: %w", p.name, positioned(err))
		}
		if ins.Into.Connector == plan.StoredStream {
			g.target[p.name] = logName(ins.Into)
			g.open[logName(ins.Into)]++
		}
		next.add(names, p.insert.Query, ins.Into)
	}
	for _, ins := range s.inserts {
		if bound, err := b.Insert(ins, false); err == nil && bound.Into.Connector == plan.StoredStream {
			g.open[logName(bound.Into)]++
		}
	}
	for _, name := range slices.Sorted(maps.Keys(next)) {
		if next.reaches(name, name, map[string]bool{}) {
			return nil, fmt.Errorf("pumps write %s from itself: a script over it would never end", name)
		}
	}
	for name := range g.open {
		g.end[name] = make(chan struct{})
	}
	return g, nil
}

// flows is where the rows of streams go: records -> records written from them.
// Streams over the same records are one.
type flows map[string][]string

// add notes a query whose rows are written into a relation.
func (f flows) add(names *scope, q ast.Query, into *plan.Relation) {
	names.eachRelation(q, func(r *plan.Relation) {
		if r.Stream {
			f[recordsOf(r)] = append(f[recordsOf(r)], recordsOf(into))
		}
	})
}

// reaches tells whether rows of one stream come to another, over one flow at
// least.
func (f flows) reaches(from, to string, seen map[string]bool) bool {
	for _, n := range f[from] {
		if n == to {
			return true
		}
		if !seen[n] {
			seen[n] = true
			if f.reaches(n, to, seen) {
				return true
			}
		}
	}
	return false
}

// recordsOf names what a relation stands for: the log's name for a stored stream.
func recordsOf(r *plan.Relation) string {
	if r.Connector == plan.StoredStream {
		return "stored stream " + logName(r)
	}
	return "stream " + key(r)
}

// ended is closed when nothing more will be written to a stored stream.
func (g *graph) ended(name string) <-chan struct{} {
	if c, ok := g.end[name]; ok {
		return c
	}
	return alreadyClosed
}

// finished tells that a writer of the stream has ended.
func (g *graph) finished(name string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if name == "" {
		return
	}
	if g.open[name]--; g.open[name] == 0 {
		close(g.end[name])
	}
}
