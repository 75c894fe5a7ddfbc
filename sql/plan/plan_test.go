package plan_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/parse"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// catalog is relations by name; those of CREATE in a test are added.
type catalog struct{ relations []*plan.Relation }

func (c *catalog) Names() []string {
	var out []string
	for _, r := range c.relations {
		out = append(out, r.Name)
	}
	return out
}

func (c *catalog) Relation(name ast.Qualified) (*plan.Relation, error) {
	last := name.Last()
	var stored []string
	for _, r := range c.relations {
		stored = append(stored, r.Name)
	}
	i, err := plan.Match(last, stored, true)
	if err != nil {
		return nil, err
	}
	if i < 0 || len(name) == 2 && !strings.EqualFold(name[0].Text, c.relations[i].Database) {
		return nil, fmt.Errorf("no relation %s: %w", last.Text, plan.ErrNotFound)
	}
	return c.relations[i], nil
}

const relations = `
CREATE STREAM gate (lane VARCHAR(9), n INTEGER);
CREATE STREAM "trip" ("speed" DOUBLE, "Zone" VARCHAR(16), zone INTEGER);
CREATE STREAM trades (ticker VARCHAR(4), price DOUBLE NOT NULL, qty BIGINT, evt TIMESTAMP) WITH ('connector'='stream');
CREATE STREAM clicks (page VARCHAR(20), d DATE) WITH ('connector'='file', 'path'='clicks.json');
CREATE TABLE products (sku VARCHAR(9) NOT NULL, name VARCHAR(30), price DECIMAL(8,2), listed DATE, lane VARCHAR(9)) WITH ('connector'='lake');
CREATE TABLE db.flights ("origin" VARCHAR, "delay" INTEGER, "Delay2" SMALLINT) WITH ('connector'='lake');
`

func newBinder(t *testing.T) *plan.Binder {
	t.Helper()
	list, err := parse.Parse(relations)
	if err != nil {
		t.Fatal(err)
	}
	c := &catalog{relations: []*plan.Relation{{
		Name: "error_stream", Stream: true, ReadOnly: true, Connector: plan.StoredStream,
		Schema: types.StreamSchema(types.Field{Name: "ERROR_NAME", Type: types.VarcharOf(32)}),
	}}}
	b := &plan.Binder{Catalog: c}
	for _, s := range list {
		r, err := define(b, s)
		if err != nil {
			t.Fatal(err)
		}
		c.relations = append(c.relations, r)
	}
	return b
}

func define(b *plan.Binder, s ast.Statement) (*plan.Relation, error) {
	if c, ok := s.(*ast.CreateStream); ok {
		return b.CreateStream(c)
	}
	return b.CreateTable(s.(*ast.CreateTable))
}

// outcome binds one statement: the columns of the result and the tree, or the
// error with its position, text and hint.
func outcome(b *plan.Binder, text string) (string, error) {
	s, err := parse.ParseStatement(text)
	if err != nil {
		return "", err
	}
	switch s := s.(type) {
	case *ast.CreateStream, *ast.CreateTable:
		r, err := define(b, s)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%s (%s) connector %q options %v rowtime %d", r, r.Schema, r.Connector, r.Options, r.Schema.RowTime), nil
	case *ast.CreatePump:
		return insert(b, s.Insert, true)
	case *ast.Insert:
		return insert(b, s, false)
	}
	q, err := b.Query(s.(*ast.SelectStatement).Query)
	if err != nil {
		return "", err
	}
	kind := "finite"
	if q.Streaming {
		kind = "streaming"
	}
	return kind + ": " + columns(q.Root.Schema()) + "\n" + plan.Explain(q.Root), nil
}

func insert(b *plan.Binder, s *ast.Insert, pump bool) (string, error) {
	n, err := b.Insert(s, pump)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("into %s: %s\nstreaming %v, key %v\n%s", n.Into, columns(n.Root.Schema()), n.Streaming, n.Key, plan.Explain(n.Root)), nil
}

// columns is the schema with its hidden columns in brackets.
func columns(s types.Schema) string {
	var parts []string
	for _, f := range s.Fields {
		p := f.Name + " " + f.Type.String()
		if f.NotNull {
			p += " NOT NULL"
		}
		if f.Hidden {
			p = "[" + p + "]"
		}
		parts = append(parts, p)
	}
	return strings.Join(parts, ", ")
}

func run(t *testing.T, file string) {
	datadriven.RunTest(t, file, func(t *testing.T, d *datadriven.TestData) string {
		out, err := outcome(newBinder(t), d.Input)
		var e *plan.Error
		switch {
		case errors.As(err, &e):
			out = e.Error()
			if e.Near != "" {
				out += "\nnear: " + e.Near
			}
			if e.Hint != "" {
				out += "\nhint: " + e.Hint
			}
			if d.Cmd != "error" {
				t.Errorf("%s: %v", d.Pos, err)
			}
		case err != nil:
			t.Errorf("%s: %v", d.Pos, err)
		case d.Cmd == "error":
			t.Errorf("%s: no error", d.Pos)
		}
		return strings.TrimSuffix(out, "\n") + "\n"
	})
}

func TestBind(t *testing.T)    { run(t, "testdata/bind") }
func TestExplain(t *testing.T) { run(t, "testdata/explain") }
func TestError(t *testing.T)   { run(t, "testdata/error") }

func TestNames(t *testing.T) {
	stored := []string{"GATE", "Gate", "dock"}
	for _, c := range []struct {
		name   string
		quoted bool
		exact  bool
		at     int
		err    error
	}{
		{"GATE", false, true, 0, nil}, {"Gate", true, true, 1, nil}, {"DOCK", false, true, 2, nil}, {"DOCK", true, true, -1, nil},
		{"DOCK", true, false, 2, nil}, {"gate", false, true, -1, plan.ErrAmbiguous}, {"gate", true, true, -1, nil}, {"PIER", false, false, -1, nil},
	} {
		at, err := plan.Match(ast.Name{Text: c.name, Quoted: c.quoted}, stored, c.exact)
		if at != c.at || !errors.Is(err, c.err) {
			t.Errorf("%+v: %d, %v", c, at, err)
		}
	}
	for name, want := range map[string]string{"TIKCER": "did you mean TICKER?", "TICKR": "did you mean TICKER?", "X": "", "PRICES": "did you mean PRICE?", "QUANTITY": ""} {
		if got := plan.Suggest(name, []string{"TICKER", "PRICE", "QTY"}); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// TestAggregateTypes: what each aggregate takes, kda-sql.md §13.1.
func TestAggregateTypes(t *testing.T) {
	for _, c := range []struct {
		name      string
		arg, want types.Type
		ok        bool
	}{
		{"SUM", types.Of(types.TinyInt), types.Of(types.BigInt), true}, {"SUM", types.DecimalOf(5, 2), types.DecimalOf(18, 2), true},
		{"SUM", types.Of(types.Real), types.Of(types.Real), true}, {"AVG", types.Of(types.Integer), types.Of(types.Integer), true},
		{"SUM", types.Of(types.DayInterval), types.Type{}, false}, {"AVG", types.Of(types.Date), types.Type{}, false},
		{"MAX", types.Of(types.Date), types.Of(types.Date), true}, {"MIN", types.VarcharOf(3), types.VarcharOf(3), true},
		{"MAX", types.Of(types.Boolean), types.Type{}, false}, {"COUNT", types.Of(types.Boolean), types.Of(types.BigInt), true},
	} {
		if got, ok := plan.AggregateType(c.name, c.arg); ok != c.ok || ok && got != c.want {
			t.Errorf("%s(%s): %s %v", c.name, c.arg, got, ok)
		}
	}
	if len(plan.Aggregates()) != 6 || len(plan.Functions()) == 0 {
		t.Error("the lists of functions are empty")
	}
}
