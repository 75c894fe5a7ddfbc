package plan

import (
	"slices"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// Insert is rows on their way into a relation. Root gives the target's visible
// columns in order and, where the query has one or a column list names it, a
// hidden ROWTIME.
type Insert struct {
	Into      *Relation
	Root      Node
	Streaming bool
	// Key is the columns of Root that make the partition key in a stored stream; empty
	// = none of them: the option partition_key, or the first column.
	Key []int
}

// Insert binds INSERT INTO ... query. Inside a pump the query is streaming with
// or without STREAM (C34); elsewhere the word decides, as in a query.
func (b *Binder) Insert(s *ast.Insert, pump bool) (*Insert, error) {
	into, err := b.relation(s.Into)
	if err != nil {
		return nil, err
	}
	if into.ReadOnly {
		return nil, errorAt(s.Into.Position(), "%s cannot be written", into).near(s.Into.Last().Text).hint("the engine writes it; SELECT reads it")
	}
	for _, key := range []string{"columns", "row_path"} {
		if _, mapped := into.Options[key]; mapped && into.Connector == StoredStream {
			return nil, errorAt(s.Into.Position(), "%s cannot be written: the option '%s' says where columns are in records from outside", into, key).
				near(s.Into.Last().Text).hint("write to a stream without it; rows become objects with the columns as members")
		}
	}
	streaming := pump || IsStream(s.Query)
	if into.View != nil {
		return nil, errorAt(s.Into.Position(), "%s is a view: it has no rows of its own", into).near(s.Into.Last().Text).
			hint("INSERT INTO the stream or table it reads")
	}
	if _, values := body(s.Query).(*ast.Values); values {
		if pump {
			return nil, errorAt(s.Query.Position(), "a pump needs a SELECT over a stream").near("VALUES")
		}
		streaming = false
	}
	n, err := b.begin().query(s.Query, streaming)
	if err != nil {
		return nil, err
	}
	if err := checkRowTimestamp(n); err != nil {
		return nil, err
	}
	if pump && n.Schema().RowTime < 0 {
		return nil, errorAt(s.Query.Position(), "a pump needs a SELECT over a stream")
	}
	root, err := assign(n, into, s)
	if err != nil {
		return nil, err
	}
	if into.Connector == InApplication && into.Stream && streaming {
		root = sorted(root) // the stream is one order of rows
	}
	root, key := keyed(root, into)
	return &Insert{Into: into, Root: Optimize(root), Streaming: streaming, Key: key}, nil
}

// assign projects the query's columns onto the target's, with the implicit
// conversions of an assignment (kda-sql.md §3.1, §6.4).
func assign(n Node, into *Relation, s *ast.Insert) (Node, error) {
	targets, rowtime, err := targetColumns(into, s, n.Schema().RowTime >= 0)
	if err != nil {
		return nil, err
	}
	in := n.Schema()
	visible := in.Visible()
	if in.RowTime >= 0 {
		if visible, targets, err = carried(n, visible, targets, rowtime, s); err != nil {
			return nil, err
		}
		rowtime = -1
	}
	if len(visible) != len(targets) {
		return nil, errorAt(s.Query.Position(), "the query has %d columns, %s takes %d", len(visible), into, len(targets)).
			hint("%s (%s)", into, into.Schema)
	}
	p := &Project{Input: n, schema: types.NewSchema()}
	source := make(map[int]int, len(targets)) // target column -> input column
	for i, t := range targets {
		source[t] = visible[i]
		from, to := in.Fields[visible[i]], into.Schema.Fields[t]
		if !types.Assignable(to.Type, from.Type) {
			e := errorAt(itemPos(s.Query, i), "column %s of %s is %s, the query gives %s", to.Name, into, to.Type, from.Type)
			if castable(from.Type, to.Type) {
				e = e.hint("CAST it to %s", to.Type)
			}
			return nil, e
		}
	}
	for _, t := range into.Schema.Visible() {
		f := into.Schema.Fields[t]
		var e Expr = &Literal{nil, f.Type}
		if from, ok := source[t]; ok {
			e = coerce(&Column{Index: from, Name: in.Fields[from].Name, Of: in.Fields[from].Type}, f.Type)
		} else if f.NotNull {
			return nil, errorAt(s.Into.Position(), "column %s of %s is NOT NULL and gets no value", f.Name, into)
		}
		p.Exprs = append(p.Exprs, e)
		p.schema.Fields = append(p.schema.Fields, f)
	}
	switch {
	case rowtime >= 0:
		from := source[rowtime]
		p.addRowTime(coerce(&Column{Index: from, Name: in.Fields[from].Name, Of: in.Fields[from].Type}, types.Of(types.Timestamp)))
	case in.RowTime >= 0 && into.Stream:
		p.addRowTime(&Column{Index: in.RowTime, Name: types.RowTimeName, Of: types.Of(types.Timestamp)})
	}
	return p, nil
}

// carried leaves out what is the time of a streaming query's rows and no column: AS
// ROWTIME, and ROWTIME in the column list where the query has its time at that place.
func carried(n Node, visible, targets []int, rowtime int, s *ast.Insert) (from, to []int, err error) {
	in := n.Schema()
	if rowtime < 0 {
		return slices.DeleteFunc(visible, func(i int) bool { return in.Fields[i].Promoted }), targets, nil
	}
	i := slices.Index(targets, rowtime)
	if i >= len(visible) || !isTime(&Column{Index: visible[i]}, n) {
		return nil, nil, errorAt(s.Columns[i].Pos, "ROWTIME is carried over from the query").near(s.Columns[i].Text).
			hint("SELECT STREAM t AS ROWTIME, ... sets it")
	}
	return slices.Delete(visible, i, i+1), slices.Delete(targets, i, i+1), nil
}

// targetColumns is the columns an INSERT writes, as indexes of the target's
// schema, and the index of ROWTIME if the list names it, else -1.
func targetColumns(into *Relation, s *ast.Insert, streaming bool) (targets []int, rowtime int, err error) {
	if len(s.Columns) == 0 {
		return into.Schema.Visible(), -1, nil
	}
	sc := newScope(into.Schema, ast.Name{Text: into.Name})
	rowtime = -1
	seen := map[int]bool{}
	for _, name := range s.Columns {
		c, err := sc.resolve(ast.Qualified{name})
		if err != nil {
			return nil, -1, err
		}
		if seen[c.Index] {
			return nil, -1, errorAt(name.Pos, "column %s is named twice", c.Name).near(name.Text)
		}
		seen[c.Index] = true
		if c.Index == into.Schema.RowTime {
			if _, values := body(s.Query).(*ast.Values); !streaming && !(values && into.Connector == InApplication) {
				return nil, -1, errorAt(name.Pos, "ROWTIME of %s is when the log takes a row", into).near(name.Text).
					hint("INSERT ... VALUES into an in-application stream may set it")
			}
			rowtime = c.Index
		} else if into.Schema.Fields[c.Index].Hidden {
			return nil, -1, errorAt(name.Pos, "column %s is assigned by the log", c.Name).near(name.Text)
		}
		targets = append(targets, c.Index)
	}
	return targets, rowtime, nil
}

// itemPos is where the i-th column of a query was written, as far as that can be
// told.
func itemPos(q ast.Query, i int) ast.Pos {
	switch q := body(q).(type) {
	case *ast.Select:
		for _, item := range q.Items {
			if _, star := item.Expr.(*ast.Star); star || callsParser(item.Expr) {
				return q.Pos
			}
		}
		if i < len(q.Items) {
			return q.Items[i].Expr.Position()
		}
	case *ast.Values:
		if len(q.Rows) > 0 && i < len(q.Rows[0]) {
			return q.Rows[0][i].Position()
		}
	}
	return q.Position()
}

// groupedColumns is the output columns of a grouped query that are grouping
// keys, the window left out; empty for other queries. Of two output columns that
// are the same key it is the first.
func groupedColumns(n Node) []int {
	at := identity(len(n.Schema().Fields)) // output column -> column of n, -1 = computed
	for {
		switch m := n.(type) {
		case *Project:
			for out, i := range at {
				if i >= 0 {
					at[out] = sourceColumn(m.Exprs[i])
				}
			}
			n = m.Input
		case *Filter:
			n = m.Input
		case *Lookup:
			n = m.Input
			for out, i := range at {
				if i >= len(n.Schema().Fields) {
					at[out] = -1 // the table's
				}
			}
		case *Aggregate:
			var keys []int
			for k := range m.Keys {
				if out := slices.Index(at, k); out >= 0 && (m.Window == nil || k != m.Window.Key) {
					keys = append(keys, out)
				}
			}
			return keys
		default:
			return nil
		}
	}
}

// sourceColumn is the column that e is, converted or not; -1 = none.
func sourceColumn(e Expr) int {
	if cast, ok := e.(*Cast); ok {
		e = cast.X
	}
	if c, ok := e.(*Column); ok {
		return c.Index
	}
	return -1
}
