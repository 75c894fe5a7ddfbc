package format

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/millrace-sql/millrace/sql/types"
)

// mappings are columns with paths; T is BOOLEAN, the others are text.
var mappings = []struct{ row, columns string }{
	{"", "A=$.a, B=$.o.p, T=$.arr[0:].x, D=$.arr[0:].y.z, W=$.arr[0:], O=$.o"},
	{"", "T=$.a, A=$.a, B=$.o.a, D=$.o"},
	{"$.items[0:]", "A=$.a, X=$, T=$.o.t"},
	{"$[0:].r", "A=$.b[0:], T=$.t"},
	{"$.o.q", "A=$.arr[0:].x, T=$.arr[0:].y, B=$.o"},
	{"", "A=$[0:].x, B=$[0:], D=$.y, T=$.x"},
	{"", `A=$.o.arr[0:]["x"], B=$.o.p, D=$.o, T=$.t, W=$.o.arr[0:]`},
	{"$", "A=$.k, B=$, T=$.T"},
	{"", "A=$.arr[0:].x, D=$.arr.y, B=$.arr"},
	{"$.a.b[0:].c", "A=$.d.e"},
}

func mappingOf(t testing.TB, at int) (naive, Options, []types.Field) {
	m := mappings[at%len(mappings)]
	var n naive
	var fields []types.Field
	for _, name := range []string{"A", "B", "D", "O", "T", "W", "X", "k"} {
		kind := types.VarcharOf(0)
		if name == "T" {
			kind = types.Of(types.Boolean)
		}
		fields = append(fields, field(name, kind))
		n.names = append(n.names, name)
	}
	options := map[string]string{"columns": m.columns}
	if m.row != "" {
		options["row_path"] = m.row
	}
	o, err := Mapping("json", types.NewSchema(fields...), options)
	if err != nil {
		t.Fatal(err)
	}
	n.paths, n.row = o.Paths, o.RowPath
	return n, o, fields
}

// FuzzPaths holds the decoder with paths against encoding/json and a plain
// evaluation of the paths over its trees.
func FuzzPaths(f *testing.F) {
	seeds := []string{
		`{"a":1,"o":{"p":"x","q":{"arr":[{"x":1},{"x":2,"y":true}]},"arr":[{"x":"1"},5,{"x":null}]},"arr":[{"x":true,"y":{"z":[1]}},{},7],"K":3}`,
		`{"arr":[{"x":1},{"x":2}],"a":"late","arr":[{"y":{"z":"q"}}]} {"arr":[]} {"arr":{"x":1,"y":2}}`,
		`{"items":[{"a":1,"o":{"t":false}},2,{"k":"y"},[]]}`, `[{"r":{"b":[1,2]}},{"r":{"t":"TRUE"}},{}]`,
		`[{"x":1},{"x":"ab"}]`, `[]`, `[1,[2,{"x":3}]]`, `{"o":{"arr":[{"x":1}]},"o":{"p":1}}`,
		`{"a":{"b":[{"c":{"d":{"e":1}}},{"c":2}]}}`, `{"x":{},"a":[1]}`, `{"o":{"a":1},"o":5}`, `{"arr":[{"x":[1]}],"arr":[{"x":2}]}`,
		`{"a":1`, `{"arr":[{"x":1},]}`, `{"arr":[{"x":1} {"x":2}]}`, `{"items":{"items":[]}}`, `5`, `"a"`, ``,
	}
	for i := range mappings {
		for _, s := range seeds {
			f.Add(byte(i), []byte(`{"a":1,"arr":[{"x":1,"y":{"z":1}}]}`), []byte(s))
			f.Add(byte(i), []byte(s), []byte(s))
		}
	}
	f.Fuzz(func(t *testing.T, at byte, before, record []byte) {
		n, o, fields := mappingOf(t, int(at))
		d := fixture(t, "json", o, []int{0, 1, 2, 3, 4, 5, 6, 7}, fields...)
		checks := fixture(t, "json", o, []int{2}, fields...)
		first, _ := d.Append(before)
		got, err := d.Append(record)
		if k, other := checks.Append(record); k != got || (other == nil) != (err == nil) {
			t.Fatalf("%d rows and %v when one column is built, else %d and %v", k, other, got, err)
		}
		columns := d.Finish()
		defer func() {
			for _, c := range columns {
				c.Release()
			}
		}()
		var bad *Bad
		if err != nil && (!errors.As(err, &bad) || bad.Offset < 0 || bad.Offset > len(record)) {
			t.Fatalf("%v (%T)", err, err)
		}
		want, valid, certain := n.record(record)
		if !certain {
			return
		}
		if valid != (err == nil) {
			t.Fatalf("%s %q: %v, the plain evaluation says %v", mappings[int(at)%len(mappings)].columns, record, err, valid)
		}
		if err != nil {
			return
		}
		if got != len(want) {
			t.Fatalf("%q: %d rows, want %d", record, got, len(want))
		}
		for i, row := range want {
			for c, v := range row {
				compareValue(t, record, columns[c], first+i, v)
			}
		}
	})
}

func compareValue(t *testing.T, record []byte, column arrow.Array, i int, want any) {
	t.Helper()
	if text, ok := column.(*array.String); ok {
		compareText(t, record, text, i, want)
		return
	}
	b := column.(*array.Boolean)
	if v, null, _ := truth(want); b.IsNull(i) != null || !null && b.Value(i) != v {
		t.Fatalf("%q: row %d: %s, want %v", record, i, b.ValueStr(i), want)
	}
}

// record is the rows of a record, and whether it has any. certain is false where
// the tree does not tell: which of several members that differ in case was last,
// or what a broken end does to an earlier doubt.
func (n naive) record(record []byte) (rows [][]any, valid, certain bool) {
	if !utf8.Valid(record) || loneSurrogate(record) {
		return nil, false, false
	}
	dec := stdjson.NewDecoder(bytes.NewReader(record))
	dec.UseNumber()
	for {
		var doc any
		err := dec.Decode(&doc)
		if err == io.EOF {
			return rows, len(rows) > 0, true
		}
		if err != nil || !n.accepts(doc) {
			return nil, false, true
		}
		if ambiguous(doc) {
			return nil, false, false
		}
		for _, row := range n.eval(doc) {
			for c, v := range row {
				if _, _, ok := truth(v); n.names[c] == "T" && !ok {
					return nil, false, true
				}
			}
			rows = append(rows, row)
		}
	}
}

// ambiguous tells that an object has several members whose names differ in case.
func ambiguous(v any) bool {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if ambiguous(e) {
				return true
			}
		}
	case map[string]any:
		seen := map[string]bool{}
		for k, e := range v {
			k = strings.ToLower(strings.ToUpper(k))
			if seen[k] || ambiguous(e) {
				return true
			}
			seen[k] = true
		}
	}
	return false
}
