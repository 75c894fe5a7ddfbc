package millrace

import (
	"fmt"
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/storage/catalog"
)

// scope resolves names against the DB and, before anything of a script runs,
// against what the script is going to create.
type scope struct {
	db    *DB
	dir   string // what paths are relative to; "": the working directory
	draft map[string]*plan.Relation
	// draftFunctions is the functions the script is going to create, by signature.
	draftFunctions map[string]*plan.UserFunction
	// alone tells that there are no other functions in SQL than these.
	alone bool
	// later tells that an earlier statement of the script may create tables when it
	// runs: a name that is unknown now may then be known.
	later bool
}

// notFound is a message for the user that is plan.ErrNotFound to the planner.
func notFound(format string, args ...any) error {
	return &missing{fmt.Sprintf(format, args...)}
}

type missing struct{ text string }

func (m *missing) Error() string { return m.text }
func (m *missing) Unwrap() error { return plan.ErrNotFound }

// key is the stored name of a relation in the DB's map.
func key(r *plan.Relation) string {
	if r.Database == "" {
		return r.Name
	}
	return r.Database + "." + r.Name
}

// Relation finds a stream or table (plan.Catalog). One name is a stream, or a
// table of database `default`; two are database and table.
func (s *scope) Relation(parts ast.Qualified) (*plan.Relation, error) {
	switch len(parts) {
	case 1:
		return s.unqualified(parts[0])
	case 2:
		return s.table(parts[0], parts[1])
	}
	return nil, notFound("%s has more than two parts", parts)
}

func (s *scope) unqualified(name ast.Name) (*plan.Relation, error) {
	known := s.known()
	names := make([]string, 0, len(known))
	var list []*plan.Relation
	for _, r := range known {
		if r.Database == "" || r.Database == catalog.DefaultDatabase {
			names = append(names, r.Name)
			list = append(list, r)
		}
	}
	i, err := plan.Match(name, names, true)
	if err != nil {
		return nil, err
	}
	if i >= 0 {
		return list[i], nil
	}
	if r, err := s.crawled(catalog.DefaultDatabase, name); r != nil || err != nil {
		return r, err
	}
	return nil, notFound("no stream, table or view %s", name.Text)
}

func (s *scope) table(database, name ast.Name) (*plan.Relation, error) {
	var names []string
	var list []*plan.Relation
	for _, r := range s.known() {
		if strings.EqualFold(r.Database, database.Text) && r.Database != "" {
			names, list = append(names, r.Name), append(list, r)
		}
	}
	if i, err := plan.Match(name, names, false); err != nil {
		return nil, err
	} else if i >= 0 {
		return list[i], nil
	}
	db, err := s.database(database)
	if err != nil {
		return nil, err
	}
	if r, err := s.crawled(db, name); r != nil || err != nil {
		return r, err
	}
	return nil, notFound("no table %s in database %s", name.Text, db)
}

func (s *scope) database(name ast.Name) (string, error) {
	all, err := s.db.catalog.Databases()
	if err != nil {
		return "", err
	}
	names := make([]string, len(all))
	for i, d := range all {
		names[i] = d.Name
	}
	i, err := plan.Match(name, names, false)
	if err != nil {
		return "", err
	}
	if i < 0 {
		return "", notFound("no database %s", name.Text)
	}
	return names[i], nil
}

// crawled finds a table of the catalog that a crawler made.
func (s *scope) crawled(database string, name ast.Name) (*plan.Relation, error) {
	tables, err := s.db.catalog.Tables(database)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(tables))
	for i, t := range tables {
		names[i] = t.Name
	}
	i, err := plan.Match(name, names, false)
	if err != nil || i < 0 {
		return nil, err
	}
	return relationOf(tables[i])
}

// known is the draft's relations, then the DB's that it does not replace.
func (s *scope) known() []*plan.Relation {
	var out []*plan.Relation
	for _, r := range s.draft {
		out = append(out, r)
	}
	s.db.mu.Lock()
	defer s.db.mu.Unlock()
	for k, r := range s.db.mu.relations {
		if s.draft[k] == nil {
			out = append(out, &r.Relation)
		}
	}
	for k, v := range s.db.mu.views {
		if s.draft[k] == nil {
			out = append(out, &v.Relation)
		}
	}
	return out
}

// free refuses a stream, a view or a table of database `default` with the name of
// one of another kind: one name alone could be either.
func (s *scope) free(r *plan.Relation, pos ast.Pos) error {
	if r.Database != "" && r.Database != catalog.DefaultDatabase {
		return nil
	}
	for _, other := range s.known() {
		if kind := kindOf(other); other.Name == r.Name && kind != kindOf(r) && (other.Database == "" || other.Database == catalog.DefaultDatabase) {
			return errorAt(pos, r.Name, "%s is a %s already", r.Name, kind).hint("choose another name")
		}
	}
	return nil
}

func kindOf(r *plan.Relation) string {
	switch {
	case r.View != nil:
		return "view"
	case r.Stream:
		return "stream"
	}
	return "table"
}

// Names is what can be named (plan.Catalog).
func (s *scope) Names() []string {
	var out []string
	for _, r := range s.known() {
		out = append(out, r.Name)
	}
	return out
}

// dirOf is what the relative paths of a relation are relative to.
func (db *DB) dirOf(r *plan.Relation) string {
	db.mu.Lock()
	defer db.mu.Unlock()
	if own := db.mu.relations[key(r)]; own != nil {
		return own.dir
	}
	return db.opts.Dir
}
