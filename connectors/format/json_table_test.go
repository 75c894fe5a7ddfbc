package format

import (
	"strings"
	"testing"

	"github.com/millrace-sql/millrace/sql/types"
)

// TestJSONTable is every cell of the table of kda-sql.md §16.2, as a member, by
// a path, and in elements of a flattened array.
func TestJSONTable(t *testing.T) {
	values := []string{`null`, `true`, `false`, `5`, `0`, `1.5`, `1e99`, `"7"`, `"tRuE"`, `"2021-03-09"`, `"2021-03-09 01:02:03.5"`, `"01:02:03"`, `"X'0A'"`, `"X'0'"`, `[1]`, `{"k":1}`}
	const x = coercion
	for _, c := range []struct {
		typ  types.Type
		want [16]string
	}{
		{types.Of(types.TinyInt), [16]string{"NULL", "1", "0", "5", "0", x, x, "7", x, x, x, x, x, x, x, x}},
		{types.Of(types.SmallInt), [16]string{"NULL", "1", "0", "5", "0", x, x, "7", x, x, x, x, x, x, x, x}},
		{types.Of(types.Integer), [16]string{"NULL", "1", "0", "5", "0", x, x, "7", x, x, x, x, x, x, x, x}},
		{types.Of(types.BigInt), [16]string{"NULL", "1", "0", "5", "0", x, x, "7", x, x, x, x, x, x, x, x}},
		{types.DecimalOf(4, 1), [16]string{"NULL", "1.0", "0.0", "5.0", "0.0", "1.5", x, "7.0", x, x, x, x, x, x, x, x}},
		{types.Of(types.Real), [16]string{"NULL", "1", "0", "5", "0", "1.5", x, "7", x, x, x, x, x, x, x, x}},
		{types.Of(types.Double), [16]string{"NULL", "1", "0", "5", "0", "1.5", "1e+99", "7", x, x, x, x, x, x, x, x}},
		{types.Of(types.Boolean), [16]string{"NULL", "true", "false", "true", "false", "true", "true", "false", "true", "false", "false", "false", "false", "false", x, x}},
		{ofKind(types.Char, 3), [16]string{"NULL", "tru", "fal", "5  ", "0  ", "1.5", "1e9", "7  ", "tRu", "202", "202", "01:", "X'0", "X'0", "[1]", `{"k`}},
		{types.VarcharOf(0), [16]string{"NULL", "true", "false", "5", "0", "1.5", "1e99", "7", "tRuE", "2021-03-09", "2021-03-09 01:02:03.5", "01:02:03", "X'0A'", "X'0'", "[1]", `{"k":1}`}},
		{types.Of(types.Date), [16]string{"NULL", x, x, x, x, x, x, x, x, "2021-03-09", x, x, x, x, x, x}},
		{types.Of(types.TimeOfDay), [16]string{"NULL", x, x, x, x, x, x, x, x, x, x, "01:02:03.000", x, x, x, x}},
		{types.Of(types.Timestamp), [16]string{"NULL", x, x, x, x, x, x, x, x, x, "2021-03-09 01:02:03.500", x, x, x, x, x}},
		// "tRuE" is base64 too, in which pumps write binary: b5 1b 84.
		{ofKind(types.Binary, 3), [16]string{"NULL", "000001", "000000", x, x, x, x, x, "b51b84", x, x, x, "0a0000", x, x, x}},
		{ofKind(types.Varbinary, 3), [16]string{"NULL", "01", "00", x, x, x, x, x, "b51b84", x, x, x, "0a", x, x, x}},
	} {
		for i, value := range values {
			for _, m := range []struct{ columns, record string }{
				{"", `{"v":` + value + `}`},
				{"V=$.o.v", `{"o":{"v":` + value + `}}`},
				{"V=$.a[0:].v", `{"a":[{"v":` + value + `},{"v":` + value + `}]}`},
			} {
				cell(t, c.typ, m.columns, m.record, c.want[i])
			}
		}
	}
}

func cell(t *testing.T, typ types.Type, columns, record, want string) {
	t.Helper()
	schema := types.NewSchema(field("V", typ))
	options := map[string]string{}
	if columns != "" {
		options["columns"] = columns
	}
	o, err := Mapping("json", schema, options)
	if err != nil {
		t.Fatal(err)
	}
	d := fixture(t, "json", o, []int{0}, schema.Fields...)
	n, err := d.Append([]byte(record))
	if want == coercion {
		if err == nil || !strings.HasPrefix(err.Error(), coercion) || d.Rows() != 0 {
			t.Errorf("%s: %s: %v", typ, record, err)
		}
		return
	}
	if got := rows(d); err != nil || len(got) != n || got[0] != want || got[n-1] != want {
		t.Errorf("%s: %s: %q and %v, want %q", typ, record, got, err, want)
	}
}
