package format

import (
	"bytes"
	stdcsv "encoding/csv"
	stdjson "encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/types"
)

// FuzzJSON holds the decoder against encoding/json: it accepts the same records
// (but for what encoding/json repairs: text that is not UTF-8, lone surrogates,
// documents that are no objects) and finds the same values, whatever record came
// before.
func FuzzJSON(f *testing.F) {
	for _, seed := range []string{
		`{"a":"x","b":1.5,"c":[1,{"d":null}]}`,
		`{"a":"\u00e4\ud83d\ude00\n","b":-0.0e-7,"c":true} {"b":null}`,
		`{"a":"0123456789abcdef\"","x":"ä","b":123456789012345678,"B":2}`,
		`{"a":"ab\u0000","b":12345678.12345678,"c":{"":[]}}`,
		` { "a" : null , "b":1e308,"c":"` + strings.Repeat("é", 20) + `"}`,
		`{"b":1}`, `{}`, `[`, `{"a":"`, `{"a":1,}`, "{\"a\":\"\xff\"}", `{"a":"\ud800"}`, `{"b":01}`, `{"b":0.}`,
	} {
		f.Add([]byte(`{"a":"p","b":0}`), []byte(seed))
		f.Add([]byte(seed), []byte(seed))
		// A name too long to be guessed.
		f.Add([]byte(`{"`+strings.Repeat("k", 2*maxHead)+`":1,"a":2,"b":3}`), []byte(seed))
	}
	f.Fuzz(func(t *testing.T, before, record []byte) {
		d := fixture(t, "json", Options{}, []int{0, 1, 2},
			field("a", types.VarcharOf(0)), field("b", types.Of(types.Double)), field("c", types.VarcharOf(0)))
		if _, err := d.Append(before); err == nil {
			for _, a := range d.Finish() {
				a.Release()
			}
		}
		n, err := d.Append(record)
		var bad *Bad
		if err != nil && !errors.As(err, &bad) {
			t.Fatalf("%T is no *Bad", err)
		}
		if bad != nil && (bad.Offset < 0 || bad.Offset > len(record)) {
			t.Fatalf("offset %d", bad.Offset)
		}
		want, valid := reference(record)
		// What follows a document that does not fit its columns is not looked at.
		if fits := bad == nil || bad.Name == syntax; fits && valid != (bad == nil) {
			t.Fatalf("%q: %v, encoding/json says %v", record, err, valid)
		}
		if n != d.Rows() {
			t.Fatalf("%d rows, then %d", n, d.Rows())
		}
		columns := d.Finish()
		defer func() {
			for _, c := range columns {
				c.Release()
			}
		}()
		if bad != nil {
			return
		}
		if n != len(want) {
			t.Fatalf("%d rows, want %d", n, len(want))
		}
		for i, row := range want {
			compareText(t, record, columns[0].(*array.String), i, row["a"])
			compareText(t, record, columns[2].(*array.String), i, row["c"])
			b := columns[1].(*array.Float64)
			if text, ok := row["b"].(stdjson.Number); ok {
				v, err := strconv.ParseFloat(string(text), 64)
				if err != nil || b.IsNull(i) || b.Value(i) != v {
					t.Fatalf("%q: b = %v, want %s", record, b.ValueStr(i), text)
				}
			}
		}
	})
}

func compareText(t *testing.T, record []byte, got *array.String, i int, want any) {
	t.Helper()
	text, ok := "", true
	switch v := want.(type) {
	case nil:
		ok = false
	case string:
		text = v
	case bool:
		text = strconv.FormatBool(v)
	case stdjson.Number:
		text = string(v)
	default:
		// Its source text: any spelling of the same value.
		var v1 any
		dec := stdjson.NewDecoder(strings.NewReader(got.Value(i)))
		dec.UseNumber()
		if err := dec.Decode(&v1); err != nil {
			t.Fatalf("%q: nested text %q: %v", record, got.Value(i), err)
		}
		one, err1 := stdjson.Marshal(v1)
		two, err2 := stdjson.Marshal(v)
		if err1 != nil || err2 != nil || !bytes.Equal(one, two) {
			t.Fatalf("%q: nested text %q, want %s", record, got.Value(i), two)
		}
		return
	}
	if got.IsValid(i) != ok || ok && got.Value(i) != text {
		t.Fatalf("%q: %q (%v), want %q", record, got.Value(i), got.IsValid(i), text)
	}
}

// reference reads a record with encoding/json. Members whose names differ in
// case only are put where the decoder puts them.
func reference(record []byte) (docs []map[string]any, valid bool) {
	if !utf8.Valid(record) || loneSurrogate(record) {
		return nil, false
	}
	dec := stdjson.NewDecoder(bytes.NewReader(record))
	for {
		var raw stdjson.RawMessage
		if err := dec.Decode(&raw); err == io.EOF {
			return docs, len(docs) > 0
		} else if err != nil || raw[0] != '{' {
			return nil, false
		}
		doc := map[string]any{}
		members := stdjson.NewDecoder(bytes.NewReader(raw))
		members.UseNumber()
		exact := map[string]bool{}
		if _, err := members.Token(); err != nil {
			return nil, false
		}
		for members.More() {
			key, err := members.Token()
			if err != nil {
				return nil, false
			}
			var v any
			if err := members.Decode(&v); err != nil {
				return nil, false
			}
			for _, name := range []string{"a", "b", "c"} {
				switch {
				case key == name:
					doc[name], exact[name] = v, true
				case strings.EqualFold(key.(string), name) && !exact[name]:
					doc[name] = v
				}
			}
		}
		docs = append(docs, doc)
	}
}

// loneSurrogate looks for an escaped half of a character.
func loneSurrogate(b []byte) bool {
	for i := 0; i+1 < len(b); i++ {
		if b[i] != '\\' {
			continue
		}
		i++
		if b[i] != 'u' || i+5 > len(b) {
			continue
		}
		r, err := strconv.ParseUint(string(b[i+1:i+5]), 16, 32)
		if err != nil || !utf16.IsSurrogate(rune(r)) {
			continue
		}
		low := uint64(0)
		if i+11 <= len(b) && b[i+5] == '\\' && b[i+6] == 'u' {
			low, _ = strconv.ParseUint(string(b[i+7:i+11]), 16, 32)
		}
		if utf16.DecodeRune(rune(r), rune(low)) == utf8.RuneError {
			return true
		}
		i += 10
	}
	return false
}

// FuzzCSV holds the decoder against encoding/csv, which is strict about quotes
// by default. It makes CRLF inside quotes a LF; the decoder keeps it.
func FuzzCSV(f *testing.F) {
	for _, seed := range []string{
		"a,b,c", "a,b,c\n", "1,\"2\",3\r\n\r\n,,\n", "\"a\nb\",\"\"\"\",\"\"\n", "a,b\"c,d", "\"a\"b,c,d", "\"a,b,c",
		"0123456789,0123456789012345,\"01234567\"\"890\"\r\nx,y,z\r", "a\rb,\r,c", "a,b,c,d", "ä,ö,\xff", "\n\n", "",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		d := fixture(t, "csv", Options{}, []int{0, 1, 2},
			field("A", types.VarcharOf(0)), field("B", types.VarcharOf(0)), field("C", types.VarcharOf(0)))
		n, err := d.Append(record)
		r := stdcsv.NewReader(bytes.NewReader(record))
		r.FieldsPerRecord = -1
		want, wantErr := r.ReadAll()
		for _, row := range want {
			if len(row) < 3 {
				wantErr = errors.New("a row is short")
			}
		}
		if wantErr == nil && (len(want) == 0 || !utf8.Valid(record)) {
			wantErr = errors.New("no row, or not UTF-8")
		}
		columns := d.Finish()
		defer func() {
			for _, c := range columns {
				c.Release()
			}
		}()
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%q: %v, encoding/csv says %v", record, err, wantErr)
		}
		if err != nil {
			return
		}
		if n != len(want) {
			t.Fatalf("%q: %d rows, want %d", record, n, len(want))
		}
		for i, row := range want {
			for c, text := range row[:3] {
				got := columns[c].(*array.String)
				if v := strings.ReplaceAll(got.Value(i), "\r\n", "\n"); v != text || got.IsNull(i) && text != "" {
					t.Fatalf("%q: row %d field %d is %q, want %q", record, i, c, v, text)
				}
			}
		}
	})
}

// FuzzDelimiters holds delimiters of any text against encoding/csv, which reads
// the same record with its own in their place.
func FuzzDelimiters(f *testing.F) {
	for _, c := range [][3]string{
		{"|", "~", "a|b~c|d~"}, {"||", "|", "a||b|c||d"}, {"ab", "aba", "xabyabazabw"}, {"--", ";\t", "\"a--\"--b;\t1--\"\"\"\";\t"},
		{"\x1f", "\x1e", "a\x1fb\x1e\x1e\x1f"}, {"ö", "ä", "1ö2äxö\"ä\"ä"}, {";", "#", "a;b;c#d"}, {"||", "#", "a|b||c#"}, {"", "#", "a,b#c,\"d"},
	} {
		f.Add(c[0], c[1], c[2])
	}
	f.Fuzz(func(t *testing.T, column, row, record string) {
		const other = "\ue000" // encoding/csv has one character between fields
		if strings.ContainsAny(record+column+row, "\r\n"+other) || row == "" {
			return
		}
		o := Options{ColumnDelimiter: column, RowDelimiter: row}
		fields := []types.Field{field("A", types.VarcharOf(0)), field("B", types.VarcharOf(0))}
		d, err := NewDecoder("csv", types.NewSchema(fields...), []int{0, 1}, o, memory.DefaultAllocator)
		if err != nil {
			return
		}
		defer d.Close()
		n, err := d.Append([]byte(record))
		if column == "" {
			column = ","
		}
		// The replacer takes the first that matches: the longer one comes first.
		swap := strings.NewReplacer(column, other, row, "\n")
		if len(row) > len(column) {
			swap = strings.NewReplacer(row, "\n", column, other)
		}
		r := stdcsv.NewReader(strings.NewReader(swap.Replace(record)))
		r.Comma, r.FieldsPerRecord = []rune(other)[0], -1
		want, wantErr := r.ReadAll()
		for _, fields := range want {
			if len(fields) < 2 {
				wantErr = errors.New("a row is short")
			}
		}
		if wantErr == nil && (len(want) == 0 || !utf8.ValidString(record)) {
			wantErr = errors.New("no row, or not UTF-8")
		}
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%q: %v, encoding/csv says %v", record, err, wantErr)
		}
		columns := d.Finish()
		defer columns[0].Release()
		defer columns[1].Release()
		if err != nil {
			return
		}
		if n != len(want) {
			t.Fatalf("%q: %d rows, want %d", record, n, len(want))
		}
		back := strings.NewReplacer(other, column, "\n", row)
		for i, fields := range want {
			for c, text := range fields[:2] {
				if got := columns[c].(*array.String).Value(i); got != back.Replace(text) {
					t.Fatalf("%q: row %d field %d is %q, want %q", record, i, c, got, text)
				}
			}
		}
		cutLikeRows(t, o, record, len(want))
	})
}

// cutLikeRows holds Cutter against the rows that a record had.
func cutLikeRows(t *testing.T, o Options, record string, rows int) {
	cutter, err := o.Cutter()
	if err != nil {
		t.Fatal(err)
	}
	for rest := []byte(record); len(rest) > 0; {
		end, next := cutter.Cut(rest, true)
		if end < 0 {
			end, next = len(rest), len(rest)
		}
		if end > 0 {
			rows--
			if _, err := o.Fields(rest[:end]); err != nil {
				t.Fatalf("%q: row %q: %v", record, rest[:end], err)
			}
		}
		rest = rest[next:]
	}
	if rows != 0 {
		t.Fatalf("%q: %d rows are not cut", record, rows)
	}
}
