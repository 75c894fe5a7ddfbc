package format

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// TestPaths has the rules of kda-sql.md §16.2 one by one.
func TestPaths(t *testing.T) {
	fields := []types.Field{
		field("A", types.VarcharOf(0)), field("X", types.Of(types.Integer)), field("Y", types.Of(types.Double)),
		{Name: "N", Type: types.DecimalOf(4, 1), NotNull: true}, field("B", types.Of(types.Boolean)),
	}
	const flat = "X=$.p[0:].x, Y=$.p[0:].d.y, A=$.a.b"
	for _, c := range []struct {
		name, row, columns, record string
		want                       []string // rows, or one error
	}{
		{"beside before and behind", "", flat, `{"n":1,"p":[{"x":1,"d":{"y":2.5}},{"d":{"y":3}},{"x":4,"d":5}],"a":{"b":"ä"},"b":true}`,
			[]string{"ä 1 2.5 1.0 true", "ä NULL 3 1.0 true", "ä 4 NULL 1.0 true"}},
		{"empty array", "", flat, `{"p":[],"n":2}`, []string{"NULL NULL NULL 2.0 NULL"}},
		{"no array", "", flat, `{"p":{"x":1},"n":2,"a":[{"b":1}]}`, []string{"NULL NULL NULL 2.0 NULL"}},
		{"null", "", flat, `{"p":null,"n":2,"a":null}`, []string{"NULL NULL NULL 2.0 NULL"}},
		{"elements of other kinds", "", flat, `{"n":1,"p":[1,"x",[{"x":1}],null,{}]}`, []string{
			"NULL NULL NULL 1.0 NULL", "NULL NULL NULL 1.0 NULL", "NULL NULL NULL 1.0 NULL", "NULL NULL NULL 1.0 NULL", "NULL NULL NULL 1.0 NULL"}},
		{"names are exact in paths only", "", flat, `{"N":1,"P":[{"x":1}],"p":[{"X":1},{"x":2}]}`, []string{"NULL NULL NULL 1.0 NULL", "NULL 2 NULL 1.0 NULL"}},
		{"the last of equal names", "", flat, `{"n":1,"p":[{"x":1},{"x":"bad"},{"x":3}],"p":[{"x":4,"x":5}],"a":{"b":1},"a":{}}`, []string{"NULL 5 NULL 1.0 NULL"}},
		{"the last is no array", "", flat, `{"n":1,"p":[{"x":1},{"x":null}],"p":7}`, []string{"NULL NULL NULL 1.0 NULL"}},
		{"documents", "", flat, `{"n":1,"p":[{"x":1},{"x":2}]} {"n":2}{"n":3,"p":[{}]}`, []string{
			"NULL 1 NULL 1.0 NULL", "NULL 2 NULL 1.0 NULL", "NULL NULL NULL 2.0 NULL", "NULL NULL NULL 3.0 NULL"}},
		{"bad element", "", flat, `{"n":1,"p":[{"x":1},{"x":1.5}],"a":1}`, []string{`CoercionError: column X: "1.5" has a fraction, INTEGER does not (byte 25)`}},
		{"the first trouble", "", flat, `{"p":[{"x":true},{"d":{"y":"q"},"x":[]}],"n":"w"}`, []string{`CoercionError: column Y: "q" is not a number (byte 27)`}},
		{"NOT NULL beside", "", flat, `{"p":[{"x":1},{"x":2}]}`, []string{"NotNullError: column N: NULL in a NOT NULL column (byte 0)"}},
		{"NOT NULL in an element", "", "N=$.p[0:].n", ` {"p":[{"n":1},{}]}`, []string{"NotNullError: column N: NULL in a NOT NULL column (byte 15)"}},
		{"syntax behind", "", flat, `{"n":1,"p":[{"x":1},{"x":2}]} {"n":2`, []string{"DecodeError: the record ends inside an object (byte 36)"}},
		{"the end inside", "", flat, `{"n":1,"p":[{"x":1},`, []string{"DecodeError: the record ends where a value is expected (byte 20)"}},
		{"the end of a member", "", flat, `{"n":1,"p":[{"x":1,"d":`, []string{"DecodeError: the record ends inside an object (byte 23)"}},
		{"syntax inside", "", flat, `{"n":1,"p":[{"x":1} {"x":2}]}`, []string{"DecodeError: expected a comma or the end of the array (byte 20)"}},
		{"one member, several columns", "", "A=$.v, X=$.v, Y=$.v", `{"v":3,"n":1}`, []string{"3 3 3 1.0 NULL"}},
		{"a path and a name", "", "A=$.n", `{"n":3}`, []string{"3 NULL NULL 3.0 NULL"}},
		{"an object and its members", "", "A=$.o, X=$.o.x, N=$.o.n", `{"o":{"x":1,"n":2}}`, []string{`{"x":1,"n":2} 1 NULL 2.0 NULL`}},
		{"whole and flattened", "", "A=$.p[0:], X=$.p[0:].x", `{"p":[{"x":1},{"x":2}],"n":1}`, []string{`[{"x":1},{"x":2}] 1 NULL 1.0 NULL`, `[{"x":1},{"x":2}] 2 NULL 1.0 NULL`}},
		{"whole within", "", "A=$.p[0:].q[0:], X=$.p[0:].x", `{"p":[{"q":[1,[2]]},{"x":2,"q":3}],"n":1}`, []string{`[1,[2]] NULL NULL 1.0 NULL`, `NULL 2 NULL 1.0 NULL`}},
		{"whole of no array", "", "A=$.a[0:]", `{"a":"text","n":1}`, []string{`NULL NULL NULL 1.0 NULL`}},
		{"odd names", "", `A=$["a.b"]['c"d'][""]`, `{"a.b":{"c\"d":{"":"v"}},"n":1}`, []string{`v NULL NULL 1.0 NULL`}},
		{"row path", "$.r.s[0:]", "X=$.x.y", `{"r":{"s":[{"x":{"y":1},"n":1},{"N":2}]},"n":9}`, []string{"NULL 1 NULL 1.0 NULL", "NULL NULL NULL 2.0 NULL"}},
		{"row path of an object", "$.r", "X=$.p[0:].x", `{"r":{"n":1,"p":[{"x":1},{"x":2}]}}`, []string{"NULL 1 NULL 1.0 NULL", "NULL 2 NULL 1.0 NULL"}},
		{"row path to nothing", "$.r[0:]", "X=$.x, N=$.n", `{"r":[]}`, []string{"NotNullError: column N: NULL in a NOT NULL column (byte 0)"}},
		{"row path, kind", "$[0:]", "X=$.x", `{"n":1}`, []string{"DecodeError: the document is not an array (byte 0)"}},
		{"kind", "", "X=$[0:].x", `7`, []string{"DecodeError: the document is neither an object nor an array (byte 0)"}},
		{"kind and syntax", "", "X=$.x", `[1`, []string{"DecodeError: expected a comma or the end of the array (byte 2)"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			options := map[string]string{"columns": c.columns, "row_path": max(c.row, "$")}
			o, err := Mapping("json", types.NewSchema(fields...), options)
			if err != nil {
				t.Fatal(err)
			}
			d := fixture(t, "json", o, []int{0, 1, 2, 3, 4}, fields...)
			var want []string
			// By what the first time taught, and before and behind other rows.
			for range 3 {
				n, err := d.Append([]byte(c.record))
				if err != nil {
					if err.Error() != c.want[0] || n != 0 {
						t.Fatalf("%v, want %s", err, c.want[0])
					}
				} else if want = append(want, c.want...); n != len(c.want) {
					t.Fatalf("%d rows, want %q", n, c.want)
				}
				if _, err := d.Append([]byte(`{"n":"x","p":[{"x":1},{"x":`)); err == nil {
					t.Fatal("a broken record is accepted")
				}
			}
			if got := rows(d); strings.Join(got, "|") != strings.Join(want, "|") {
				t.Fatalf("%q, want %q", got, want)
			}
		})
	}
}

// TestSpread has records whose rows are far larger than they are.
func TestSpread(t *testing.T) {
	fields := []types.Field{field("A", types.VarcharOf(0)), field("X", types.Of(types.BigInt))}
	o, err := Mapping("json", types.NewSchema(fields...), map[string]string{"columns": "X=$.p[0:].x"})
	if err != nil {
		t.Fatal(err)
	}
	d := fixture(t, "json", o, []int{0, 1}, fields...)
	record := func(text, elements int) []byte {
		return fmt.Appendf(nil, `{"a":"%s","p":[1%s]}`, strings.Repeat("z", text), strings.Repeat(",1", elements-1))
	}
	var bad *Bad
	for _, columns := range [][]int{{0, 1}, {1}, nil} {
		// What is read of it changes nothing.
		d := fixture(t, "json", o, columns, fields...)
		if _, err := d.Append(record(1<<16, 1100)); !errors.As(err, &bad) || bad.Name != flow.TooLargeRecord {
			t.Fatalf("%v", err)
		}
	}
	if _, err := d.Append(record(0, maxSpread/12+1)); !errors.As(err, &bad) || bad.Name != flow.TooLargeRecord {
		t.Fatalf("%v", err)
	}
	if n, err := d.Append(record(1<<16, 1000)); n != 1000 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	d.(*jsonDecoder).limit = 80 << 20
	if _, err := d.Append(record(1<<16, 1000)); !errors.Is(err, ErrFull) {
		t.Fatalf("%v", err)
	}
	if got := rows(d); len(got) != 1000 || len(got[999]) != 1<<16+len(" NULL") {
		t.Fatal(len(got), len(got[999]))
	}
	if n, err := d.Append(record(1<<16, 1000)); n != 1000 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
}
