package millrace_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	millrace "github.com/millrace-sql/millrace"
)

// A small model of SQL over relations of whole numbers and NULL, which has nothing of
// the engine: rows are compared one by one, conditions are 1, 0 or null.

type cell struct {
	v    int
	null bool
}

func (c cell) String() string {
	if c.null {
		return "NULL"
	}
	return fmt.Sprint(c.v)
}

type table [][]cell

// truth is 0 FALSE, 1 UNKNOWN, 2 TRUE: AND is the least, OR the greatest.
type truth int

func is(b bool) truth {
	if b {
		return 2
	}
	return 0
}

func (t truth) String() string { return [...]string{"false", "NULL", "true"}[t] }

// compare3 is a op b, where op says which outcomes of comparing are TRUE.
func compare3(a, b cell, op string) truth {
	if a.null || b.null {
		return 1
	}
	c := cmp.Compare(a.v, b.v)
	switch op {
	case "=":
		return is(c == 0)
	case "<":
		return is(c < 0)
	}
	return is(c >= 0)
}

type world struct {
	*rand.Rand
	l, r, s table // of two columns: l (a, b), r (c, d), s (e, f)
}

func (w *world) table() table {
	t := make(table, w.IntN(6))
	for i := range t {
		for range 2 {
			t[i] = append(t[i], cell{w.IntN(4), w.IntN(4) == 0})
		}
	}
	return t
}

func (w *world) with() string {
	entry := func(name, columns string, t table) string {
		rows := []string{"(0, 0, FALSE)"} // gives the columns their types
		for _, r := range t {
			rows = append(rows, fmt.Sprintf("(%s, %s, TRUE)", r[0], r[1]))
		}
		x, y, _ := strings.Cut(columns, ", ")
		return fmt.Sprintf("%s AS (SELECT %s, %s FROM (VALUES %s) AS v (%s, kept) WHERE kept)", name, x, y, strings.Join(rows, ", "), columns)
	}
	return "WITH " + entry("l", "a, b", w.l) + ", " + entry("r", "c, d", w.r) + ", " + entry("s", "e, f", w.s) + " "
}

func same(a, b []cell) bool {
	return slices.EqualFunc(a, b, func(x, y cell) bool { return x.null == y.null && (x.null || x.v == y.v) })
}

func (t table) has(r []cell) bool {
	return slices.ContainsFunc(t, func(o []cell) bool { return same(o, r) })
}

func (t table) keep(f func([]cell) bool) table {
	var out table
	for _, r := range t {
		if f(r) {
			out = append(out, r)
		}
	}
	return out
}

func (t table) distinct() table {
	var out table
	for _, r := range t {
		if !out.has(r) {
			out = append(out, r)
		}
	}
	return out
}

func combine(op string, l, r table) table {
	switch op {
	case "UNION ALL":
		return append(slices.Clone(l), r...)
	case "UNION":
		return append(slices.Clone(l), r...).distinct()
	case "INTERSECT":
		return l.distinct().keep(r.has)
	}
	return l.distinct().keep(func(x []cell) bool { return !r.has(x) })
}

// setOperation is three or four relations without parentheses: INTERSECT first, then
// from the left.
func (w *world) setOperation() (string, table) {
	names := []string{"SELECT a, b FROM l", "SELECT c, d FROM r", "SELECT e, f FROM s", "SELECT DISTINCT b, a FROM l"}
	swapped := make(table, 0)
	for _, r := range w.l {
		swapped = append(swapped, []cell{r[1], r[0]})
	}
	tables := []table{w.l, w.r, w.s, swapped.distinct()}
	n := w.IntN(4)
	text, terms, ops := names[n], []table{tables[n]}, []string{}
	for range 1 + w.IntN(3) {
		op := [...]string{"UNION", "UNION ALL", "INTERSECT", "EXCEPT"}[w.IntN(4)]
		n := w.IntN(4)
		text += " " + op + " " + names[n]
		if op == "INTERSECT" {
			terms[len(terms)-1] = combine(op, terms[len(terms)-1], tables[n])
			continue
		}
		terms, ops = append(terms, tables[n]), append(ops, op)
	}
	out := terms[0]
	for i, op := range ops {
		out = combine(op, out, terms[i+1])
	}
	return text, out
}

// condition is what the WHERE of a subquery over r says of an outer row of l.
func (w *world) condition(equalities bool) (string, func(o, i []cell) truth) {
	type part struct {
		text string
		of   func(o, i []cell) truth
	}
	parts := []part{
		{"r.d = l.b", func(o, i []cell) truth { return compare3(i[1], o[1], "=") }},
		{"l.a = c", func(o, i []cell) truth { return compare3(o[0], i[0], "=") }},
		{"d >= 1", func(_, i []cell) truth { return compare3(i[1], cell{v: 1}, ">=") }},
		{"l.a + 1 = c + d", func(o, i []cell) truth {
			return compare3(cell{o[0].v + 1, o[0].null}, cell{i[0].v + i[1].v, i[0].null || i[1].null}, "=")
		}},
		{"d < l.b", func(o, i []cell) truth { return compare3(i[1], o[1], "<") }},
		{"(l.b >= 2 OR c = l.a)", func(o, i []cell) truth {
			return max(compare3(o[1], cell{v: 2}, ">="), compare3(i[0], o[0], "="))
		}},
	}
	if equalities {
		parts = parts[:4]
	}
	var text []string
	var use []part
	for range w.IntN(3) {
		p := parts[w.IntN(len(parts))]
		text, use = append(text, p.text), append(use, p)
	}
	where := ""
	if len(text) > 0 {
		where = " WHERE " + strings.Join(text, " AND ")
	}
	return where, func(o, i []cell) truth {
		out := truth(2)
		for _, p := range use {
			out = min(out, p.of(o, i))
		}
		return out
	}
}

// predicate is a condition on a row of l with a subquery over r.
func (w *world) predicate() (string, func(o []cell) truth) {
	where, cond := w.condition(false)
	partners := func(o []cell) table { return w.r.keep(func(i []cell) bool { return cond(o, i) == 2 }) }
	not, flip := "", w.IntN(2) == 0
	if flip {
		not = "NOT "
	}
	negate := func(t truth) truth {
		if flip {
			return 2 - t
		}
		return t
	}
	switch w.IntN(4) {
	case 0:
		return not + "EXISTS (SELECT * FROM r" + where + ")", func(o []cell) truth { return negate(is(len(partners(o)) > 0)) }
	case 1:
		return "(a, b) " + not + "IN (SELECT c, d FROM r" + where + ")", func(o []cell) truth {
			out := truth(0)
			for _, i := range partners(o) {
				out = max(out, min(compare3(o[0], i[0], "="), compare3(o[1], i[1], "=")))
			}
			return negate(out)
		}
	}
	return "a " + not + "IN (SELECT DISTINCT c FROM r" + where + ")", func(o []cell) truth {
		out := truth(0)
		for _, i := range partners(o) {
			out = max(out, compare3(o[0], i[0], "="))
		}
		return negate(out)
	}
}

// scalar is a value for a row of l; the second result is false where the subquery has
// too many rows.
func (w *world) scalar() (string, func(o []cell) (cell, bool)) {
	kind := w.IntN(4)
	where, cond := w.condition(kind > 0)
	partners := func(o []cell) table { return w.r.keep(func(i []cell) bool { return cond(o, i) == 2 }) }
	switch kind {
	case 1:
		return "(SELECT COUNT(*) + COUNT(c) FROM r" + where + ")", func(o []cell) (cell, bool) {
			n := 0
			for _, i := range partners(o) {
				n += 2 - int(is(i[0].null))/2
			}
			return cell{v: n}, true
		}
	case 2:
		return "(SELECT MAX(c) FROM r" + where + " HAVING COUNT(*) >= 1)", func(o []cell) (cell, bool) {
			out := cell{null: true}
			for _, i := range partners(o) {
				if !i[0].null && (out.null || i[0].v > out.v) {
					out = i[0]
				}
			}
			return out, true
		}
	case 3:
		return "(SELECT DISTINCT c FROM r" + where + ")", func(o []cell) (cell, bool) {
			var of table
			for _, i := range partners(o) {
				of = append(of, i[:1])
			}
			if of = of.distinct(); len(of) > 0 {
				return of[0][0], len(of) == 1
			}
			return cell{null: true}, true
		}
	}
	return "(SELECT d FROM r" + where + ")", func(o []cell) (cell, bool) {
		of := partners(o)
		if len(of) > 0 {
			return of[0][1], len(of) == 1
		}
		return cell{null: true}, true
	}
}

// query is one of the forms with what it must say.
func (w *world) query() (string, []string) {
	var out []string
	switch w.IntN(4) {
	case 0:
		text, t := w.setOperation()
		for _, r := range t {
			out = append(out, r[0].String()+"|"+r[1].String())
		}
		return text, out
	case 1:
		text, cond := w.predicate()
		other, second := w.predicate()
		for _, o := range w.l {
			if min(cond(o), second(o)) == 2 {
				out = append(out, o[0].String()+"|"+o[1].String())
			}
		}
		return "SELECT a, b FROM l WHERE " + text + " AND " + other, out
	case 2:
		text, cond := w.predicate()
		other, second := w.predicate()
		for _, o := range w.l {
			out = append(out, cond(o).String()+"|"+max(cond(o), second(o)).String())
		}
		return "SELECT " + text + ", " + text + " OR " + other + " FROM l", out
	}
	text, value := w.scalar()
	for _, o := range w.l {
		if v, ok := value(o); ok {
			out = append(out, o[0].String()+"|"+v.String())
		}
	}
	return "SELECT a, " + text + " FROM l", out
}

// TestQueryFormsAtRandom compares set operations, IN, EXISTS and scalar subqueries
// with the model, whatever the size of batches.
func TestQueryFormsAtRandom(t *testing.T) {
	for seed := range uint64(8) {
		w := &world{Rand: rand.New(rand.NewPCG(seed, 7))}
		db, err := millrace.Open("", &millrace.Options{BatchRows: 1 + int(seed%4), Parallelism: 1 + int(seed%3)})
		if err != nil {
			t.Fatal(err)
		}
		for range 150 {
			w.l, w.r, w.s = w.table(), w.table(), w.table()
			text, want := w.query()
			got, err := texts(db, w.with()+text)
			if err != nil {
				t.Fatalf("seed %d: %s\n%v", seed, w.with()+text, err)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("seed %d: %s\ngot  %v\nwant %v", seed, w.with()+text, got, want)
			}
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

func texts(db *millrace.DB, sql string) ([]string, error) {
	rows, err := db.Query(context.Background(), sql)
	if err != nil {
		return nil, err
	}
	var out []string
	for rec, err := range rows.All() {
		if err != nil {
			return nil, err
		}
		for r := range int(rec.NumRows()) {
			var cells []string
			for _, c := range rec.Columns() {
				if c.IsNull(r) {
					cells = append(cells, "NULL")
				} else {
					cells = append(cells, c.ValueStr(r))
				}
			}
			out = append(out, strings.Join(cells, "|"))
		}
	}
	return out, rows.Close()
}
