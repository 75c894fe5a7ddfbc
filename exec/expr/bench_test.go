package expr

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/types"
)

const benchRows = 4096

// benchTable has texts of a log line's parts, numbers and documents.
func benchTable() *table {
	rng := rand.New(rand.NewPCG(1, 2))
	tb := &table{fields: []types.Field{
		{Name: "S", Type: types.VarcharOf(40)}, {Name: "F", Type: types.Of(types.Double)}, {Name: "D", Type: types.DecimalOf(12, 4)},
		{Name: "I", Type: types.Of(types.BigInt)}, {Name: "J", Type: types.VarcharOf(0)}, {Name: "C", Type: types.VarcharOf(9)},
	}}
	cities := []string{"North", "South", "harbour", "Größe"}
	for range benchRows {
		n := rng.IntN(1_000_000)
		city := cities[rng.IntN(len(cities))]
		tb.rows = append(tb.rows, []any{
			fmt.Sprintf("GET /item/%d?user=%s", n, city), rng.Float64() * 1000, fmt.Sprintf("%d.%04d", rng.IntN(100000), rng.IntN(10000)), n,
			fmt.Sprintf(`{"id": %d, "user": {"name": "%s", "tags": ["a", "b"]}, "price": 12.5, "at": "2021-03-09"}`, n, city), city,
		})
	}
	return tb
}

// BenchmarkFunctions reports rows/s of one function over a batch, the family
// first.
func BenchmarkFunctions(b *testing.B) {
	tb := benchTable()
	for _, c := range []struct{ name, expr string }{
		{"text/upper", "UPPER(S)"}, {"text/lower", "LOWER(C)"}, {"text/initcap", "INITCAP(S)"}, {"text/length", "CHAR_LENGTH(S)"}, {"text/substring", "SUBSTRING(S FROM 5 FOR 8)"}, {"text/left", "LEFT(S, 3)"}, {"text/position", "POSITION('user' IN S)"},
		{"text/trim", "TRIM(S)"}, {"text/concat", "S || '-' || C"}, {"text/replace", "REPLACE(S, 'item', 'x')"}, {"text/lpad", "LPAD(C, 12, '*')"}, {"text/split", "SPLIT_INDEX(S, '/', 1)"}, {"text/overlay", "OVERLAY(S PLACING 'PUT' FROM 1)"}, {"text/greatest", "GREATEST(C, 'M')"},
		{"like/prefix", "S LIKE 'GET%'"}, {"like/suffix", "S LIKE '%North'"}, {"like/contains", "S LIKE '%/item/%'"}, {"like/exact", "C LIKE 'North'"}, {"like/general", "S LIKE 'GET%user=_or%'"}, {"like/similar", "C SIMILAR TO '(Nor|Sou)th'"},
		{"regex/like", "REGEXP_LIKE(S, 'item/[0-9]+')"}, {"regex/extract", "REGEXP_EXTRACT(S, 'item/([0-9]+)', 1)"}, {"regex/replace", "REGEXP_REPLACE(S, '[0-9]+', '#')"}, {"regex/lookahead", "REGEXP_LIKE(S, 'item(?=/)')"},
		{"json/value", "JSON_VALUE(J, '$.user.name')"}, {"json/number", "JSON_VALUE(J, '$.price' RETURNING DOUBLE)"}, {"json/query", "JSON_QUERY(J, '$.user')"}, {"json/exists", "JSON_EXISTS(J, 'lax $.nothing')"},
		{"number/round_double", "ROUND(F, 2)"}, {"number/round_decimal", "ROUND(D, 2)"}, {"number/truncate", "TRUNCATE(F, 2)"}, {"number/power", "POWER(F, 2)"}, {"number/power_any", "POWER(F, 1.5)"}, {"number/sqrt", "SQRT(F)"}, {"number/ln", "LN(F)"}, {"number/step", "STEP(I BY 100)"}, {"number/mod", "MOD(I, 7)"}, {"number/abs", "ABS(I)"}, {"number/greatest", "GREATEST(I, 500000)"},
		{"null/if", "IF(I > 500000, I, 0)"}, {"null/coalesce", "COALESCE(S, '')"}, {"null/try_cast", "TRY_CAST(I AS INTEGER)"}, {"null/case", "CASE WHEN I > 900000 THEN 'high' WHEN I > 100000 THEN 'middle' ELSE 'low' END"},
		{"hash/md5", "MD5(S)"}, {"hash/base64", "TO_BASE64(S)"},
	} {
		b.Run(c.name, func(b *testing.B) {
			e, columns, err := tb.bind(c.expr)
			if err != nil {
				b.Fatal(err)
			}
			ev, err := Compile(e)
			if err != nil {
				b.Fatal(err)
			}
			rec := tb.record(b, memory.DefaultAllocator, columns)
			defer rec.Release()
			b.ReportAllocs()
			for b.Loop() {
				v := ev.run(rec, nil)
				if v == nil || len(ev.c.errs) > 0 {
					b.Fatal(ev.c.errs)
				}
			}
			b.ReportMetric(float64(b.N)*benchRows/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
