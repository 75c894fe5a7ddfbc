package parse

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/millrace-sql/millrace/sql/ast"
)

func TestRewrite(t *testing.T) {
	datadriven.RunTest(t, "testdata/rewrite", func(t *testing.T, d *datadriven.TestData) string {
		toks, err := lex(d.Input)
		if err == nil {
			err = pair(toks)
		}
		if err != nil {
			return err.Error()
		}
		r := newRewriter(toks)
		if _, err := r.query(0, len(toks)-1); err != nil {
			return err.Error()
		}
		if _, err := r.parse(toks, len(toks)-1); err != nil {
			return err.Error()
		}
		return r.out.String()
	})
}

func TestParse(t *testing.T) {
	datadriven.RunTest(t, "testdata/parse", func(t *testing.T, d *datadriven.TestData) string {
		statements, err := Parse(d.Input)
		if err != nil {
			return err.Error()
		}
		var out []string
		for _, s := range statements {
			text := s.String()
			again, err := ParseStatement(text)
			if err != nil {
				t.Errorf("%s: %s does not parse again: %v", d.Pos, text, err)
			} else if again.String() != text {
				t.Errorf("%s: %s prints as %s", d.Pos, text, again)
			}
			out = append(out, text)
		}
		return strings.Join(out, "\n")
	})
}

func TestError(t *testing.T) {
	datadriven.RunTest(t, "testdata/error", func(t *testing.T, d *datadriven.TestData) string {
		_, err := Parse(d.Input)
		var e *Error
		if !errors.As(err, &e) {
			t.Fatalf("%s: no *Error but %v", d.Pos, err)
		}
		out := e.Error()
		if e.Near != "" {
			out += "\nnear: " + e.Near
		}
		if e.Hint != "" {
			out += "\nhint: " + e.Hint
		}
		return out
	})
}

func selectItems(t *testing.T, text string) []ast.Expr {
	t.Helper()
	s, err := ParseStatement(text)
	if err != nil {
		t.Fatal(err)
	}
	var out []ast.Expr
	for _, i := range s.(*ast.SelectStatement).Query.(*ast.Select).Items {
		out = append(out, i.Expr)
	}
	return out
}

// TestPositions names the column of every kind of expression: its first token, or its operator where it has two operands.
func TestPositions(t *testing.T) {
	cases := []struct {
		expr string
		col  int // within expr
	}{
		{"a.b", 1}, {"12", 1}, {"f(x)", 1}, {"db.f(x)", 1}, {"(a + b) * c", 9}, {"a || b", 3}, {"(((a))) = ((b))", 9},
		{"- x", 1}, {"-(x)", 1}, {"NOT (a)", 1}, {"a IS NOT NULL", 3}, {"a IS NOT DISTINCT FROM b", 3}, {"f(a, (b)) + 1", 11},
		{"a NOT BETWEEN 1 AND 2", 3}, {"(a) NOT IN (1)", 5}, {"a IN (SELECT 1)", 3}, {"a LIKE 'x' ESCAPE 'y'", 3},
		{"EXISTS (SELECT 1)", 1}, {"CASE WHEN a THEN b END", 1}, {"CASE WHEN a THEN b END = 1", 24}, {"CAST(a AS INT) + 1", 16},
		{"FLOOR(a TO DAY)", 1}, {"STEP(a BY INTERVAL '1' DAY) < b", 29}, {"EXTRACT(DAY FROM a)", 1}, {"(a - b) DAY", 1},
		{"(a - b) DAY TO SECOND > c", 23}, {"(SELECT 1) + 2", 12}, {"COUNT(*) FILTER (WHERE a) + 1", 27}, {"COUNT(*)", 1},
		{"INTERVAL '1' DAY + a", 18}, {"a AND b OR c", 9}, {"(a, b) = (c, d)", 8}, {"ROW(a, b)", 1}, {"*", 1}, {"t.*", 1}, {"CURRENT_DATE", 1},
		{"SUBSTRING(a FROM (1) FOR 2) || b", 29},
	}
	for _, c := range cases {
		text := "SELECT 'ä€😀',\n  " + c.expr + "\n, 1 FROM t"
		items := selectItems(t, text)
		pos := items[1].Position()
		want := ast.Pos{Offset: strings.IndexByte(text, '\n') + 2 + c.col, Line: 2, Col: 2 + c.col}
		if pos != want {
			t.Errorf("%s: at %+v, want %+v", c.expr, pos, want)
		}
	}
	if pos := selectItems(t, "SELECT '😀', a")[1].Position(); pos.Col != 13 || pos.Offset != 15 {
		t.Errorf("columns count code points, offsets bytes: %+v", pos)
	}
}

func TestPositionsOfTables(t *testing.T) {
	s, err := ParseStatement("SELECT 1 FROM a AS x LEFT JOIN b ON c = d, (SELECT 2) q")
	if err != nil {
		t.Fatal(err)
	}
	from := s.(*ast.SelectStatement).Query.(*ast.Select).From
	join := from[0].(*ast.Join)
	for _, c := range []struct {
		node ast.Node
		col  int
	}{{join, 22}, {join.L, 15}, {join.R, 32}, {join.On, 39}, {join.L.(*ast.TableName).Alias, 20}, {from[1], 44}, {s, 1}} {
		if got := c.node.Position().Col; got != c.col {
			t.Errorf("%s: column %d, want %d", c.node, got, c.col)
		}
	}
}

func TestSourceText(t *testing.T) {
	statements, err := Parse(" select 1 ; -- x\n CREATE PUMP p AS  INSERT INTO a SELECT b FROM c ;\nEXPLAIN ANALYZE values (1) -- y")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"select 1", "CREATE PUMP p AS  INSERT INTO a SELECT b FROM c", "EXPLAIN ANALYZE values (1)"}
	for i, s := range statements {
		if s.SourceText() != want[i] {
			t.Errorf("statement %d: %q, want %q", i, s.SourceText(), want[i])
		}
	}
	if got := statements[1].(*ast.CreatePump).Insert.SourceText(); got != "INSERT INTO a SELECT b FROM c" {
		t.Errorf("insert of the pump: %q", got)
	}
	if pos := statements[1].(*ast.CreatePump).Insert.Position(); pos.Line != 2 || pos.Col != 20 {
		t.Errorf("insert of the pump: %+v", pos)
	}
}

func TestParseStatementCounts(t *testing.T) {
	for text, want := range map[string]string{
		"":                    "1:1: there is no statement",
		" -- x\n ;":           "2:3: there is no statement",
		"SELECT 1;\nSELECT 2": "2:1: one statement is expected here",
	} {
		if _, err := ParseStatement(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// TestNesting holds our limit against sqlparser's, which reports no position.
func TestNesting(t *testing.T) {
	deep := func(n int) string { return "SELECT " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n) }
	if _, err := Parse(deep(maxNesting)); err != nil {
		t.Errorf("%d levels: %v", maxNesting, err)
	}
	_, err := Parse(deep(maxNesting + 1))
	if err == nil || err.Error() != "1:207: nested deeper than 199 levels" {
		t.Errorf("%d levels: %v", maxNesting+1, err)
	}
}

// TestLimits holds that the tree's depth is bounded however the operators are spread.
func TestLimits(t *testing.T) {
	chain := "1" + strings.Repeat("+1", maxChain/2-10)
	for name, c := range map[string]struct{ text, err string }{
		"long chain":      {"SELECT " + chain, ""},
		"longer chain":    {"SELECT " + chain + chain, "more than 20000 tokens without a comma"},
		"in parentheses":  {"SELECT " + chain + "+(" + chain + ")", "more than 20000 tokens without a comma"},
		"after a call":    {"SELECT " + strings.Repeat("f(1,2)+", 10000) + "1", "more than 20000 tokens without a comma"},
		"many rows":       {"VALUES (1, 2)" + strings.Repeat(", (1, -2)", 50000), ""},
		"many unions":     {"SELECT 1, 2" + strings.Repeat(" UNION SELECT 1, 2", maxSetOps+1), "more than 1000 set operations"},
		"great statement": {"SELECT '" + strings.Repeat("x", maxStatement) + "'", "the statement has 1048585 bytes, more than 1048576"},
	} {
		s, err := Parse(c.text)
		var e *Error
		switch {
		case c.err == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.err == "" && len(s[0].String()) < len(c.text)/2:
			t.Errorf("%s: printed too short", name)
		case c.err != "" && (!errors.As(err, &e) || e.Msg != c.err):
			t.Errorf("%s: %v, want %s", name, err, c.err)
		}
	}
}

func TestNotUTF8(t *testing.T) {
	if _, err := Parse("SELECT\n 'a\xff'"); err == nil || err.Error() != "2:4: the text is not UTF-8" {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range seeds(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		statements, err := Parse(text)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Pos.Line < 1 || e.Pos.Col < 1 || e.Pos.Offset > len(text) {
				t.Fatalf("bad error %#v", err)
			}
			return
		}
		for _, s := range statements {
			once := s.String()
			again, err := ParseStatement(once)
			if err != nil {
				t.Fatalf("%q prints as %q: %v", text, once, err)
			}
			if twice := again.String(); twice != once {
				t.Fatalf("%q prints as %q, then as %q", text, once, twice)
			}
		}
	})
}

// seeds are the inputs of the script tests: what stands between a command and its ----.
func seeds(f *testing.F) []string {
	var out []string
	for _, file := range []string{"parse", "error", "rewrite"} {
		text, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			f.Fatal(err)
		}
		for _, block := range strings.Split(string(text), "\n"+file+"\n")[1:] {
			input, _, _ := strings.Cut(block, "\n----\n")
			out = append(out, input)
		}
	}
	return append(out, newerForms...)
}

// newerForms are statements of the grammar that we read ourselves, around sqlparser.
var newerForms = []string{
	"WITH a (x, y) AS (SELECT 1, 'b'), c AS (SELECT x FROM a UNION ALL VALUES (2), ROW(3)) SELECT * FROM c AS d (z) WHERE z IN (SELECT x FROM a) ORDER BY 1 DESC LIMIT 2 OFFSET 1",
	"(SELECT a FROM t EXCEPT (SELECT b FROM u INTERSECT SELECT c FROM v LIMIT 1)) UNION SELECT DISTINCT d FROM w ORDER BY a",
	"SELECT STREAM * FROM s NATURAL LEFT JOIN t CROSS JOIN u JOIN v USING (a, \"b c\") WHERE (a, b) NOT IN (SELECT c, d FROM e) AND NOT EXISTS (SELECT 1 FROM f WHERE f.x = s.x)",
	"CREATE OR REPLACE VIEW v (a, b) AS WITH c AS (VALUES (1, 2)) SELECT * FROM c; CREATE VIEW IF NOT EXISTS w AS (SELECT 1)",
	"CREATE OR REPLACE FUNCTION f (a INTEGER, b VARCHAR(8)) RETURNS DECIMAL(5, 2) LANGUAGE SQL SPECIFIC g NOT DETERMINISTIC CONTAINS SQL CALLED ON NULL INPUT RETURN CASE WHEN a > 1 THEN CHAR_LENGTH(b) END",
	"SELECT SUBSTRING(s FROM 2 FOR 3), SUBSTRING(s SIMILAR 'a#\"b#\"c' ESCAPE '#'), TRIM(LEADING 'x' FROM s), TRIM(BOTH FROM s), POSITION('a' IN s), OVERLAY(s PLACING 'b' FROM 1 FOR 2), s SIMILAR TO 'a|b' ESCAPE '!' FROM t",
	"SELECT EXTRACT(MILLISECOND FROM t), FLOOR(t TO HOUR), CEIL(t TO YEAR), STEP(t BY INTERVAL '1 2' DAY TO HOUR), TIMESTAMPADD(MONTH, -1, t), (a - b) DAY TO SECOND(3), INTERVAL '-250.5' SECOND(3, 1), CURRENT_TIMESTAMP FROM u",
	"SELECT (a, b) OVERLAPS (c, d), (a, b) CONTAINS c, (a, b) STRICTLY PRECEDES (c, d), (a, b) IMMEDIATELY SUCCEEDS (c, d), (a, b) LEADS (c, d), (a, b) STRICTLY LAGS (c, d), NOT (a, b) EQUALS (c, d) FROM t",
	"SELECT JSON_VALUE(d, 'lax $.a[1]' RETURNING DECIMAL(5, 2) DEFAULT 1 ON EMPTY ERROR ON ERROR), JSON_QUERY(d, '$.*' WITH CONDITIONAL ARRAY WRAPPER EMPTY ARRAY ON EMPTY NULL ON ERROR), JSON_EXISTS(d, '$.\"x y\"' UNKNOWN ON ERROR) FROM t",
	"SELECT TRY_CAST(a AS INTERVAL DAY TO SECOND), TRY_CAST(b AS DOUBLE PRECISION), CAST(NULL AS VARBINARY(3)), a IS NOT DISTINCT FROM b, (SELECT MAX(x) FROM u WHERE u.y = t.y) FROM t",
	"DISCOVER SCHEMA FROM 'a b.csv' WITH ('format'='csv', 'name'='x'); DISCOVER SCHEMA FROM \"s\"; SHOW WHY p; EXPLAIN ANALYZE PUMP p; SHOW PARTITIONS db.t; DROP FUNCTION IF EXISTS f CASCADE",
	"CREATE STREAM s (a TIMESTAMP NOT NULL, WATERMARK FOR a AS a - INTERVAL '10' SECOND) WITH ('connector'='stream'); CREATE PUMP p STOPPED AS INSERT INTO s (ROWTIME, a) WITH x AS (SELECT STREAM a FROM r) SELECT STREAM a, a FROM x; ALTER PUMP p START",
	"SELECT STREAM * FROM TABLE(f(CURSOR(SELECT STREAM a FROM s), 'a', -10)) AS t (x, y) JOIN TABLE(g.hop(DATA => TABLE db.t PARTITION BY (k, l), TIMECOL => DESCRIPTOR(ts, u), INTERVAL '1' MINUTE)) ON x = y",
	"SELECT STREAM SUM(x) FILTER (WHERE y) IGNORE NULLS OVER w, LAG(x IGNORE NULLS) OVER (v PARTITION BY a, b ORDER BY t DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM s WINDOW w AS (RANGE INTERVAL '1' MINUTE PRECEDING), v AS (w) ORDER BY s.ROWTIME",
	"SELECT STREAM a, COUNT(*) FROM s WHERE b WINDOWED BY STAGGER (PARTITION BY a, FLOOR(t TO HOUR) RANGE INTERVAL '1' HOUR) HAVING c",
	"SELECT STREAM * FROM a OVER w AS b JOIN (SELECT STREAM * FROM c) OVER (ORDER BY c.ROWTIME RANGE BETWEEN CURRENT ROW AND 2 FOLLOWING) AS d ON e, TABLE(f()) OVER w g WINDOW w AS (ROWS CURRENT ROW) OFFSET 1 ROWS FETCH NEXT 2 ROWS ONLY",
	"/*+ x */ ALTER STREAM a, b.c RESET; ALTER PUMP \"d\".* STOP; SELECT ANY(a), b = ANY (c), u&'!0041' UESCAPE '!' FROM t",
}

// TestDeepQueries: nesting beyond the limit has a place, whatever it is made of, and needs little stack.
func TestDeepQueries(t *testing.T) {
	for _, c := range []struct{ open, core, shut string }{
		{"(", "SELECT 1", ")"}, {"SELECT * FROM (", "SELECT 1", ") AS t"}, {"SELECT a FROM t WHERE a IN (", "SELECT 1", ")"},
		{"SELECT EXISTS (", "SELECT 1", ")"}, {"SELECT (", "1", ")"}, {"WITH x AS (", "SELECT 1", ") SELECT 1"},
		{"SELECT 1 UNION (", "SELECT 1", ")"}, {"SELECT f(", "1", ")"}, {"VALUES ((", "SELECT 1", "))"},
	} {
		repeat := func(n int) string {
			open := c.open
			if !strings.Contains(c.core, "SELECT") {
				open = strings.TrimPrefix(open, "SELECT ")
			}
			return strings.TrimSuffix(c.open, open) + strings.Repeat(open, n) + c.core + strings.Repeat(c.shut, n)
		}
		if _, err := Parse(repeat(20)); err != nil {
			t.Errorf("%s: %v", c.open, err)
		}
		_, err := Parse(repeat(5000))
		var e *Error
		if !errors.As(err, &e) || e.Msg != "nested deeper than 199 levels" || e.Pos.Col < 199 {
			t.Errorf("%s: %v", c.open, err)
		}
	}
}
