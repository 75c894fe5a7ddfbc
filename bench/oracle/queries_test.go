package oracle

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// question makes random finite queries over small tables l (a, b, s), r (c, d, s) and
// e (c, d), which has no rows. Every column has NULLs and values that repeat.
type question struct{ *rand.Rand }

func (q question) pick(list ...string) string { return list[q.IntN(len(list))] }

// condition is over the columns a and b, or those given.
func (q question) condition(a, b string, depth int) string {
	if depth > 0 && q.IntN(3) == 0 {
		c, d := q.condition(a, b, depth-1), q.condition(a, b, depth-1)
		return q.pick("("+c+" AND "+d+")", "("+c+" OR "+d+")", "NOT ("+c+")")
	}
	return q.pick(a+" = "+b, a+" < "+b, a+" + 1 >= "+b, a+" IS NULL", b+" IS NOT NULL", a+" IN (1, 3)", a+" NOT IN (0, "+b+")", a+" IS DISTINCT FROM "+b, b+" BETWEEN 1 AND 2", "s LIKE '%a%'", "s = 'b'")
}

// member is a condition with a subquery over r or e, correlated or not, in a query over l.
func (q question) member() string {
	from := q.pick("r", "r", "r", "e")
	where := q.pick("", " WHERE d > 1", " WHERE d = l.b", " WHERE c = l.a AND d <> 2", " WHERE c IS NOT NULL")
	if strings.Contains(where, "l.") && q.IntN(3) == 0 {
		where += " AND d < l.a + 2"
	}
	return q.pick(
		"a IN (SELECT c FROM "+from+where+")", "a NOT IN (SELECT c FROM "+from+where+")", "(a, b) IN (SELECT c, d FROM "+from+where+")", "(a, b) NOT IN (SELECT c, d FROM "+from+where+")",
		"EXISTS (SELECT 1 FROM "+from+where+")", "NOT EXISTS (SELECT c FROM "+from+where+")", "a > (SELECT MIN(c) FROM "+from+")", "a = (SELECT COUNT(*) FROM "+from+" WHERE c = l.a)",
		"(SELECT MAX(d) FROM "+from+" WHERE c = l.b) IS NULL", "b <= (SELECT SUM(c) FROM "+from+")")
}

// part is a query of two columns of numbers and one of text.
func (q question) part(depth int) string {
	if depth > 0 {
		op := q.pick("UNION", "UNION ALL", "INTERSECT", "EXCEPT")
		return "(" + q.part(depth-1) + " " + op + " " + q.part(depth-1) + ")"
	}
	return q.pick("SELECT a, b, s FROM l", "SELECT c, d, s FROM r", "SELECT b, a, s FROM l WHERE "+q.condition("a", "b", 1), "SELECT DISTINCT a, 1, s FROM l", "SELECT c, NULL, 'a' FROM r", "SELECT c, d, 'x' FROM e")
}

func (q question) query() string {
	aggregates := "COUNT(*), COUNT(b), SUM(b), MIN(s), MAX(b), SUM(a + b)"
	switch q.IntN(12) {
	case 0:
		return "SELECT a, s, " + aggregates + " FROM l WHERE " + q.condition("a", "b", 1) + " GROUP BY a, s" + q.pick("", " HAVING COUNT(*) > 1", " HAVING MAX(b) IS NOT NULL AND a > 0", " HAVING SUM(b) = 3 OR s = 'a'")
	case 1:
		return "SELECT " + aggregates + " FROM l WHERE " + q.condition("a", "b", 2)
	case 2:
		return "SELECT DISTINCT " + q.pick("a, b", "s", "a, s", "a + b", "CASE WHEN a > b THEN s END") + " FROM l" + q.pick("", " WHERE "+q.condition("a", "b", 1))
	case 3:
		return q.part(1 + q.IntN(2))
	case 4:
		return "SELECT a, b, s FROM l WHERE " + q.member()
	case 5:
		return "SELECT a, b, s FROM l WHERE " + q.pick(q.member()+" AND "+q.member(), q.member()+" OR "+q.condition("a", "b", 1), "NOT ("+q.member()+")", q.member()+" AND "+q.condition("a", "b", 1))
	case 6:
		return "SELECT a, " + q.member() + ", CASE WHEN " + q.member() + " THEN 1 ELSE 2 END FROM l"
	case 7:
		return "SELECT l.a, l.b, r.d, r.s FROM l " + q.pick("JOIN", "LEFT JOIN") + " r ON l.a = r.c" + q.pick("", " AND l.b < r.d", " AND r.d IS NOT NULL") + q.pick("", " WHERE l.b > 1", " WHERE r.d IS NULL")
	case 8:
		return "SELECT * FROM (SELECT a, COUNT(*) AS n FROM l GROUP BY a) AS x JOIN (SELECT c, MAX(d) AS m FROM r GROUP BY c) AS y ON x.a = y.c"
	case 9:
		return "WITH g (k, n) AS (SELECT a, SUM(b) FROM l GROUP BY a) SELECT k, n, (SELECT MAX(n) FROM g) FROM g WHERE k NOT IN (SELECT c FROM r WHERE c > 2)"
	case 10:
		return "SELECT a, b FROM l JOIN r USING (s) WHERE " + q.pick("a < d", "a IN (SELECT d FROM e)", "b = (SELECT MIN(c) FROM r)")
	}
	return "SELECT x.k, COUNT(*) FROM (SELECT COALESCE(a, b, -1) AS k FROM l UNION ALL SELECT d FROM r) AS x GROUP BY x.k HAVING COUNT(*) <> 2"
}

var rowIn = regexp.MustCompile(`\(a, b\) (NOT )?IN \(SELECT c, d FROM (\w)( WHERE [^()]*)?\)`)

// forDuck spells out IN of rows: to DuckDB (1, 2) = (3, NULL) is NULL, where the standard
// says FALSE, and it has none that is correlated.
func forDuck(query string) string {
	return rowIn.ReplaceAllStringFunc(query, func(in string) string {
		m := rowIn.FindStringSubmatch(in)
		where := " WHERE TRUE"
		if m[3] != "" {
			where = m[3]
		}
		rest := " FROM " + m[2] + where + " AND "
		found := "CASE WHEN EXISTS (SELECT 1" + rest + "l.a = c AND l.b = d) THEN TRUE WHEN EXISTS (SELECT 1" + rest + "(l.a = c AND l.b = d) IS NULL) THEN NULL ELSE FALSE END"
		if m[1] != "" {
			return "(NOT " + found + ")"
		}
		return "(" + found + ")"
	})
}

// small is the rows of a table of two numbers and a text.
func (q question) small(n int) (rows [][]string) {
	for range n {
		var row []string
		for range 2 {
			row = append(row, q.pick("0", "1", "1", "2", "3", "4", null))
		}
		rows = append(rows, append(row, q.pick("a", "b", "ab", "", null)))
	}
	return rows
}

// TestQueries asks both engines random queries over random tables and compares the rows,
// in any order.
func TestQueries(t *testing.T) {
	p := open(t)
	asked, rows := 0, 0
	for seed := range uint64(40) {
		q := question{rand.New(rand.NewPCG(seed, 3))}
		p.table("l", []string{"a INTEGER", "b INTEGER", "s VARCHAR"}, q.small(q.IntN(12)))
		p.table("r", []string{"c INTEGER", "d INTEGER", "s VARCHAR"}, q.small(q.IntN(9)))
		p.table("e", []string{"c INTEGER", "d INTEGER"}, nil)
		for range 30 {
			query := q.query()
			asked++
			rows += p.compareQuery(fmt.Sprintf("seed %d", seed), query)
		}
	}
	t.Logf("%d queries, %d rows", asked, rows)
}

func (p *pair) compareQuery(where, query string) int {
	got, rejected, err := p.askOurs(query)
	if err != nil {
		p.t.Errorf("%s: %s\n  ours: %v", where, query, err)
		return 0
	}
	want, err := p.askDuck(forDuck(query))
	if err != nil {
		p.t.Errorf("%s: %s\n  duck: %v", where, query, err)
		return 0
	}
	if a, b := lines(got), lines(want); !slices.Equal(a, b) || rejected != "" {
		p.t.Errorf("%s: %s\n  ours %q %s\n  duck %q", where, query, a, rejected, b)
	}
	return len(want)
}

func lines(rows [][]string) []string {
	out := []string{}
	for _, r := range rows {
		out = append(out, strings.ReplaceAll(strings.Join(r, "|"), null, "NULL"))
	}
	slices.Sort(out)
	return out
}
