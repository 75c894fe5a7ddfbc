package expr

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/millrace-sql/millrace/sql/types"
)

// denseTable has rows enough that one of them alone is computed row by row and all of
// them at once. Few values are such that something fails.
func denseTable(r *rand.Rand, nulls, beyondASCII bool) *table {
	tb := &table{fields: []types.Field{
		{Name: "I", Type: types.Of(types.Integer)}, {Name: "J", Type: types.Of(types.Integer)}, {Name: "L", Type: types.Of(types.BigInt)}, {Name: "M", Type: types.Of(types.BigInt)},
		{Name: "H", Type: types.Of(types.SmallInt)}, {Name: "F", Type: types.Of(types.Double)}, {Name: "G", Type: types.Of(types.Double)}, {Name: "R", Type: types.Of(types.Real)},
		{Name: "D", Type: types.DecimalOf(9, 2)}, {Name: "E", Type: types.DecimalOf(18, 0)}, {Name: "S", Type: types.VarcharOf(0)}, {Name: "N", Type: types.VarcharOf(0)}, {Name: "B", Type: types.Of(types.Boolean)},
	}}
	which := r.IntN(1000) // of the rare ones: one must not hide what another does
	pick := func(common []any, rare ...any) any {
		switch {
		case nulls && r.IntN(6) == 0:
			return nil
		case r.IntN(20) == 0:
			return rare[which%len(rare)]
		}
		return common[r.IntN(len(common))]
	}
	texts := []any{"", "a", "desk-0042-eqty", "42-", "4", "2-x", "0123456789abcdef", "0123456789abcdefg", "BUY", "SELL", "zZ@[`{", "aaaa"}
	rare := []any{"exactly16chars!!", "desk-0042-eqtY"}
	if beyondASCII {
		rare = []any{"Größe 42-", "é"}
	}
	for range 60 {
		tb.rows = append(tb.rows, []any{
			pick([]any{1, -7, 300, 0}, 2147483647, -2147483648), pick([]any{2, -3, 5}, 2147483647, -2147483648, 0),
			pick([]any{9, -40, 7000000000}, "9223372036854775807", "-9223372036854775808", "4611686018427387904", "4000000000000000000"), pick([]any{3, -1}, "9223372036854775807", "-9223372036854775808", "3037000500", 0),
			pick([]any{5, -6}, 32767, -32768), pick([]any{1.5, -2.25, 0, 99.5}, 1e308, -1e308, "NaN", "+Inf", "-0"), pick([]any{2.5, 0.5}, 0, 1e-308, "NaN", "-Inf"),
			pick([]any{1.5, 2}, 3e38), pick([]any{"1.25", "-7.50"}, "9999999.99", "-9999999.99"), pick([]any{"5", "-3"}, "999999999999999999"),
			pick(texts, rare...), pick([]any{"1", "12", "1234567", "12345678", "123456789", "12.5", "-3", "0"}, "", "x", "-", ".", "1.", ".5", "-0", "1e2", " 7 ", "32768", "12345678901234567890", "1.2.3", "9.9999999999999999"), pick([]any{true, false}, true),
		})
	}
	return tb
}

// TestNaNOrder: NaN is above every number and equal to itself, for columns and constants
// on either side, in loops over all rows and over some.
func TestNaNOrder(t *testing.T) {
	tb := &table{fields: []types.Field{{Name: "F", Type: types.Of(types.Double)}, {Name: "G", Type: types.Of(types.Double)}}, rows: [][]any{{"NaN", 1}, {"+Inf", "NaN"}, {"NaN", "NaN"}, {1, 1}}}
	const yes, no = "true", "false"
	for _, c := range []struct {
		expr string
		want []string
	}{
		{"F < 1", []string{no, no, no, no}}, {"F <= 1", []string{no, no, no, yes}}, {"F = 1", []string{no, no, no, yes}}, {"F <> 1", []string{yes, yes, yes, no}}, {"F >= 1", []string{yes, yes, yes, yes}}, {"F > 1", []string{yes, yes, yes, no}},
		{"1 > F", []string{no, no, no, no}}, {"1 >= F", []string{no, no, no, yes}}, {"1 = F", []string{no, no, no, yes}}, {"1 <> F", []string{yes, yes, yes, no}}, {"1 <= F", []string{yes, yes, yes, yes}}, {"1 < F", []string{yes, yes, yes, no}},
		{"F < G", []string{no, yes, no, no}}, {"F <= G", []string{no, yes, yes, yes}}, {"F = G", []string{no, no, yes, yes}}, {"F <> G", []string{yes, yes, no, no}}, {"F >= G", []string{yes, no, yes, yes}}, {"F > G", []string{yes, no, no, no}},
	} {
		if got := tb.run(t, c.expr); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.expr, got, c.want)
		}
	}
}

// TestDense computes expressions over all rows, over all but one, and over each alone:
// the results agree.
func TestDense(t *testing.T) {
	exprs := []string{
		"I + J", "I - J", "I * J", "I + 1", "1 - I", "I * 3", "-3 * I", "I * 0", "L + M", "L - M", "L * M", "L + I", "L - I", "I + L", "I - L", "L * 3", "3 * L", "L * -1", "L * 9223372036854775807", "L + 1", "1 - L", "L * I", "H + H", "H * H", "H * I", "H - 1",
		"D + D", "D - D", "D * 2", "E + E", "E - D", "E * E", "E * 7", "I / J", "L / M", "L * 3 - I", "5 - I", "7 + I",
		"F + G", "F - G", "F * G", "F / G", "F * I / 100", "(F + G) * F", "F / (F - F)", "1 / (F * G)", "F * G * F", "F - 1", "2 - F", "R + R", "R * R * R", "R + F", "CAST(I AS DOUBLE)", "CAST(L AS DOUBLE)", "CAST(H AS BIGINT)", "CAST(R AS DOUBLE)",
		"I = J", "I < J", "I <= 300", "I <> 1", "300 > I", "1 <= I", "I > 2147483648", "L = 9", "L < M", "L >= 0", "H > 5", "F < G", "F <= G", "F = G", "F <> G", "F > 1.5", "F >= 99.5e0", "F < 99.5e0", "F = 0", "0 <> F", "1.5e0 < F", "1.5e0 >= F", "D > 1", "R > 1.5",
		"I > 0 AND J > 0", "I > 0 AND F > 1 AND L < 100", "B AND I > 0", "I > 0 AND B", "I > 0 AND 6 / J > 1", "6 / J > 1 AND I > 0", "I > 0 AND (J > 0 OR B)", "I > 0 OR J > 0", "F > 0 AND S = 'BUY'",
		"S = 'BUY'", "S <> 'BUY'", "S = ''", "'a' = S", "S = '0123456789abcdef'", "S = '0123456789abcdefg'", "S = 'desk-0042-eqty'", "S <> 'desk-0042-eqty'", "S = N", "S < 'b'", "S = 'desk-004'",
		"S LIKE '%42-%'", "S LIKE '%4%'", "S LIKE '%aa%'", "S LIKE '%%'", "S LIKE 'desk%'", "S LIKE '%eqty'", "S LIKE '%0%-%'", "UPPER(S)", "LOWER(S)", "SUBSTRING(S FROM 3 FOR 2)", "SUBSTRING(S, 3, 2)", "SUBSTRING(S FROM 2)", "SUBSTRING(S, 5)", "SUBSTRING(S FROM 1 FOR 0)", "SUBSTRING(S FROM 0 FOR 3)", "SUBSTRING(S FROM 2147483647 FOR 2147483647)",
		"S || '-' || N", "UPPER(S || N)", "SUBSTRING(UPPER(S) FROM 2 FOR 3)", "UPPER(SUBSTRING(S FROM 2 FOR 3))", "REPLACE(S, 'a', 'bb')", "UPPER(CASE WHEN I > 0 THEN S ELSE 'none' END)",
		"CASE WHEN F > 50 THEN 'high' WHEN F > 1 THEN 'middle' ELSE 'low' END", "CASE WHEN I > 0 THEN S WHEN J > 0 THEN N END", "CASE WHEN I > 1 THEN F * 2 WHEN J > 1 THEN F ELSE 0 END", "CASE WHEN B THEN I ELSE J END", "CASE WHEN I > 0 THEN B ELSE NULL END", "COALESCE(I, J)", "NULLIF(I, J)", "COALESCE(F, G * 2)",
		"CAST(N AS DOUBLE)", "CAST(N AS INTEGER)", "CAST(N AS SMALLINT)", "CAST(N AS BIGINT)", "CAST(N AS DECIMAL(9, 2))", "TRY_CAST(N AS DOUBLE)", "TRY_CAST(N AS INTEGER)", "TRY_CAST(N AS DECIMAL(9, 2))",
	}
	for seed := range uint64(16) {
		tb := denseTable(rand.New(rand.NewPCG(seed, 5)), seed&1 == 1, seed&2 == 2)
		for _, e := range exprs {
			t.Run(fmt.Sprint(seed, " ", e), func(t *testing.T) { tb.run(t, e) })
		}
	}
}
