package millrace

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/parse"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/storage/catalog"
)

// sqlFunction is a function with a body in SQL.
type sqlFunction struct {
	*plan.UserFunction
	stmt *ast.CreateFunction
	sql  string // the canonical statement
}

// createFunction defines a function. Pumps that call a replaced one begin anew, as those
// over a replaced view do.
func (db *DB) createFunction(s *ast.CreateFunction, dir string) error {
	names := &scope{db: db}
	f, err := names.function(s)
	if err != nil {
		return positioned(err)
	}
	plain := *s
	plain.OrReplace, plain.IfNotExists = false, false
	d := definition{
		kind: catalog.KindFunction, database: catalog.DefaultDatabase, name: f.Key(), sql: plain.String(), dir: dir,
		orReplace: s.OrReplace, ifMissing: s.IfNotExists, pos: s.Pos,
	}
	v, err := db.judge(d)
	if err != nil || v == nothing {
		return err
	}
	if v == replace {
		pumps := db.callers(f.Name).pumps
		for _, p := range pumps {
			if p.running() != nil {
				return errorAt(d.pos, f.Name, "%s is in use by pump %s", f.Name, p.name).hint("ALTER PUMP %s STOP first", p.name)
			}
		}
		for _, p := range pumps {
			if err := db.resetPump(p); err != nil {
				return at(d.pos, err)
			}
		}
	}
	// Those that call it have its body in theirs.
	list := slices.DeleteFunc(db.sqlFunctions(), func(o *sqlFunction) bool { return o.Key() == f.Key() })
	bound, err := db.bindFunctions(append(list, &sqlFunction{UserFunction: f, stmt: s, sql: d.sql}))
	if err != nil {
		return at(d.pos, err)
	}
	if _, err := db.store(d, v); err != nil {
		return err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	db.mu.functions = bound
	return nil
}

// function binds a CREATE FUNCTION.
func (s *scope) function(stmt *ast.CreateFunction) (*plan.UserFunction, error) {
	f, err := (&plan.Binder{Catalog: s}).CreateFunction(stmt)
	if err != nil {
		return nil, err
	}
	for _, other := range s.db.functions[f.Name] {
		if other.Key() == f.Key() || other.Kind != plan.UserScalar {
			return nil, errorAt(stmt.Name.Position(), f.Name, "%s %s is one of the program", other.Kind, other)
		}
	}
	return f, nil
}

// calls tells whether an expression calls a function of that name, through others or not.
func (db *DB) calls(e ast.Expr, name string) bool {
	found, seen := false, map[string]bool{}
	var walk func(e ast.Expr)
	walk = func(e ast.Expr) {
		plan.CallsOf(e, func(c *ast.Call) {
			called := c.Name.Last().Text
			found = found || called == name
			if seen[called] {
				return
			}
			seen[called] = true
			for _, f := range db.sqlFunctions() {
				if f.Name == called {
					walk(f.stmt.Body)
				}
			}
		})
	}
	walk(e)
	return found
}

// sqlFunctions is the functions with a body in SQL, by signature.
func (db *DB) sqlFunctions() []*sqlFunction {
	db.mu.Lock()
	defer db.mu.Unlock()
	out := slices.Collect(maps.Values(db.mu.functions))
	slices.SortFunc(out, func(a, b *sqlFunction) int { return strings.Compare(a.Key(), b.Key()) })
	return out
}

// bindFunctions binds functions, those that are called before those that call them; by
// signature. One that calls itself, through others or not, is never reached.
func (db *DB) bindFunctions(left []*sqlFunction) (map[string]*sqlFunction, error) {
	out := map[string]*sqlFunction{}
	names := &scope{db: db, draftFunctions: map[string]*plan.UserFunction{}, alone: true}
	for len(left) > 0 {
		var first error
		before := len(left)
		left = slices.DeleteFunc(left, func(f *sqlFunction) bool {
			bound, err := (&plan.Binder{Catalog: names}).CreateFunction(f.stmt)
			if err != nil {
				if first == nil {
					first = fmt.Errorf("function %s: %w", f.Name, err)
				}
				return false
			}
			out[bound.Key()] = &sqlFunction{UserFunction: bound, stmt: f.stmt, sql: f.sql}
			names.draftFunctions[bound.Key()] = bound
			return true
		})
		if len(left) < before {
			continue
		}
		for _, f := range left {
			if db.calls(f.stmt.Body, f.Name) {
				return nil, errorAt(f.stmt.Name.Position(), f.Name, "function %s would call itself", f.Name)
			}
		}
		return nil, first
	}
	return out, nil
}

// loadFunctions binds the stored functions.
func (db *DB) loadFunctions() error {
	stored, err := db.catalog.Definitions(catalog.KindFunction, catalog.DefaultDatabase)
	if err != nil {
		return err
	}
	var list []*sqlFunction
	for _, d := range stored {
		f, err := functionOf(d)
		if err != nil {
			return fmt.Errorf("definition of function %s: %w", d.Name, err)
		}
		list = append(list, f)
	}
	db.mu.functions, err = db.bindFunctions(list)
	return err
}

// functionOf reads a stored definition; it is not bound yet.
func functionOf(d catalog.Definition) (*sqlFunction, error) {
	stmt, err := parse.ParseStatement(d.SQL)
	if err != nil {
		return nil, err
	}
	s, ok := stmt.(*ast.CreateFunction)
	if !ok {
		return nil, errors.New("it is no CREATE FUNCTION")
	}
	name, _, _ := strings.Cut(d.Name, "(")
	return &sqlFunction{UserFunction: &plan.UserFunction{Name: name}, stmt: s, sql: d.SQL}, nil
}

// callers is who calls a function.
type callers struct {
	pumps     []*pump
	views     []*view
	functions []*sqlFunction
}

// callers finds them, through views and other functions or not.
func (db *DB) callers(name string) callers {
	names := &scope{db: db}
	var out callers
	uses := func(q ast.Query) bool {
		found := false
		look := func(q ast.Query) {
			plan.Calls(q, func(c *ast.Call) {
				found = found || c.Name.Last().Text == name
				for _, f := range db.sqlFunctions() {
					found = found || f.Name == c.Name.Last().Text && db.calls(f.stmt.Body, name)
				}
			})
		}
		look(q)
		names.eachRelation(q, func(r *plan.Relation) {
			if r.View != nil {
				look(r.View.Query)
			}
		})
		return found
	}
	for _, p := range db.pumpsIf(func(*pump) bool { return true }) {
		if uses(p.insert.Query) {
			out.pumps = append(out.pumps, p)
		}
	}
	for _, v := range db.views() {
		if uses(v.View.Query) {
			out.views = append(out.views, v)
		}
	}
	for _, f := range db.sqlFunctions() {
		if f.Name != name && db.calls(f.stmt.Body, name) {
			out.functions = append(out.functions, f)
		}
	}
	return out
}

// dropFunction forgets the functions of a name; while somebody calls them only with
// CASCADE, which drops who does.
func (db *DB) dropFunction(ctx context.Context, s *ast.Drop, missing func(error) error) error {
	name := s.Name.Last().Text
	own := slices.DeleteFunc(db.sqlFunctions(), func(f *sqlFunction) bool { return f.Name != name })
	if len(own) == 0 {
		if len(db.functions[name]) > 0 || plan.Functions()[name] != nil {
			return errorAt(s.Name.Position(), name, "function %s cannot be dropped", name)
		}
		return missing(fmt.Errorf("no function %s", name))
	}
	who := db.callers(name)
	var users []string
	for _, p := range who.pumps {
		users = append(users, "pump "+p.name)
	}
	for _, v := range who.views {
		users = append(users, "view "+v.Name)
	}
	for _, f := range who.functions {
		users = append(users, "function "+f.Name)
	}
	if len(users) > 0 && !s.Cascade {
		return errorAt(s.Name.Position(), name, "%s is used by %s", name, strings.Join(users, ", ")).
			hint("DROP ... CASCADE drops them too")
	}
	for _, p := range who.pumps {
		if err := db.dropPump(ctx, p); err != nil {
			return err
		}
	}
	for _, v := range who.views {
		if err := db.forgetView(v.Name); err != nil {
			return err
		}
	}
	for _, f := range append(who.functions, own...) {
		if err := db.catalog.DeleteDefinition(catalog.KindFunction, catalog.DefaultDatabase, f.Key()); err != nil {
			return err
		}
		db.mu.Lock()
		delete(db.mu.functions, f.Key())
		db.mu.Unlock()
	}
	return nil
}
