package oracle

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func itoa(n int) string { return strconv.Itoa(n) }

// form is a way to make an expression. A placeholder {i} is an expression of that kind: i
// INTEGER, l BIGINT, d DECIMAL, x DOUBLE, s text, a DATE, t TIMESTAMP, o TIME, b BOOLEAN;
// {n} is a small whole number, {c} one of any kind, the same in all its places.
type form struct {
	kind       string
	ours, duck string // duck is "" where both write the same
}

var columnsOf = map[string][]string{
	"i": {"i1", "i2", "m1", "y1"}, "l": {"l1", "l2"}, "d": {"d1", "d2"}, "x": {"x1", "x2"}, "s": {"s1", "s2"}, "m": {"n1"}, "k": {"k1"},
	"a": {"a1", "a2"}, "t": {"t1", "t2"}, "o": {"o1"}, "b": {"b1", "b2"}, "n": {"-2", "-1", "0", "1", "2", "3", "5"}, "p": {"0", "1", "2", "3", "5"},
}

// forms that may stand within each other.
var forms = []form{
	{"i", "{i} + {i}", ""}, {"i", "{i} - {i}", ""}, {"i", "{i} * {i}", ""}, {"i", "-{i}", ""}, {"i", "{i} / {i}", "{i} // {i}"},
	{"l", "{l} + {l}", ""}, {"l", "{l} - {l}", ""}, {"l", "{l} * {l}", ""}, {"l", "{l} / {l}", "{l} // {l}"}, {"l", "{l} + {i}", ""},
	{"x", "{x} + {x}", ""}, {"x", "{x} - {x}", ""}, {"x", "{x} * {x}", ""}, {"x", "{x} / {x}", ""}, {"x", "-{x}", ""}, {"x", "{x} + {i}", ""}, {"x", "{x} * {l}", ""},
	{"i", "ABS({i})", ""}, {"l", "ABS({l})", ""}, {"x", "ABS({x})", ""}, {"x", "FLOOR({x})", ""}, {"x", "CEIL({x})", ""},
	{"x", "ROUND({x}, 2)", ""}, {"x", "ROUND({x})", ""}, {"x", "TRUNCATE({x})", "TRUNC({x})"}, {"x", "SQRT({x})", ""},

	{"i", "SIGN({i})", ""},
	{"b", "{c} = {c}", ""}, {"b", "{c} <> {c}", ""}, {"b", "{c} < {c}", ""}, {"b", "{c} <= {c}", ""}, {"b", "{c} > {c}", ""}, {"b", "{c} >= {c}", ""},
	{"b", "{c} IS DISTINCT FROM {c}", ""}, {"b", "{c} IS NOT DISTINCT FROM {c}", ""}, {"b", "{c} IS NULL", ""}, {"b", "{c} IS NOT NULL", ""},
	{"b", "{c} BETWEEN {c} AND {c}", ""}, {"b", "{c} NOT BETWEEN {c} AND {c}", ""}, {"b", "{c} IN ({c}, {c})", ""}, {"b", "{c} NOT IN ({c}, {c}, NULL)", ""},
	{"b", "{i} < {l}", ""}, {"b", "{l} > {x}", ""}, {"b", "{i} = {x}", ""}, {"b", "{d} = {d}", ""}, {"b", "{d} < {i}", ""}, {"b", "{i} IN (1, {i}, 7)", ""},
	{"b", "{b} AND {b}", ""}, {"b", "{b} OR {b}", ""}, {"b", "NOT {b}", ""}, {"b", "{b} IS TRUE", ""}, {"b", "{b} IS NOT FALSE", ""}, {"b", "{b} IS UNKNOWN", "{b} IS NULL"},
	{"c", "CASE WHEN {b} THEN {c} ELSE {c} END", ""}, {"c", "CASE WHEN {b} THEN {c} WHEN {b} THEN {c} END", ""}, {"c", "CASE {c} WHEN {c} THEN {c} END", ""},
	{"c", "COALESCE({c}, {c})", ""}, {"c", "COALESCE({c}, NULL, {c})", ""}, {"c", "NULLIF({c}, {c})", ""}, {"c", "IFNULL({c}, {c})", ""},
	{"x", "CASE WHEN {b} THEN {i} ELSE {x} END", ""}, {"l", "COALESCE({i}, {l})", ""},
	{"s", "LOWER({s})", ""}, {"s", "TRIM({s})", ""}, {"s", "LTRIM({s})", ""}, {"s", "RTRIM({s})", ""}, {"s", "REVERSE({s})", ""}, {"s", "{s} || {s}", ""},
	{"s", "SUBSTRING({s} FROM {p} FOR {p})", ""}, {"s", "REPLACE({s}, {s}, {s})", ""},
	{"s", "LEFT({s}, {p})", ""}, {"s", "RIGHT({s}, {p})", ""}, {"s", "REPEAT({s}, {p})", ""}, {"s", "CONCAT({s}, {s})", "{s} || {s}"}, {"s", "TRANSLATE({s}, 'abc', 'xy')", ""},
	{"s", "BTRIM({s}, 'a ')", "TRIM({s}, 'a ')"}, {"s", "LTRIM({s}, 'ab')", ""}, {"s", "RTRIM({s}, 'cb')", ""}, {"s", "MD5({s})", ""}, {"s", "CONCAT_WS('-', {s}, {s})", ""},
	{"i", "POSITION({s} IN {s})", "CAST(POSITION({s} IN {s}) AS INTEGER)"}, {"i", "CHAR_LENGTH({s})", "CAST(LENGTH({s}) AS INTEGER)"}, {"i", "LENGTH({s})", "CAST(LENGTH({s}) AS INTEGER)"}, {"i", "OCTET_LENGTH({s})", "CAST(STRLEN({s}) AS INTEGER)"}, {"i", "ASCII({s})", ""},
	{"b", "{s} LIKE {s}", ""}, {"b", "{s} NOT LIKE {s}", ""}, {"b", "{s} LIKE 'a%'", ""}, {"b", "{s} LIKE '%b_'", ""}, {"b", "{s} LIKE '_'", ""}, {"b", "{s} LIKE 'a!%%' ESCAPE '!'", ""}, {"b", "{s} LIKE '%c%'", ""},
	{"b", "STARTSWITH({s}, {s})", "STARTS_WITH({s}, {s})"}, {"b", "ENDSWITH({s}, {s})", "ENDS_WITH({s}, {s})"}, {"b", "REGEXP_LIKE({s}, '[a-c]+')", "REGEXP_MATCHES({s}, '[a-c]+')"},

	{"l", "EXTRACT(YEAR FROM {t})", ""}, {"l", "EXTRACT(MONTH FROM {a})", ""}, {"l", "EXTRACT(DAY FROM {t})", ""}, {"l", "EXTRACT(QUARTER FROM {a})", ""}, {"l", "EXTRACT(WEEK FROM {a})", ""}, {"l", "EXTRACT(WEEK FROM {t})", ""},
	{"l", "EXTRACT(DOW FROM {a})", "EXTRACT(DOW FROM {a}) + 1"}, {"l", "EXTRACT(ISODOW FROM {t})", ""}, {"l", "EXTRACT(DOY FROM {t})", ""}, {"l", "EXTRACT(HOUR FROM {t})", ""}, {"l", "EXTRACT(MINUTE FROM {t})", ""}, {"l", "EXTRACT(HOUR FROM {o})", ""},
	{"l", "SECOND({t})", ""}, {"l", "DAYOFWEEK({t})", "DAYOFWEEK({t}) + 1"}, {"l", "YEAR({a})", ""}, {"l", "DAYOFYEAR({a})", ""},
	{"t", "FLOOR({t} TO HOUR)", "DATE_TRUNC('hour', {t})"}, {"t", "FLOOR({t} TO MONTH)", "CAST(DATE_TRUNC('month', {t}) AS TIMESTAMP)"}, {"t", "FLOOR({t} TO SECOND)", "DATE_TRUNC('second', {t})"}, {"t", "FLOOR({t} TO YEAR)", "CAST(DATE_TRUNC('year', {t}) AS TIMESTAMP)"},
	{"t", "{t} + INTERVAL '1' MONTH", ""}, {"t", "{t} - INTERVAL '1' YEAR", ""}, {"t", "{t} + INTERVAL '90' SECOND", ""}, {"t", "{t} - INTERVAL '3' DAY", ""}, {"a", "{a} + INTERVAL '1' MONTH", "CAST({a} + INTERVAL '1' MONTH AS DATE)"},
	{"a", "{a} - INTERVAL '1' YEAR", "CAST({a} - INTERVAL '1' YEAR AS DATE)"}, {"a", "{a} + INTERVAL '40' DAY", "CAST({a} + INTERVAL '40' DAY AS DATE)"}, {"t", "TIMESTAMPADD(MONTH, {n}, {t})", "to_months({n}) + {t}"}, {"t", "TIMESTAMPADD(HOUR, {n}, {t})", "to_hours({n}) + {t}"},
	{"l", "TIMESTAMPDIFF(DAY, {t}, {t})", "DATE_SUB('day', {t}, {t})"}, {"l", "TIMESTAMPDIFF(MONTH, {t}, {t})", "DATE_SUB('month', {t}, {t})"}, {"l", "TIMESTAMPDIFF(SECOND, {t}, {t})", "DATE_SUB('second', {t}, {t})"}, {"l", "CAST(({a} - {a}) DAY AS BIGINT)", "{a} - {a}"},
	{"l", "CAST({i} AS BIGINT)", ""}, {"i", "CAST({l} AS INTEGER)", ""}, {"x", "CAST({i} AS DOUBLE)", ""}, {"x", "CAST({l} AS DOUBLE)", ""}, {"x", "CAST({d} AS DOUBLE)", ""},
	{"s", "CAST({i} AS VARCHAR)", ""}, {"s", "CAST({l} AS VARCHAR)", ""}, {"s", "CAST({d} AS VARCHAR)", ""}, {"s", "CAST({b} AS VARCHAR)", ""}, {"s", "CAST({a} AS VARCHAR)", ""},
	{"a", "CAST({t} AS DATE)", ""}, {"t", "CAST({a} AS TIMESTAMP)", ""},
}

// roots are forms that stand alone: their types differ where they would nest, or the
// differences would say little about what is around them.
var roots = []form{
	{"l", "MOD({l}, {l})", ""},
	{"i", "MOD({i}, {i})", ""},
	{"s", "UPPER({s})", ""},
	{"s", "SUBSTRING({s}, {p})", ""},
	{"s", "SUBSTRING({s}, {p}, {p})", ""},
	{"l", "UNIX_TIMESTAMP({t})", "EPOCH_MS({t})"},
	{"s", "RPAD({s}, {p}, {s})", ""},
	{"s", "LPAD({s}, {p}, {s})", ""},
	{"i", "CAST({d} AS INTEGER)", ""},
	{"l", "CAST({x} AS BIGINT)", ""},
	{"i", "CAST({x} AS INTEGER)", ""},
	{"c", "LEAST({c}, {c})", ""},
	{"c", "GREATEST({c}, {c})", ""},
	{"x", "RADIANS({x})", ""},
	{"x", "DEGREES({x})", ""},
	{"x", "ATAN2({x}, {x})", ""},
	{"x", "ATAN({x})", ""},
	{"x", "COS({x})", ""},
	{"x", "SIN({x})", ""},
	{"x", "POWER({x}, {x})", ""},
	{"x", "LOG2({x})", ""},
	{"x", "LOG10({x})", ""},
	{"x", "LN({x})", ""},
	{"x", "EXP({x})", ""},
	{"x", "CBRT({x})", ""},
	{"d", "{d} + {d}", ""}, {"d", "{d} - {d}", ""}, {"d", "{d} * {d}", ""}, {"d", "-{d}", ""}, {"d", "ABS({d})", ""}, {"d", "{d} / {d}", "CAST({d} AS DOUBLE) / {d}"}, {"d", "ROUND({d}, 1)", ""}, {"d", "ROUND({d})", ""}, {"d", "TRUNCATE({d})", "TRUNC({d})"},
	{"d", "FLOOR({d})", ""}, {"d", "CEIL({d})", ""}, {"d", "{d} + {i}", ""}, {"d", "{d} * {i}", ""}, {"x", "{d} + {x}", ""}, {"d", "COALESCE({d}, {i})", ""}, {"d", "GREATEST({d}, {d})", ""}, {"d", "MOD({i}, 3)", ""}, {"i", "SIGN({d})", ""}, {"i", "SIGN({x})", ""},
	{"d", "CAST({x} AS DECIMAL(10,2))", ""}, {"d", "CAST({d} AS DECIMAL(6,1))", ""}, {"d", "CAST({i} AS DECIMAL(8,2))", ""}, {"d", "CAST({l} AS DECIMAL(18,0))", ""}, {"d", "CAST({m} AS DECIMAL(10,2))", ""}, {"x", "CAST({x} AS REAL)", ""},
	{"i", "CAST({m} AS INTEGER)", ""}, {"l", "CAST({m} AS BIGINT)", ""}, {"x", "CAST({m} AS DOUBLE)", ""}, {"i", "CAST({i} AS SMALLINT)", ""}, {"i", "CAST({i} AS TINYINT)", ""}, {"i", "CAST({x} AS SMALLINT)", ""}, {"i", "CAST({d} AS TINYINT)", ""},
	{"i", "TRY_CAST({m} AS INTEGER)", ""}, {"x", "TRY_CAST({m} AS DOUBLE)", ""}, {"d", "TRY_CAST({m} AS DECIMAL(10,2))", ""}, {"a", "TRY_CAST({k} AS DATE)", ""}, {"b", "TRY_CAST({k} AS BOOLEAN)", ""},
	{"a", "CAST({k} AS DATE)", ""}, {"t", "CAST({k} AS TIMESTAMP)", ""}, {"o", "CAST({k} AS TIME)", ""}, {"b", "CAST({k} AS BOOLEAN)", ""}, {"o", "CAST({t} AS TIME)", ""}, {"s", "CAST({t} AS VARCHAR)", ""}, {"s", "CAST({o} AS VARCHAR)", ""}, {"s", "CAST({x} AS VARCHAR)", ""},
	{"i", "m1 + m1", ""}, {"i", "y1 * y1", ""}, {"i", "m1 + i1", ""}, {"i", "LEFT({s}, {n})", ""}, {"s", "RIGHT({s}, {n})", ""}, {"s", "SUBSTRING({s}, {n}, {p})", ""}, {"s", "SUBSTRING({s}, {n}, {n})", ""}, {"s", "LPAD({s}, {n}, {s})", ""}, {"s", "REPEAT({s}, {n})", ""},
	{"i", "EXTRACT(SECOND FROM {t})", ""}, {"i", "EXTRACT(EPOCH FROM {t})", ""}, {"l", "ROUND({i}, -1)", ""}, {"l", "ROUND({l}, -2)", ""}, {"x", "TRUNCATE({x}, 1)", "TRUNC({x}, 1)"}, {"s", "CHR({p} + 65)", ""}, {"s", "SHA256({s})", ""}, {"s", "TO_BASE64({s})", "TO_BASE64(ENCODE({s}))"},
	{"s", "REGEXP_REPLACE({s}, '[a-b]', '-')", "REGEXP_REPLACE({s}, '[a-b]', '-', 'g')"}, {"b", "{s} SIMILAR TO 'a(b|c)*'", ""}, {"x", "LOG(2, {x})", ""}, {"s", "CONCAT({s}, {s})", ""}, {"a", "a1 + INTERVAL '-1' MONTH", "CAST(a1 + INTERVAL '-1' MONTH AS DATE)"},
}

var placeholder = regexp.MustCompile(`\{[a-z]\}`)

// maker makes random expressions; the same choices for both engines.
type maker struct{ *rand.Rand }

// fill puts expressions into the places of a form, in the order of their kinds in ours;
// duck names them in the same order.
func (m maker) fill(f form, depth int) (ours, duck string) {
	if f.duck == "" {
		f.duck = f.ours
	}
	shared := []string{"i", "l", "x", "s", "a", "t", "b", "d"}[m.IntN(8)]
	if f.kind != "b" && f.kind != "c" {
		shared = f.kind
	}
	f.ours, f.duck = strings.ReplaceAll(f.ours, "{c}", "{"+shared+"}"), strings.ReplaceAll(f.duck, "{c}", "{"+shared+"}")
	var a, b []string
	ours = placeholder.ReplaceAllStringFunc(f.ours, func(p string) string {
		x, y := m.expr(p[1:2], depth-1)
		a, b = append(a, x), append(b, y)
		return x
	})
	i := 0
	duck = placeholder.ReplaceAllStringFunc(f.duck, func(string) string { i++; return b[(i-1)%len(b)] })
	return ours, duck
}

// expr is an expression of a kind, at most so deep.
func (m maker) expr(kind string, depth int) (ours, duck string) {
	fit := slices.DeleteFunc(slices.Clone(forms), func(f form) bool { return f.kind != kind && (f.kind != "c" || kind == "d") })
	if depth <= 0 || len(fit) == 0 || m.IntN(4) == 0 {
		c := columnsOf[kind][m.IntN(len(columnsOf[kind]))]
		return c, c
	}
	f := fit[m.IntN(len(fit))]
	if f.kind == "c" {
		f = form{kind, strings.ReplaceAll(f.ours, "{c}", "{"+kind+"}"), strings.ReplaceAll(f.duck, "{c}", "{"+kind+"}")}
	}
	ours, duck = m.fill(f, depth)
	return "(" + ours + ")", "(" + duck + ")"
}

const sampleCount = 160

// TestScalars evaluates expressions over the table of samples in both engines: every form
// over columns, then forms within forms.
func TestScalars(t *testing.T) {
	p := open(t)
	columns, rows := sampleRows(sampleCount)
	p.table("v", columns, rows)
	m := maker{rand.New(rand.NewPCG(7, 7))}
	var list [][2]string
	add := func(ours, duck string) { list = append(list, [2]string{ours, duck}) }
	for _, f := range append(slices.Clone(forms), roots...) {
		for range 6 {
			add(m.fill(f, 0))
		}
	}
	for range 1500 {
		f := forms[m.IntN(len(forms))]
		if f.kind == "c" {
			f.kind = []string{"i", "x", "s", "a"}[m.IntN(4)]
		}
		add(m.fill(f, 1+m.IntN(3)))
	}
	k := newKnown(t)
	for _, e := range list {
		p.compareScalar(e[0], e[1], rows, k)
	}
	k.unused()
	t.Logf("%d expressions over %d rows: %d values equal, %d explained", len(list), len(rows), k.equal, k.explained)
}

func (p *pair) compareScalar(ours, duck string, rows [][]string, k *known) {
	got, _, err := p.askOurs("SELECT n, " + ours + " FROM v")
	if err != nil {
		k.different(difference{expr: ours, duck: duck, got: "error: " + err.Error()})
		return
	}
	want, err := p.askDuck("SELECT n, TRY(struct_pack(v := " + duck + ")) IS NULL, TRY(struct_pack(v := " + duck + ")) FROM v ORDER BY n")
	if err != nil {
		k.different(difference{expr: ours, duck: duck, want: "error: " + err.Error()})
		return
	}
	values := map[string]string{}
	for _, r := range got {
		values[r[0]] = r[1]
	}
	for i, w := range want {
		if w[1] == "true" {
			w[2] = failed
		}
		g, ok := values[w[0]]
		if !ok {
			g = failed
		}
		if equal(g, w[2]) {
			k.equal++
			continue
		}
		d := difference{expr: ours, duck: duck, got: g, want: w[2], row: rows[i]}
		if g == failed {
			// What the query said is of its first bad row.
			_, d.rejected, err = p.askOurs("SELECT " + ours + " FROM v WHERE n = " + w[0])
			if err != nil || d.rejected == "" {
				p.t.Errorf("%s: row %s is left out, by itself it is not: %v", ours, w[0], err)
			}
		}
		k.different(d)
	}
}

// rowText is the columns of a row that an expression names.
func rowText(expr string, row []string) string {
	var out []string
	for i, s := range samples {
		if row != nil && regexp.MustCompile(`\b`+s.column+`\b`).MatchString(expr) {
			out = append(out, fmt.Sprintf("%s=%q", s.column, row[i+1]))
		}
	}
	return strings.Join(out, " ")
}
