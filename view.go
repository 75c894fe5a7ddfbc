package millrace

import (
	"context"
	"slices"
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/storage/catalog"
)

// view is a query with a name; it has no rows of its own and is bound wherever it is
// named.
type view struct {
	plan.Relation
	sql string // the canonical statement
}

// createView defines a view. Pumps over a replaced one begin anew, as those over a
// replaced relation do.
func (db *DB) createView(s *ast.CreateView, dir string) error {
	names := &scope{db: db}
	r, err := names.view(s)
	if err != nil {
		return positioned(err)
	}
	plain := *s
	plain.OrReplace, plain.IfNotExists = false, false
	d := definition{
		kind: catalog.KindView, database: catalog.DefaultDatabase, name: r.Name, sql: plain.String(), dir: dir,
		orReplace: s.OrReplace, ifMissing: s.IfNotExists, pos: s.Pos,
	}
	v, err := db.judge(d)
	if err != nil || v == nothing {
		return err
	}
	if err := names.free(r, d.pos); err != nil {
		return err
	}
	if v == replace {
		if p := db.runningUserOf(r); p != nil {
			return errorAt(d.pos, r.Name, "%s is in use by pump %s", r.Name, p.name).hint("ALTER PUMP %s STOP first", p.name)
		}
		if err := db.resetPumps(r); err != nil {
			return at(d.pos, err)
		}
	}
	if _, err := db.store(d, v); err != nil {
		return err
	}
	db.addView(r, d.sql)
	return nil
}

// view binds a CREATE VIEW. One that would read itself, through others or not, is
// refused: only OR REPLACE could make one.
func (s *scope) view(stmt *ast.CreateView) (*plan.Relation, error) {
	r, err := (&plan.Binder{Catalog: s}).CreateView(stmt)
	if err != nil {
		return nil, err
	}
	circle := false
	s.eachRelation(stmt.Query, func(used *plan.Relation) { circle = circle || used.View != nil && used.Name == r.Name })
	if circle {
		return nil, errorAt(stmt.Name.Position(), r.Name, "view %s would read itself", r.Name)
	}
	return r, nil
}

func (db *DB) addView(r *plan.Relation, sql string) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.mu.views[r.Name] = &view{Relation: *r, sql: sql}
}

// eachRelation calls f for every relation that a query reads, views and what they
// read included; for one it reads twice more than once.
func (s *scope) eachRelation(q ast.Query, f func(*plan.Relation)) {
	seen := map[*plan.View]bool{}
	var walk func(q ast.Query)
	walk = func(q ast.Query) {
		plan.References(q, func(t *ast.TableName) {
			r, err := s.Relation(t.Parts)
			if err != nil {
				return
			}
			f(r)
			if r.View != nil && !seen[r.View] {
				seen[r.View] = true
				walk(r.View.Query)
			}
		})
	}
	walk(q)
}

// views is the DB's views by name.
func (db *DB) views() []*view {
	db.mu.Lock()
	defer db.mu.Unlock()
	var out []*view
	for _, v := range db.mu.views {
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b *view) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// viewsWith is the views that read the relation.
func (db *DB) viewsWith(r *plan.Relation) []*view {
	names := &scope{db: db}
	return slices.DeleteFunc(db.views(), func(v *view) bool {
		uses := false
		names.eachRelation(v.View.Query, func(used *plan.Relation) { uses = uses || key(used) == key(r) })
		return !uses
	})
}

// dropView forgets a view.
func (db *DB) dropView(ctx context.Context, s *ast.Drop, missing func(error) error) error {
	r, err := (&scope{db: db}).Relation(s.Name)
	if err != nil {
		return missing(err)
	}
	if r.View == nil {
		return errorAt(s.Name.Position(), r.Name, "%s is not a view", r)
	}
	if err := db.releaseUsers(ctx, r, s); err != nil {
		return err
	}
	return db.forgetView(r.Name)
}

func (db *DB) forgetView(name string) error {
	if err := db.catalog.DeleteDefinition(catalog.KindView, catalog.DefaultDatabase, name); err != nil {
		return err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	delete(db.mu.views, name)
	return nil
}

// releaseUsers refuses to drop what pumps and views use, or drops them first.
func (db *DB) releaseUsers(ctx context.Context, r *plan.Relation, s *ast.Drop) error {
	pumps, views := db.pumpsWith(r), db.viewsWith(r)
	if len(pumps)+len(views) == 0 {
		return nil
	}
	if !s.Cascade {
		var users []string
		for _, p := range pumps {
			users = append(users, "pump "+p.name)
		}
		for _, v := range views {
			users = append(users, "view "+v.Name)
		}
		return errorAt(s.Name.Position(), r.Name, "%s is used by %s", r.Name, strings.Join(users, ", ")).
			hint("DROP ... CASCADE drops its pumps and views too")
	}
	for _, p := range pumps {
		if err := db.dropPump(ctx, p); err != nil {
			return err
		}
	}
	for _, v := range views {
		if err := db.forgetView(v.Name); err != nil {
			return err
		}
	}
	return nil
}

// showViews lists the views; one that can no longer be bound has no columns.
func (db *DB) showViews(names *scope) *Rows {
	l := newListing("view", "columns", "query")
	b := plan.Binder{Catalog: names}
	for _, v := range db.views() {
		columns := any(nil)
		if schema, err := b.ViewSchema(v.View); err == nil {
			columns = schema.String()
		}
		l.add(v.Name, columns, v.View.Query.String())
	}
	return l.result(db)
}
