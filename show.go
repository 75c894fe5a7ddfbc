package millrace

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/catalog"
)

// show lists what there is.
func (db *DB) show(s *ast.Show, names *scope) (*Rows, error) {
	switch s.What {
	case "STREAMS":
		return db.showStreams(), nil
	case "TABLES":
		return db.showTables(s, names)
	case "VIEWS":
		return db.showViews(names), nil
	case "PUMPS":
		return db.showPumps(), nil
	case "WHY":
		return db.showWhy(s)
	case "CRAWLERS":
		return db.showCrawlers()
	case "DATABASES":
		all, err := db.catalog.Databases()
		l := newListing("database", "description")
		for _, d := range all {
			l.add(d.Name, text(d.Description))
		}
		return l.result(db), err
	case "PARTITIONS":
		return db.showPartitions(s, names)
	case "FUNCTIONS":
		return db.showFunctions(), nil
	}
	return nil, errorAt(s.Pos, s.What, "SHOW %s does not exist", s.What)
}

// relations is the DB's relations for which keep holds, by name.
func (db *DB) relationsIf(keep func(*relation) bool) []*relation {
	db.mu.Lock()
	defer db.mu.Unlock()
	var out []*relation
	for _, r := range db.mu.relations {
		if keep(r) {
			out = append(out, r)
		}
	}
	sort.Slice(out, func(i, j int) bool { return key(&out[i].Relation) < key(&out[j].Relation) })
	return out
}

func (db *DB) showStreams() *Rows {
	l := newListing("stream", "connector", "shards", "records", "watermark", "columns")
	for _, r := range db.relationsIf(func(r *relation) bool { return r.Stream }) {
		connector, shards, records, mark := r.Connector, any(nil), any(nil), any(nil)
		switch r.Connector {
		case plan.InApplication:
			connector, mark = "in-application", moment(r.stream.Watermark())
		case plan.StoredStream:
			if info, err := db.log.Describe(logName(&r.Relation)); err == nil {
				n := int64(0)
				for _, sh := range info.Shards {
					n += int64(sh.Next) - 1
				}
				shards, records = int64(len(info.Shards)), n
				if h, err := db.log.Horizon(logName(&r.Relation), 0); err == nil {
					mark = moment(h)
				}
			}
		}
		l.add(r.Name, connector, shards, records, mark, r.Schema.String())
	}
	return l.result(db)
}

func (db *DB) showTables(s *ast.Show, names *scope) (*Rows, error) {
	only := ""
	if len(s.In) > 0 {
		var err error
		if only, err = names.database(s.In.Last()); err != nil {
			return nil, at(s.In.Position(), err)
		}
	}
	l := newListing("database", "table", "location", "columns", "partitioned_by")
	declared := map[string]bool{}
	for _, r := range db.relationsIf(func(r *relation) bool { return !r.Stream && (only == "" || r.Database == only) }) {
		declared[strings.ToLower(key(&r.Relation))] = true
		where := r.Options["location"] + r.Options["path"]
		l.add(r.Database, r.Name, text(where), r.Schema.String(), text(r.Options["partitioned_by"]))
	}
	err := db.eachTable(func(t catalog.Table) {
		if (only == "" || t.Database == only) && !declared[strings.ToLower(t.Database+"."+t.Name)] {
			l.add(t.Database, t.Name, t.Location, columnList(t.Columns), text(columnNames(t.PartitionKeys)))
		}
	})
	if err != nil {
		return nil, err
	}
	return l.result(db), nil
}

func columnList(columns []catalog.Column) string {
	parts := make([]string, len(columns))
	for i, c := range columns {
		parts[i] = c.Name + " " + c.Type
	}
	return strings.Join(parts, ", ")
}

func columnNames(columns []catalog.Column) string {
	parts := make([]string, len(columns))
	for i, c := range columns {
		parts[i] = c.Name
	}
	return strings.Join(parts, ",")
}

func (db *DB) showPumps() *Rows {
	l := newListing("pump", "state", "into", "in", "out", "filtered", "late", "rejected", "waiting", "error")
	db.mu.Lock()
	pumps := append([]*pump(nil), db.mu.pumps...)
	db.mu.Unlock()
	for _, p := range pumps {
		state, s, err := p.state()
		problem := any(nil)
		if err != nil {
			problem = err.Error()
		}
		l.add(p.name, state, p.insert.Into.Last().Text, s.In, s.Out, s.Filtered, s.Late, s.Rejected, s.Waiting, problem)
	}
	return l.result(db)
}

func (db *DB) showCrawlers() (*Rows, error) {
	all, err := db.catalog.Crawlers()
	if err != nil {
		return nil, err
	}
	l := newListing("crawler", "path", "database", "state", "last_run", "tables", "error")
	for _, c := range all {
		state, last, tables, problem := any("never run"), any(nil), any(nil), any(nil)
		if run := c.LastCrawl; run != nil {
			state, last, tables, problem = string(run.State), run.Ended.String(), int64(len(run.Tables)), text(run.Error)
		}
		l.add(c.Name, strings.Join(c.Targets, ", "), c.Database, state, last, tables, problem)
	}
	return l.result(db), nil
}

func (db *DB) showPartitions(s *ast.Show, names *scope) (*Rows, error) {
	if len(s.In) == 0 {
		return nil, errorAt(s.Pos, "PARTITIONS", "SHOW PARTITIONS needs a table").hint("SHOW PARTITIONS IN db.table")
	}
	r, err := names.Relation(s.In)
	if err != nil {
		return nil, at(s.In.Position(), err)
	}
	t, err := db.tableEntry(r)
	if errors.Is(err, catalog.ErrNotFound) {
		return nil, errorAt(s.In.Position(), r.Name, "table %s is not in the catalog", r).hint("a crawler registers tables and partitions: CREATE CRAWLER, RUN CRAWLER")
	}
	if err != nil {
		return nil, err
	}
	parts, err := db.catalog.Partitions(t.Database, t.Name)
	if err != nil {
		return nil, err
	}
	l := newListing("partition", "location", "rows", "files")
	for _, p := range parts {
		values := make([]string, len(p.Values))
		for i, v := range p.Values {
			values[i] = t.PartitionKeys[i].Name + "=" + v
		}
		l.add(strings.Join(values, "/"), p.Location, number(p.Parameters["recordCount"]), number(p.Parameters["objectCount"]))
	}
	return l.result(db), nil
}

// tableEntry is the catalog's entry of a declared or crawled table.
func (db *DB) tableEntry(r *plan.Relation) (catalog.Table, error) {
	t, err := db.catalog.Table(r.Database, r.Name)
	if errors.Is(err, catalog.ErrNotFound) {
		return db.catalog.Table(r.Database, strings.ToLower(r.Name))
	}
	return t, err
}

func number(s string) any {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n
	}
	return nil
}

// showFunctions lists the functions by family, with an example of each.
func (db *DB) showFunctions() *Rows {
	l := newListing("function", "kind", "usage", "description", "example")
	for _, name := range plan.Aggregates() {
		l.add(name, "aggregate", name+"(x)", nil, nil)
	}
	for _, family := range plan.Families() {
		for _, f := range family.Functions {
			e := f.Examples[0]
			for _, name := range append([]string{f.Name}, f.Synonyms...) {
				l.add(name, strings.ToLower(family.Name), f.Usage, f.Doc, e.SQL+" = "+e.Result)
			}
		}
	}
	for _, f := range plan.TableFunctions() {
		l.add(f.Name, "table function", f.Usage, f.Doc, nil)
	}
	for _, name := range slices.Sorted(maps.Keys(db.functions)) {
		for _, f := range db.functions[name] {
			kind, gives := "of the program", f.Result.String()
			switch f.Kind {
			case plan.UserAggregate:
				kind = "aggregate of the program"
			case plan.UserTable:
				kind, gives = "table function of the program", types.NewSchema(f.Columns...).String()
			}
			l.add(name, kind, f.String(), "gives "+gives, nil)
		}
	}
	for _, f := range db.sqlFunctions() {
		l.add(f.Name, "in SQL", f.UserFunction.String(), f.stmt.Body.String(), nil)
	}
	return l.result(db)
}

// describe lists the columns of a relation, pseudo-columns included.
func (db *DB) describe(s *ast.Describe, names *scope) (*Rows, error) {
	r, err := names.Relation(s.Name)
	if err != nil {
		e := errorAt(s.Name.Position(), s.Name.Last().Text, "%v", err)
		return nil, e.hint("%s", plan.Suggest(s.Name.Last().Text, names.Names()))
	}
	schema := r.Schema
	if r.View != nil {
		b := plan.Binder{Catalog: names}
		if schema, err = b.ViewSchema(r.View); err != nil {
			return nil, errorAt(s.Name.Position(), r.Name, "view %s: %v", r.Name, err)
		}
	}
	l := newListing("column", "type", "null", "kind")
	partitions := map[string]bool{}
	for _, p := range strings.Split(r.Options["partitioned_by"], ",") {
		partitions[strings.ToLower(strings.TrimSpace(p))] = p != ""
	}
	for _, f := range schema.Fields {
		null, kind := "yes", "column"
		if f.NotNull {
			null = "no"
		}
		switch {
		case f.Hidden:
			kind = "pseudo-column"
		case partitions[strings.ToLower(f.Name)]:
			kind = "partition key"
		}
		l.add(f.Name, f.Type.String(), null, kind)
	}
	return l.result(db), nil
}

func explainText(stmt ast.Statement, names *scope) (string, error) {
	b := plan.Binder{Catalog: names}
	switch s := stmt.(type) {
	case *ast.SelectStatement:
		q, err := b.Query(s.Query)
		if err != nil {
			return "", err
		}
		return plan.Explain(q.Root), nil
	case *ast.Insert:
		ins, err := b.Insert(s, false)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("Insert into %s\n%s", ins.Into, plan.Explain(ins.Root)), nil
	case *ast.CreatePump:
		ins, err := b.Insert(s.Insert, true)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("Pump into %s\n%s", ins.Into, plan.Explain(ins.Root)), nil
	}
	return "", errorAt(stmt.Position(), "", "EXPLAIN takes a SELECT, an INSERT or a CREATE PUMP")
}
