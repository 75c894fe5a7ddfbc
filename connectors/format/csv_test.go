package format

import (
	"errors"
	"strings"
	"testing"

	"github.com/millrace-sql/millrace/sql/types"
)

func TestCSVRows(t *testing.T) {
	fields := []types.Field{
		field("ID", types.Of(types.Integer)),
		field("NAME", types.VarcharOf(5)),
		field("PRICE", types.DecimalOf(6, 2)),
		{Name: "AT", Type: types.Of(types.Timestamp), NotNull: true},
	}
	const at = "2021-03-09 07:05:09"
	for _, c := range []struct {
		name, record string
		want         []string // rows, or one error
	}{
		{"plain", "1,abc,1.5," + at, []string{"1 abc 1.50 " + at + ".000"}},
		{"line ends", "1,a,2," + at + "\r\n\r\n2,b,3," + at + "\n", []string{"1 a 2.00 " + at + ".000", "2 b 3.00 " + at + ".000"}},
		{"NULL and empty", `,"",,` + at, []string{"NULL  NULL " + at + ".000"}},
		{"quoted numbers", `"7","x","0.005","` + at + `"`, []string{"7 x 0.01 " + at + ".000"}},
		{"blanks around numbers", ` 7 , x , 1 ,` + at, []string{"7  x  1.00 " + at + ".000"}},
		{"quotes and line ends", "1,\"a,\"\"\n\",1," + at, []string{"1 a,\"\n 1.00 " + at + ".000"}},
		{"cut", "1,abcdefghijklm,1," + at + "\n1,äöüßéè,1," + at, []string{"1 abcde 1.00 " + at + ".000", "1 äöüßé 1.00 " + at + ".000"}},
		{"leading zeros", "007,a,00.10," + at, []string{"7 a 0.10 " + at + ".000"}},
		{"ISO", "1,a,1,2021-03-09T07:05:09.25Z", []string{"1 a 1.00 2021-03-09 07:05:09.250"}},
		{"too few", "1,a,1", []string{"CoercionError: the row has 3 fields, 4 are declared (byte 0)"}},
		{"too many", "1,a,1," + at + "\n1,a,1," + at + ",x", []string{"1 a 1.00 " + at + ".000", "1 a 1.00 " + at + ".000"}},
		{"number", "1,a,x," + at, []string{`CoercionError: column PRICE: "x" is not a number (byte 4)`}},
		{"empty is no number", `"",a,1,` + at, []string{`CoercionError: column ID: "" is not a number (byte 0)`}},
		{"fraction", "1.5,a,1," + at, []string{`CoercionError: column ID: "1.5" has a fraction, INTEGER does not (byte 0)`}},
		{"range", "1,a,12345," + at, []string{`CoercionError: column PRICE: "12345" is out of range of DECIMAL(6, 2) (byte 4)`}},
		{"NOT NULL", "1,a,1,", []string{"NotNullError: column AT: NULL in a NOT NULL column (byte 6)"}},
		{"open quote", "1,\"a,1," + at, []string{"DecodeError: the quote is never closed (byte 2)"}},
		{"bare quote", "1,a\"b,1," + at, []string{"DecodeError: a quote inside a field without quotes (byte 3)"}},
		{"text after quote", "1,\"a\"b,1," + at, []string{"DecodeError: text after the closing quote (byte 5)"}},
		{"invalid UTF-8", "1,\xff,1," + at, []string{"DecodeError: invalid UTF-8 (byte 2)"}},
		{"empty", "\r\n\n", []string{"DecodeError: the record is empty (byte 0)"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := fixture(t, "csv", Options{}, []int{0, 1, 2, 3}, fields...)
			skipping := fixture(t, "csv", Options{}, []int{3}, fields...)
			for range 2 {
				n, err := d.Append([]byte(c.record))
				if _, other := skipping.Append([]byte(c.record)); (other == nil) != (err == nil) {
					t.Fatalf("%v when read, %v when not", err, other)
				}
				if err != nil {
					if err.Error() != c.want[0] || d.Rows() != 0 {
						t.Fatalf("%v, want %s", err, c.want[0])
					}
					continue
				}
				if got := rows(d); n != len(c.want) || strings.Join(got, "|") != strings.Join(c.want, "|") {
					t.Fatalf("%q, want %q", got, c.want)
				}
			}
		})
	}
}

func TestCSVValues(t *testing.T) {
	for _, c := range []struct {
		typ         types.Type
		value, want string
	}{
		{types.Of(types.Boolean), "TRUE", "true"},
		{types.Of(types.Boolean), "false", "false"},
		{types.Of(types.Boolean), "1", "true"},
		{types.Of(types.Boolean), "0", "false"},
		{types.Of(types.Boolean), "yes", coercion},
		{types.Of(types.Double), "-1e3", "-1000"},
		{types.Of(types.Double), "NaN", "NaN"},
		{types.Of(types.Real), ".5", "0.5"},
		{types.Of(types.BigInt), "-9223372036854775808", "-9223372036854775808"},
		{types.Of(types.SmallInt), "40000", coercion},
		{types.Of(types.Date), "2024-02-29", "2024-02-29"},
		{types.Of(types.TimeOfDay), "23:59:59.999", "23:59:59.999"},
		{ofKind(types.Varbinary, 4), "00ff", "00ff"},
		{ofKind(types.Varbinary, 4), "X'00FF'", "00ff"},
		{ofKind(types.Varbinary, 4), "AP8=", coercion},
		{ofKind(types.Varbinary, 4), `""`, ""},
		{ofKind(types.Char, 4), "ab", "ab  "},
	} {
		d := fixture(t, "csv", Options{}, []int{0}, field("V", c.typ))
		_, err := d.Append([]byte(c.value))
		var bad *Bad
		switch {
		case errors.As(err, &bad):
			if bad.Name != c.want {
				t.Errorf("%s %s: %v, want %s", c.typ, c.value, err, c.want)
			}
		default:
			if got := strings.Join(rows(d), "|"); got != c.want {
				t.Errorf("%s %s: %q, want %q", c.typ, c.value, got, c.want)
			}
		}
	}
}

func TestCSVHeaderAndDelimiter(t *testing.T) {
	d := fixture(t, "csv", Options{Header: []string{"x", "b", "B", "a"}, ColumnDelimiter: "\t"}, []int{0, 1},
		field("A", types.Of(types.Integer)), field("B", types.VarcharOf(0)))
	if _, err := d.Append([]byte("0\t1\t2,\t3\n\"\"\t\t\"\t\"\t4")); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Append([]byte("0\t1\t2")); err == nil {
		t.Fatal("a short row is accepted")
	}
	if got := strings.Join(rows(d), "|"); got != "3 2,|4 \t" {
		t.Fatalf("%q", got)
	}
}
