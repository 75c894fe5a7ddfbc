package plan

import (
	"slices"
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// Options of a stream with WATERMARK FOR.
const (
	optionIdle = "idle_timeout"
	optionSkew = "max_future_skew"
)

// defaultSkew is how far a row's time may be ahead of its arrival: a clock that is
// years ahead would close every window.
const defaultSkew = types.Day

// AsStream is CREATE TABLE with WATERMARK FOR: the portable way to write a stream.
// nil for any other table.
func AsStream(s *ast.CreateTable) *ast.CreateStream {
	if s.Watermark == nil {
		return nil
	}
	return &ast.CreateStream{
		Source: s.Source, OrReplace: s.OrReplace, IfNotExists: s.IfNotExists, Name: s.Name, Columns: s.Columns,
		Watermark: s.Watermark, Options: s.Options,
	}
}

// watermark binds WATERMARK FOR column AS expression.
func watermark(r *Relation, s *ast.CreateStream) (*Watermark, error) {
	for _, o := range s.Options {
		if key := strings.ToLower(o.Key); s.Watermark == nil && (key == optionIdle || key == optionSkew) {
			return nil, errorAt(o.KeyPos, "option '%s' goes with WATERMARK FOR", key).near(o.Key)
		}
	}
	d := s.Watermark
	if d == nil {
		return nil, nil
	}
	switch {
	case r.Connector == InApplication:
		return nil, errorAt(d.Pos, "an in-application stream has the time of its writers").near("WATERMARK").
			hint("declare the watermark where the records are: WITH ('connector'='stream')")
	case r.Options["rowtime"] != "":
		return nil, errorAt(d.Pos, "the option 'rowtime' and WATERMARK FOR both set the time").near("WATERMARK")
	}
	eb := &exprBinder{scope: newScope(r.Schema, ast.Name{Text: r.Name})}
	column, err := eb.scope.resolve(ast.Qualified{d.Column})
	if err != nil {
		return nil, err
	}
	if column.Of.Kind != types.Timestamp || r.Schema.Fields[column.Index].Hidden {
		return nil, errorAt(d.Column.Pos, "WATERMARK FOR takes a TIMESTAMP column, %s is %s", column.Name, column.Of).near(d.Column.Text)
	}
	bound, err := eb.bind(d.Expr)
	if err != nil {
		return nil, err
	}
	if bound.Type().Kind != types.Timestamp {
		return nil, errorAt(d.Expr.Position(), "the watermark is a TIMESTAMP, this is %s", bound.Type()).
			hint("%s - INTERVAL '5' SECOND allows rows to be five seconds late", column.Name)
	}
	w := &Watermark{Column: column.Index, Bound: bound}
	if r.Connector != fileConnector {
		w.Skew = defaultSkew
	}
	return w, w.options(r, s.Options)
}

// options takes the watermark's own options out of the relation's.
func (w *Watermark) options(r *Relation, list []ast.Option) error {
	for key, into := range map[string]*types.Time{optionIdle: &w.Idle, optionSkew: &w.Skew} {
		text, ok := r.Options[key]
		if !ok {
			continue
		}
		delete(r.Options, key)
		o := list[slices.IndexFunc(list, func(o ast.Option) bool { return strings.EqualFold(o.Key, key) })]
		if r.Connector == fileConnector {
			return errorAt(o.KeyPos, "option '%s': a file has one shard and no arrival times", key).near(o.Key)
		}
		var err error
		if *into, err = types.ParseDuration(text); err != nil {
			return errorAt(o.ValuePos, "option '%s': %v", key, err).near(o.Value)
		}
	}
	return nil
}

// timed is a scan of a stream with its declared time as ROWTIME. Read to its end, the
// stream is a finite relation: there the column is enough.
func timed(scan *Scan, r *Relation) Node {
	if r.Watermark == nil {
		return scan
	}
	if !scan.Bounded {
		return &EventTime{Input: scan, Watermark: *r.Watermark}
	}
	p := &Project{Input: scan, schema: scan.schema}
	for i, f := range scan.schema.Fields {
		c := &Column{Index: i, Name: f.Name, Of: f.Type}
		if i == r.Schema.RowTime {
			c = &Column{Index: r.Watermark.Column, Name: r.Schema.Fields[r.Watermark.Column].Name, Of: f.Type}
		}
		p.Exprs = append(p.Exprs, c)
	}
	// A row whose time is missing was rejected by streams; here it is still readable.
	p.schema.Fields = slices.Clone(p.schema.Fields)
	p.schema.Fields[r.Schema.RowTime].NotNull = false
	return p
}

// EventTimed tells whether the rows of a node come by declared event time: not in
// order, and with late ones among them.
func EventTimed(n Node) bool {
	switch n := n.(type) {
	case *EventTime:
		return true
	case *Filter:
		return EventTimed(n.Input)
	case *Project:
		return EventTimed(n.Input)
	case *TableCall:
		return EventTimed(n.Input)
	case *Lookup:
		return EventTimed(n.Input)
	}
	return false
}

// sorted is n with its rows in the order of their rowtime.
func sorted(n Node) Node {
	if EventTimed(n) {
		return &TimeSort{Input: n}
	}
	return n
}
