package format

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// fixture is a decoder on a checked allocator; the test fails on a leak.
func fixture(t testing.TB, format string, o Options, columns []int, fields ...types.Field) Decoder {
	t.Helper()
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	d, err := NewDecoder(format, types.StreamSchema(fields...), columns, o, mem)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.Close()
		mem.AssertSize(t, 0)
	})
	return d
}

// rows finishes d and prints its rows: values with blanks between them.
func rows(d Decoder) []string {
	n := d.Rows()
	columns := d.Finish()
	out := make([]string, n)
	for _, c := range columns {
		for i := range out {
			if out[i] != "" {
				out[i] += " "
			}
			out[i] += string(AppendText(nil, c, i))
		}
		if c.Len() != n {
			out = append(out, fmt.Sprintf("column of %d rows", c.Len()))
		}
		c.Release()
	}
	return out
}

func field(name string, t types.Type) types.Field { return types.Field{Name: name, Type: t} }

func ofKind(k types.Kind, n int) types.Type { return types.Type{Kind: k, Precision: n} }

const (
	coercion = "CoercionError"
	syntax   = "DecodeError"
)

// TestJSONCoercion is the table of kda-sql.md §16.2, and its edges. want is the
// value as printed or the class of the error.
func TestJSONCoercion(t *testing.T) {
	for _, c := range []struct {
		typ         types.Type
		value, want string
	}{
		{types.Of(types.TinyInt), `null`, "NULL"},
		{types.Of(types.TinyInt), `127`, "127"},
		{types.Of(types.TinyInt), `-128`, "-128"},
		{types.Of(types.TinyInt), `128`, coercion},
		{types.Of(types.TinyInt), `-129`, coercion},
		{types.Of(types.SmallInt), `-32768`, "-32768"},
		{types.Of(types.SmallInt), `32768`, coercion},
		{types.Of(types.Integer), `true`, "1"},
		{types.Of(types.Integer), `false`, "0"},
		{types.Of(types.Integer), `2147483647`, "2147483647"},
		{types.Of(types.Integer), `2147483648`, coercion},
		{types.Of(types.Integer), `1.5`, coercion},
		{types.Of(types.Integer), `3.00`, "3"},
		{types.Of(types.Integer), `12e2`, "1200"},
		{types.Of(types.Integer), `1200e-2`, "12"},
		{types.Of(types.Integer), `1e400`, coercion},
		{types.Of(types.Integer), `0e999`, "0"},
		{types.Of(types.Integer), `-0`, "0"},
		{types.Of(types.Integer), `"42"`, "42"},
		{types.Of(types.Integer), `" +042 "`, "42"},
		{types.Of(types.Integer), `""`, coercion},
		{types.Of(types.Integer), `"4x"`, coercion},
		{types.Of(types.Integer), `"NaN"`, coercion},
		{types.Of(types.Integer), `[]`, coercion},
		{types.Of(types.Integer), `{}`, coercion},
		{types.Of(types.BigInt), `9223372036854775807`, "9223372036854775807"},
		{types.Of(types.BigInt), `-9223372036854775808`, "-9223372036854775808"},
		{types.Of(types.BigInt), `9223372036854775808`, coercion},
		{types.Of(types.BigInt), `-9223372036854775809`, coercion},
		{types.Of(types.BigInt), `1.000000000000000000000000`, "1"},
		{types.Of(types.BigInt), `1.000000000000000000000001`, coercion},
		{types.Of(types.BigInt), `99999999999999999999999999999`, coercion},
		{types.DecimalOf(5, 2), `12.345`, "12.35"},
		{types.DecimalOf(5, 2), `-12.345`, "-12.35"},
		{types.DecimalOf(5, 2), `12.3449999999999999999999999`, "12.34"},
		{types.DecimalOf(5, 2), `12.3450000000000000000000000`, "12.35"},
		{types.DecimalOf(5, 2), `999.99`, "999.99"},
		{types.DecimalOf(5, 2), `999.995`, coercion},
		{types.DecimalOf(5, 2), `1000`, coercion},
		{types.DecimalOf(5, 2), `1e-30`, "0.00"},
		{types.DecimalOf(5, 2), `0.005e0`, "0.01"},
		{types.DecimalOf(5, 2), `1.5E2`, "150.00"},
		{types.DecimalOf(5, 2), `" 7.1"`, "7.10"},
		{types.DecimalOf(5, 2), `"Infinity"`, coercion},
		{types.DecimalOf(18, 0), `999999999999999999`, "999999999999999999"},
		{types.DecimalOf(18, 18), `0.999999999999999999`, "0.999999999999999999"},
		{types.DecimalOf(18, 18), `1`, coercion},
		{types.DecimalOf(4, 1), `true`, "1.0"},
		{types.Of(types.Double), `1.5`, "1.5"},
		{types.Of(types.Double), `-0.1`, "-0.1"},
		{types.Of(types.Double), `true`, "1"},
		{types.Of(types.Double), `1e400`, coercion},
		{types.Of(types.Double), `1e-400`, "0"},
		{types.Of(types.Double), `5e-324`, "5e-324"},
		{types.Of(types.Double), `123456789012345678901234567890`, "1.2345678901234568e+29"},
		{types.Of(types.Double), `"1.25"`, "1.25"},
		{types.Of(types.Double), `"NaN"`, "NaN"},
		{types.Of(types.Double), `"-Infinity"`, "-Infinity"},
		{types.Of(types.Double), `"0x10"`, coercion},
		{types.Of(types.Real), `0.1`, "0.1"},
		{types.Of(types.Real), `16777217`, "16777216"},
		{types.Of(types.Real), `3.5e38`, coercion},
		{types.Of(types.Real), `"Infinity"`, "Infinity"},
		{types.Of(types.Boolean), `true`, "true"},
		{types.Of(types.Boolean), `false`, "false"},
		{types.Of(types.Boolean), `0`, "false"},
		{types.Of(types.Boolean), `-0.0e5`, "false"},
		{types.Of(types.Boolean), `0.5`, "true"},
		{types.Of(types.Boolean), `1e999`, "true"},
		{types.Of(types.Boolean), `"TRUE"`, "true"},
		{types.Of(types.Boolean), `"yes"`, "false"},
		{types.Of(types.Boolean), `[]`, coercion},
		{types.VarcharOf(0), `"any length at all, really"`, "any length at all, really"},
		{types.VarcharOf(4), `true`, "true"},
		{types.VarcharOf(4), `false`, "fals"},
		{types.VarcharOf(3), `1.50`, "1.5"},
		{types.VarcharOf(3), `"abcdef"`, "abc"},
		{types.VarcharOf(3), `"äöüß"`, "äöü"},
		{types.VarcharOf(3), `"a\u00e4\ud83d\ude00z"`, "aä😀"},
		{types.VarcharOf(9), `"\"\\\/\b\f\n\r\t"`, "\"\\/\b\f\n\r\t"},
		{types.VarcharOf(20), `{"a" : [1, 2]}`, `{"a" : [1, 2]}`},
		{types.VarcharOf(2), `[1,2]`, `[1`},
		{ofKind(types.Char, 5), `"ab"`, "ab   "},
		{ofKind(types.Char, 3), `"äb"`, "äb "},
		{ofKind(types.Char, 2), `"abc"`, "ab"},
		{types.Of(types.Date), `"2024-02-29"`, "2024-02-29"},
		{types.Of(types.Date), `"2023-02-29"`, coercion},
		{types.Of(types.Date), `"2024-02-29 00:00:00"`, coercion},
		{types.Of(types.Date), `20240229`, coercion},
		{types.Of(types.TimeOfDay), `"07:05:09.25"`, "07:05:09.250"},
		{types.Of(types.TimeOfDay), `"07:05"`, coercion},
		{types.Of(types.Timestamp), `"2001-01-01 00:47:00"`, "2001-01-01 00:47:00.000"},
		{types.Of(types.Timestamp), `"2021-03-09T07:05:09.123456Z"`, "2021-03-09 07:05:09.123456"},
		{types.Of(types.Timestamp), `"2021-03-09T07:05:09.1234567"`, "2021-03-09 07:05:09.123456"},
		{types.Of(types.Timestamp), `"1969-12-31 23:59:59.999"`, "1969-12-31 23:59:59.999"},
		{types.Of(types.Timestamp), `"2021-03-09 07:05:09Z"`, coercion},
		{types.Of(types.Timestamp), `"2021-03-09"`, coercion},
		{types.Of(types.Timestamp), `"2021-03-09 07:05:60"`, coercion},
		{types.Of(types.Timestamp), `1615273509`, coercion},
		{types.Of(types.Timestamp), `true`, coercion},
		{ofKind(types.Varbinary, 8), `"X'0aFf'"`, "0aff"},
		{ofKind(types.Varbinary, 8), `"X'0aF'"`, coercion},
		{ofKind(types.Varbinary, 8), `"AP8="`, "00ff"},
		{ofKind(types.Varbinary, 8), `"AP8"`, coercion},
		{ofKind(types.Varbinary, 1), `"AP8="`, coercion},
		{ofKind(types.Varbinary, 8), `true`, "01"},
		{ofKind(types.Varbinary, 8), `7`, coercion},
		{ofKind(types.Varbinary, 8), `[]`, coercion},
		{ofKind(types.Binary, 3), `"AP8="`, "00ff00"},
		{ofKind(types.Binary, 3), `true`, "000001"},
		{ofKind(types.Binary, 3), `false`, "000000"},
	} {
		t.Run(fmt.Sprintf("%s/%s", c.typ, c.value), func(t *testing.T) {
			// A column is judged alike whether it is read or not, at the end of a
			// record and with room behind it.
			for _, tail := range []string{`}`, ` , "x" : "0123456789012345678901234567890123456789"}`} {
				record := []byte(`{"v":` + c.value + tail)
				for _, built := range []bool{true, false} {
					checkValue(t, c.typ, record, built, c.want)
				}
			}
		})
	}
}

func checkValue(t *testing.T, typ types.Type, record []byte, built bool, want string) {
	t.Helper()
	columns := []int{0}
	if !built {
		columns = nil
	}
	d := fixture(t, "json", Options{}, columns, field("V", typ))
	for range 3 { // the second and third time by what the first one taught
		_, err := d.Append(record)
		var bad *Bad
		switch {
		case errors.As(err, &bad):
			if bad.Name != want || bad.Column != "V" || bad.Offset != len(`{"v":`) || bad.Message == "" {
				t.Fatalf("%s: %+v, want %s", record, bad, want)
			}
		case err != nil:
			t.Fatal(err)
		case want == coercion:
			t.Fatalf("%s: accepted", record)
		}
	}
	for _, got := range rows(d) {
		if built && got != want {
			t.Fatalf("%s: %q, want %q", record, got, want)
		}
	}
}

// TestJSONRows has whole records: how members meet columns, what is rejected and
// what a rejected record leaves behind.
func TestJSONRows(t *testing.T) {
	schema := []types.Field{
		field("ID", types.Of(types.Integer)),
		field("Name", types.VarcharOf(10)),
		{Name: "AT", Type: types.Of(types.Timestamp), NotNull: true},
	}
	at := `"at":"2021-03-09 07:05:09"`
	printed := "2021-03-09 07:05:09.000"
	for _, c := range []struct {
		name, record string
		want         []string // rows, or one error
	}{
		{"order and case", `{` + at + `,"name":"x","iD":1}`, []string{"1 x " + printed}},
		{"white space", " {\t\"id\" :\r\n1 , \"name\": \"x\" ,\n" + at + " } ", []string{"1 x " + printed}},
		{"missing", `{` + at + `}`, []string{"NULL NULL " + printed}},
		{"missing NOT NULL", ` {"id":1}`, []string{"NotNullError: column AT: NULL in a NOT NULL column (byte 1)"}},
		{"null NOT NULL", `{"at":null}`, []string{"NotNullError: column AT: NULL in a NOT NULL column (byte 6)"}},
		{"null, then a value", `{"at":null,` + at + `,"id":null,"id":5}`, []string{"5 NULL " + printed}},
		{"a value, then null", `{"id":5,"id":null,` + at + `}`, []string{"NULL NULL " + printed}},
		{"last wins", `{"id":1,"id":2,` + at + `}`, []string{"2 NULL " + printed}},
		{"last wins over a bad one", `{"id":"x","id":2,` + at + `}`, []string{"2 NULL " + printed}},
		{"exact beats before", `{"Name":"exact","name":"other",` + at + `}`, []string{"NULL exact " + printed}},
		{"exact beats after", `{"NAME":"other","Name":"exact",` + at + `}`, []string{"NULL exact " + printed}},
		{"escaped name", `{"\u0069d":3,` + at + `}`, []string{"3 NULL " + printed}},
		{"two documents", `{"id":1,` + at + `}{"id":2,` + at + `}` + "\n" + `{"id":3,` + at + `}`,
			[]string{"1 NULL " + printed, "2 NULL " + printed, "3 NULL " + printed}},
		{"second document bad", `{"id":null,` + at + `} {"id":2}`, []string{"NotNullError: column AT: NULL in a NOT NULL column (byte 39)"}},
		{"syntax beats coercion", `{"id":"x",` + at + `,}`, []string{"DecodeError: expected a member name (byte 37)"}},
		{"first trouble", `{"id":"x","at":null}`, []string{`CoercionError: column ID: "x" is not a number (byte 6)`}},
		{"undeclared nested", `{"u":{"a":[1,{"b":null}],"c":"\n"},` + at + `}`, []string{"NULL NULL " + printed}},
		{"undeclared broken", `{"u":[1,],` + at + `}`, []string{"DecodeError: expected a value (byte 8)"}},
		{"empty", " \n", []string{"DecodeError: the record is empty (byte 2)"}},
		{"array", `[{` + at + `}]`, []string{"DecodeError: the document is not an object (byte 0)"}},
		{"number", `12`, []string{"DecodeError: the document is not an object (byte 0)"}},
		{"open", `{"id":1,` + at, []string{"DecodeError: the record ends inside an object (byte 34)"}},
		{"trailing", `{` + at + `}x`, []string{"DecodeError: expected a value (byte 28)"}},
		{"leading zero", `{"id":01,` + at + `}`, []string{"DecodeError: expected a value (byte 6)"}},
		{"invalid UTF-8", "{\"u\":\"abcdefgh\xffijklmnop\"," + at + `}`, []string{"DecodeError: invalid UTF-8 (byte 14)"}},
		{"invalid UTF-8 in a name", "{\"\xc3\":1," + at + `}`, []string{"DecodeError: invalid UTF-8 (byte 2)"}},
		{"control character", "{\"name\":\"a\nb\"," + at + `}`, []string{"DecodeError: control character in a string (byte 10)"}},
		{"lone surrogate", `{"name":"\ud800",` + at + `}`, []string{"DecodeError: invalid escape in a string (byte 9)"}},
		{"swapped surrogates", `{"name":"\udc00\ud800",` + at + `}`, []string{"DecodeError: invalid escape in a string (byte 9)"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := fixture(t, "json", Options{}, []int{0, 1, 2}, schema...)
			for _, before := range []string{``, `{"id":7,"name":"before",` + at + `}`, c.record} {
				want := []string{}
				if before != "" {
					if _, err := d.Append([]byte(before)); err == nil && before != c.record {
						want = append(want, "7 before "+printed)
					} else if err == nil {
						want = append(want, c.want...)
					}
				}
				n, err := d.Append([]byte(c.record))
				if err != nil {
					if n != 0 || err.Error() != c.want[0] {
						t.Fatalf("%d, %v, want %s", n, err, c.want[0])
					}
				} else {
					want = append(want, c.want...)
					if n != len(c.want) {
						t.Fatalf("%d rows, want %d", n, len(c.want))
					}
				}
				if got := rows(d); strings.Join(got, "|") != strings.Join(want, "|") {
					t.Fatalf("%q, want %q", got, want)
				}
			}
		})
	}
}

// TestJSONGuess has records that look like those before them, but are not.
func TestJSONGuess(t *testing.T) {
	long := strings.Repeat("k", 2*maxHead)
	for _, c := range [][2]string{
		{`{"a":1}`, `{"` + long + `":1{"a":2}`},
		{`{"a":1,"b":2}`, `,"b":2}`},
		{`{"a":1,"b":2}`, `{,"b":2}`},
		{`{"a":1,"b":2}`, `{"a":1,"a":1,"b":2`},
		{`{"a":1,"b":2}`, `{"a":1,"b":}`},
		{`{"a":1,"b":2}`, `{"a":,"b":2}`},
		{`{"a":1,"b":2}`, `{"a":1,"b":2,}`},
		{`{"a":1,"b":2}`, `{"a":1"b":2}`},
	} {
		d := fixture(t, "json", Options{}, []int{0}, field("A", types.Of(types.Integer)))
		for range 2 {
			if _, err := d.Append([]byte(c[0])); err != nil {
				t.Fatal(err)
			}
			if _, err := d.Append([]byte(c[1])); err == nil {
				t.Errorf("%s is accepted after %s", c[1], c[0])
			}
		}
	}
	d := fixture(t, "json", Options{}, []int{0, 1}, field("A", types.Of(types.Integer)), field("M300", types.Of(types.Integer)))
	for i := range 6 {
		record := fmt.Appendf(nil, `{"%s":0,"a":%d`, long, i)
		for m := range 400 {
			if m%(i+1) == 0 {
				record = fmt.Appendf(record, `,"m%d":%d`, m, m)
			}
		}
		if _, err := d.Append(append(record, '}')); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(rows(d), "|"); got != "0 300|1 300|2 300|3 300|4 300|5 300" {
		t.Fatal(got)
	}
}

func TestJSONAmbiguousName(t *testing.T) {
	d := fixture(t, "json", Options{}, []int{0, 1}, field("ab", types.VarcharOf(0)), field("AB", types.VarcharOf(0)))
	for _, r := range []string{`{"ab":1,"AB":2}`, `{"Ab":3}`} {
		if _, err := d.Append([]byte(r)); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(rows(d), "|"); got != "1 2|NULL NULL" {
		t.Fatal(got)
	}
}

func TestJSONDepth(t *testing.T) {
	d := fixture(t, "json", Options{}, []int{0}, field("V", types.VarcharOf(3)))
	nested := func(n int) []byte {
		return []byte(`{"v":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}`)
	}
	if _, err := d.Append(nested(maxDepth - 1)); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Append(nested(maxDepth)); err == nil {
		t.Fatal("nesting is not limited")
	}
	if got := strings.Join(rows(d), "|"); got != "[[[" {
		t.Fatal(got)
	}
}

// TestColumns has the order and repetition of the asked columns, and their reuse
// over batches.
func TestColumns(t *testing.T) {
	d := fixture(t, "json", Options{}, []int{2, 0, 2},
		field("A", types.Of(types.Integer)), field("B", types.Of(types.Boolean)), field("C", types.VarcharOf(0)))
	if got := rows(d); len(got) != 0 {
		t.Fatal(got)
	}
	for batch := range 5 {
		var want []string
		for i := range 200 * batch {
			c, text := fmt.Sprintf(`"%d"`, i), fmt.Sprint(i)
			if i%3 == batch%3 {
				c, text = "null", "NULL"
			}
			if _, err := d.Append(fmt.Appendf(nil, `{"a":%d,"b":true,"c":%s}`, i, c)); err != nil {
				t.Fatal(err)
			}
			if _, err := d.Append([]byte(`{"a":null,"c":null} {"b":[]}`)); err == nil {
				t.Fatal("bad record accepted")
			}
			want = append(want, fmt.Sprintf("%s %d %s", text, i, text))
		}
		if got := rows(d); strings.Join(got, "|") != strings.Join(want, "|") {
			t.Fatalf("batch %d: %q, want %q", batch, got, want)
		}
	}
}

func TestNewDecoderErrors(t *testing.T) {
	schema := types.StreamSchema(field("A", types.Of(types.Integer)))
	for _, c := range []struct {
		format  string
		schema  types.Schema
		columns []int
		o       Options
		want    string
	}{
		{"xml", schema, nil, Options{}, `format "xml" is not known: json, csv`},
		{"json", schema, []int{1}, Options{}, "format json: column 1 of 2 is not one of the declared columns"},
		{"json", schema, []int{-1}, Options{}, "format json: column -1 of 2 is not one of the declared columns"},
		{"csv", types.NewSchema(field("I", types.Of(types.DayInterval))), nil, Options{}, "format csv: column I: type INTERVAL DAY TO SECOND cannot be read"},
		{"csv", types.NewSchema(field("D", types.DecimalOf(19, 0))), nil, Options{}, "format csv: column D: type DECIMAL(19, 0) cannot be read"},
		{"csv", schema, nil, Options{ColumnDelimiter: `"`}, `format csv: delimiter "\"" has a quote`},
		{"csv", schema, nil, Options{Header: []string{"b"}}, "format csv: column A is missing in the header"},
		{"csv", schema, nil, Options{Header: []string{"a", "a"}}, `format csv: the header names column A twice: "a" and "a"`},
	} {
		if _, err := NewDecoder(c.format, c.schema, c.columns, c.o, memory.DefaultAllocator); err == nil || err.Error() != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

// TestFull has the bound on the bytes of a batch.
func TestFull(t *testing.T) {
	d := fixture(t, "json", Options{}, []int{0}, field("A", ofKind(types.Char, 100)))
	d.(*jsonDecoder).limit = 1000
	record := []byte(`{"a":"x"}`)
	n := 0
	for ; ; n++ {
		if _, err := d.Append(record); err == ErrFull {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	// n rows of 100 bytes and n records of 9 fit into 1000.
	if n != 9 || len(rows(d)) != 9 {
		t.Fatalf("%d rows", n)
	}
	var bad *Bad
	if _, err := d.Append([]byte(strings.Repeat(string(record), 10))); !errors.As(err, &bad) || bad.Name != flow.TooLargeRecord {
		t.Fatal(err)
	}
	if n, err := d.Append(record); n != 1 || err != nil {
		t.Fatal(n, err)
	}
}

// TestAllocations is goal 11: nothing per record.
func TestAllocations(t *testing.T) {
	json, csv := trades(500)
	for format, records := range map[string][][]byte{"json": json, "csv": csv} {
		d, err := NewDecoder(format, tradeSchema, sixOfNine, Options{}, &pool{free: map[int][][]byte{}})
		if err != nil {
			t.Fatal(err)
		}
		n := testing.AllocsPerRun(20, func() {
			for _, r := range records {
				if _, err := d.Append(r); err != nil {
					t.Fatal(err)
				}
			}
			for _, a := range d.Finish() {
				a.Release()
			}
		})
		if n > 5*float64(len(sixOfNine)) {
			t.Errorf("%s: %v allocations for a batch of %d records", format, n, len(records))
		}
		d.Close()
	}
}
