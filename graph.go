package millrace

import (
	"fmt"
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
	next := map[string][]string{} // relation -> relations written from it
	for _, p := range s.pumps() {
		ins, err := b.Insert(p.insert, true)
		if err != nil {
			return nil, fmt.Errorf("pump %s: %w", p.name, positioned(err))
		}
		if ins.Into.Connector == plan.StoredStream {
			g.target[p.name] = logName(ins.Into)
			g.open[logName(ins.Into)]++
		}
		walkTables(p.insert.Query, func(t *ast.TableName) {
			if r, err := names.Relation(t.Parts); err == nil && r.Stream {
				next[r.Name] = append(next[r.Name], ins.Into.Name)
			}
		})
	}
	for _, ins := range s.inserts {
		if bound, err := b.Insert(ins, false); err == nil && bound.Into.Connector == plan.StoredStream {
			g.open[logName(bound.Into)]++
		}
	}
	for name := range next {
		if reaches(next, name, name, map[string]bool{}) {
			return nil, fmt.Errorf("pumps write stream %s from itself: a script over it would never end", name)
		}
	}
	for name := range g.open {
		g.end[name] = make(chan struct{})
	}
	return g, nil
}

func reaches(next map[string][]string, from, to string, seen map[string]bool) bool {
	for _, n := range next[from] {
		if n == to || !seen[n] && func() bool { seen[n] = true; return reaches(next, n, to, seen) }() {
			return true
		}
	}
	return false
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
