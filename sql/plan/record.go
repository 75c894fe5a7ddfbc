package plan

import (
	"strconv"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// A record value has no column of its own: as an item of a select list it becomes a
// column for each field, and the scope above knows them by the record's name and
// theirs (kda-sql.md §14).

// recordItem is the fields of a select item that is a record.
type recordItem struct {
	name   string // where there is no alias
	exprs  []Expr
	fields []types.Field
}

// record is the fields of a log parser's call, or of a record of the input; nil for
// any other expression.
func (b *exprBinder) record(e ast.Expr) (*recordItem, error) {
	switch e := e.(type) {
	case *ast.Call:
		if !callsParser(e) {
			return nil, nil
		}
		bound, err := b.bindCall(e)
		if err != nil {
			return nil, err
		}
		r := bound.(*Record)
		item := &recordItem{fields: r.Fields}
		for i := range r.Fields {
			item.exprs = append(item.exprs, &Field{X: r, Index: i})
		}
		return item, nil
	case *ast.Column:
		if b.group != nil {
			return nil, nil
		}
		if _, err := b.scope.resolve(e.Parts); err == nil {
			return nil, nil
		}
		columns := b.scope.recordColumns(e.Parts)
		if len(columns) == 0 {
			return nil, nil
		}
		item := &recordItem{name: b.scope.schema.Fields[columns[0]].Record}
		for _, i := range columns {
			item.exprs = append(item.exprs, b.scope.column(i))
			item.fields = append(item.fields, b.scope.schema.Fields[i])
		}
		return item, nil
	}
	return nil, nil
}

// callsParser tells whether e calls a log parser.
func callsParser(e ast.Expr) bool {
	c, ok := e.(*ast.Call)
	if !ok || len(c.Name) != 1 {
		return false
	}
	f := functions[c.Name.Last().Text]
	return f != nil && f.Record != nil
}

// noRecord refuses a record where a value is wanted.
func noRecord(e Expr, err error) (Expr, error) {
	r, ok := e.(*Record)
	if !ok || err != nil {
		return e, err
	}
	return nil, errorAt(r.Pos, "%s gives a record, which cannot stand in an expression", r.Func).near(r.Func).
		hint("let a subquery parse: SELECT q.rec.%s FROM (SELECT %s(...) AS rec FROM ...) AS q", r.Fields[0].Name, r.Func)
}

// record is the bound call of a log parser.
func (f *Function) record(e *ast.Call, args []Expr) (Expr, error) {
	name := e.Name.Last().Text
	fields, arg, problem := f.Record(args)
	if problem != "" {
		return nil, errorAt(e.Args[arg].Position(), "%s: %s", name, problem).near(name).hint("%s", f.Usage)
	}
	args = append(args, &Call{Func: "CURRENT_DATE", Of: types.Of(types.Date)})
	return &Record{Func: f.Name, Args: args, Fields: fields, Pos: e.Pos}, nil
}

// addRecord adds a column for each field.
func (p *Project) addRecord(item *recordItem, name ast.Name) error {
	for _, f := range p.schema.Fields {
		if f.Record == name.Text {
			return errorAt(name.Pos, "the select list has two records %s", name.Text).near(name.Text).hint("give one of them an alias")
		}
	}
	for i, f := range item.fields {
		f.Record = name.Text
		p.Exprs, p.schema.Fields = append(p.Exprs, item.exprs[i]), append(p.schema.Fields, f)
	}
	return nil
}

// recordName is the alias, else the record's own name, else EXPR$n.
func recordName(item ast.SelectItem, rec *recordItem, n int) ast.Name {
	switch {
	case item.Alias != nil:
		return *item.Alias
	case rec.name != "":
		return ast.Name{Text: rec.name, Pos: item.Expr.Position()}
	}
	return ast.Name{Text: "EXPR$" + strconv.Itoa(n), Pos: item.Expr.Position()}
}

// addValue adds a value of VALUES, which may be a record.
func (b *exprBinder) addValue(p *Project, item ast.Expr) error {
	name := "EXPR$" + strconv.Itoa(len(p.Exprs))
	rec, err := b.record(item)
	if err != nil {
		return err
	}
	if rec != nil {
		return p.addRecord(rec, ast.Name{Text: name, Pos: item.Position()})
	}
	e, err := b.bind(item)
	if err != nil {
		return err
	}
	p.add(e, name)
	return nil
}
