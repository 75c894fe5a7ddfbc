package millrace

import (
	"errors"
	"maps"
	"slices"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/plan"
)

// isBarrier tells whether a statement runs alone, after all before it.
func isBarrier(stmt ast.Statement) bool {
	switch s := stmt.(type) {
	case *ast.SelectStatement:
		return !plan.IsStream(s.Query)
	case *ast.Insert:
		return !plan.IsValues(s.Query) && !plan.IsStream(s.Query)
	case *ast.RunCrawler, *ast.Show, *ast.Describe, *ast.Explain, *ast.Discover, *ast.Drop, *ast.AlterPump:
		return true
	}
	return false
}

// checker binds a whole script against a draft of what it will create, so that a
// mistake in its last line costs nothing.
type checker struct {
	*runner
	names   *scope
	binder  plan.Binder
	created map[string]ast.Pos // by kind and name
	selects int                // streaming, in this stage
	pumps   map[string]flows   // of the script that run, by name
	inserts flows              // INSERT ... SELECT STREAM, in this stage
}

func (r *runner) newChecker() *checker {
	names := &scope{db: r.db, draft: map[string]*plan.Relation{}, draftFunctions: map[string]*plan.UserFunction{}}
	return &checker{
		runner: r, names: names, binder: plan.Binder{Catalog: names}, created: map[string]ast.Pos{},
		pumps: map[string]flows{}, inserts: flows{},
	}
}

// check takes the next statement. later tells that nothing can be said yet: it
// names what an earlier barrier may make.
func (c *checker) check(stmt ast.Statement) (later bool, err error) {
	if isBarrier(stmt) {
		c.selects, c.inserts = 0, flows{}
	}
	if err := c.statement(stmt); err != nil {
		if c.names.later && errors.Is(err, plan.ErrNotFound) {
			return true, nil
		}
		return false, at(stmt.Position(), err)
	}
	if _, ok := stmt.(*ast.RunCrawler); ok {
		c.names.later = true
	}
	return false, nil
}

func (c *checker) statement(stmt ast.Statement) error {
	switch t := stmt.(type) {
	case *ast.CreateStream:
		rel, err := c.binder.CreateStream(t)
		if err != nil {
			return err
		}
		return c.draft(rel, t.Pos, t.Options, c.once("stream", rel.Name, t.Pos))
	case *ast.CreateTable:
		if stream := plan.AsStream(t); stream != nil {
			return c.statement(stream)
		}
		rel, err := c.binder.CreateTable(t)
		if err != nil {
			return err
		}
		return c.draft(rel, t.Pos, t.Options, c.once("table", key(rel), t.Pos))
	case *ast.CreateFunction:
		f, err := c.names.function(t)
		if err != nil {
			return err
		}
		if err := c.once("function", f.Key(), t.Pos); err != nil {
			return err
		}
		c.names.draftFunctions[f.Key()] = f
	case *ast.CreateView:
		rel, err := c.names.view(t)
		if err != nil {
			return err
		}
		if err := c.once("view", rel.Name, t.Pos); err != nil {
			return err
		}
		if err := c.names.free(rel, t.Pos); err != nil {
			return err
		}
		c.names.draft[key(rel)] = rel
	case *ast.CreatePump:
		return c.pump(t)
	case *ast.AlterStream:
		return alterStream(t)
	case *ast.CreateCrawler:
		return c.once("crawler", t.Name.Last().Text, t.Pos)
	case *ast.Drop:
		if t.Kind == "PUMP" {
			delete(c.pumps, t.Name.Last().Text)
		}
	case *ast.Insert:
		bound, err := c.binder.Insert(t, false)
		if err != nil || !bound.Streaming {
			return err
		}
		c.inserts.add(c.names, t.Query, bound.Into)
		return c.ends(bound.Into, t.Pos)
	case *ast.SelectStatement:
		if _, err := c.binder.Query(t.Query); err != nil {
			return err
		}
		return c.alone(t)
	}
	return nil
}

// alone refuses a second streaming SELECT of a stage where their rows would mix.
func (c *checker) alone(t *ast.SelectStatement) error {
	if isBarrier(t) {
		return nil
	}
	if c.selects++; c.selects > 1 && !c.opts.Together && c.opts.Result != nil {
		return errorAt(t.Pos, "SELECT", "two streaming SELECTs run at the same time here: their rows would mix").
			hint("the format ndjson tells them apart")
	}
	return nil
}

func (c *checker) pump(t *ast.CreatePump) error {
	name := t.Name.Last().Text
	if err := c.once("pump", name, t.Pos); err != nil {
		return err
	}
	bound, err := bindPump(c.binder, t)
	if err != nil || t.Stopped {
		return err
	}
	c.pumps[name] = flows{}
	c.pumps[name].add(c.names, t.Insert.Query, bound.Into)
	return c.ends(bound.Into, t.Pos)
}

// ends refuses the statement that makes a stream's rows come back to it.
func (c *checker) ends(into *plan.Relation, pos ast.Pos) error {
	all := flows{}
	for _, f := range append(slices.Collect(maps.Values(c.pumps)), c.inserts) {
		for from, to := range f {
			all[from] = append(all[from], to...)
		}
	}
	if name := recordsOf(into); all.reaches(name, name, map[string]bool{}) {
		return errorAt(pos, into.Name, "rows of %s would come back to it: the script would never end", into.Name).
			hint("write to another stream")
	}
	return nil
}

func (c *checker) once(kind, name string, pos ast.Pos) error {
	k := kind + " " + name
	if first, twice := c.created[k]; twice {
		return errorAt(pos, name, "%s is created twice in this script", k).hint("first at line %d", first.Line)
	}
	c.created[k] = pos
	return nil
}

// draft adds a relation that the script is going to create, its options checked.
func (c *checker) draft(rel *plan.Relation, pos ast.Pos, options []ast.Option, err error) error {
	if err != nil {
		return err
	}
	if _, err := c.db.checkOptions(rel, ConnectorEnv{Mem: c.db.opts.Mem, Dir: c.dir}, pos, options); err != nil {
		return err
	}
	if err := c.names.free(rel, pos); err != nil {
		return err
	}
	c.names.draft[key(rel)] = rel
	return nil
}
