package ast

import "testing"

func col(name string) Expr { return &Column{Parts: Qualified{{Text: name}}} }

func bin(l Expr, op Op, r Expr) Expr { return &Binary{Op: op, L: l, R: r} }

// TestParentheses prints trees that only parentheses can express, and such that need none.
func TestParentheses(t *testing.T) {
	a, b, c := col("A"), col("B"), col("C")
	for _, x := range []struct {
		expr Expr
		want string
	}{
		{bin(bin(a, Add, b), Mul, c), `("A" + "B") * "C"`},
		{bin(a, Add, bin(b, Mul, c)), `"A" + "B" * "C"`},
		{bin(a, Sub, bin(b, Concat, c)), `"A" - ("B" || "C")`},
		{bin(bin(a, Sub, b), Concat, c), `"A" - "B" || "C"`},
		{bin(bin(a, Eq, b), Eq, c), `("A" = "B") = "C"`},
		{bin(bin(a, Or, b), And, c), `("A" OR "B") AND "C"`},
		{bin(a, Or, bin(b, Or, c)), `"A" OR ("B" OR "C")`},
		{&Not{X: bin(a, And, b)}, `NOT ("A" AND "B")`},
		{&Not{X: bin(a, Eq, b)}, `NOT "A" = "B"`},
		{bin(&Not{X: a}, And, b), `NOT "A" AND "B"`},
		{&Is{X: &Not{X: a}, What: IsNull}, `(NOT "A") IS NULL`},
		{&Unary{Op: Sub, X: &Unary{Op: Sub, X: a}}, `-(-"A")`},
		{&Unary{Op: Sub, X: bin(a, Mul, b)}, `-("A" * "B")`},
		{bin(&Unary{Op: Sub, X: a}, Mul, b), `-"A" * "B"`},
		{&Between{X: a, Low: bin(b, Or, c), High: c}, `"A" BETWEEN ("B" OR "C") AND "C"`},
		{&Difference{L: bin(a, Sub, b), R: bin(b, Sub, c), Qualifier: &IntervalQualifier{From: Day, Precision: -1, FracPrecision: -1}}, `("A" - "B" - ("B" - "C")) DAY`},
	} {
		if got := x.expr.String(); got != x.want {
			t.Errorf("%s, want %s", got, x.want)
		}
	}
}

func TestQuoting(t *testing.T) {
	q := Qualified{{Text: `a"b`}, {Text: "C"}}
	if got, want := q.String(), `"a""b"."C"`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := QuoteString("it's"), "'it''s'"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestWindowString(t *testing.T) {
	minute := &Literal{Kind: IntervalLit, Text: "1", Interval: &IntervalQualifier{From: Minute, Precision: -1, FracPrecision: -1}}
	w := &Window{
		PartitionBy: []Expr{col("A")},
		OrderBy:     []OrderItem{{Expr: col("B"), Desc: true}},
		Frame:       &Frame{Start: Bound{Value: minute}, End: &Bound{}},
	}
	e := &Over{Call: &Call{Name: Qualified{{Text: "SUM"}}, Args: []Expr{col("C")}}, Window: w}
	want := `SUM("C") OVER (PARTITION BY "A" ORDER BY "B" DESC RANGE BETWEEN INTERVAL '1' MINUTE PRECEDING AND CURRENT ROW)`
	if got := e.String(); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	named := &Over{Call: e.Call, Window: &Window{Name: &Name{Text: "W"}}}
	if got, want := named.String(), `SUM("C") OVER "W"`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestEndPos(t *testing.T) {
	start := Pos{Offset: 10, Line: 3, Col: 5}
	for text, want := range map[string]Pos{
		"":        {10, 3, 5},
		"ab":      {12, 3, 7},
		"ä😀":      {16, 3, 7},
		"a\nbc":   {14, 4, 3},
		"\n\nä\n": {15, 6, 1},
	} {
		if got := EndPos(start, text); got != want {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	}
}

func TestUnitOf(t *testing.T) {
	for u := Year; u <= Second; u++ {
		if UnitOf(u.String()) != u {
			t.Errorf("%s is not found", u)
		}
	}
	if UnitOf("WEEK") != NoUnit || UnitOf("") != NoUnit {
		t.Error("an unknown unit is found")
	}
}
